"""Event buses: in this process."""
