"""Templates: Jinja in its sandbox."""
