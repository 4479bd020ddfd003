"""How a flow runs: a plan, its joins, its calls, its record, and who owns it."""
