"""What belongs to the whole installation, not to a tenant: whether its secrets can be opened."""
