"""Child processes for whatever computes for long, so that the web process never stands."""
