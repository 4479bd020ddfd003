"""Object stores: a local directory."""
