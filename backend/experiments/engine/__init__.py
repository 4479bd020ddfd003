"""How an experiment runs: its lanes to the models, its cells, its record, and when it stops."""
