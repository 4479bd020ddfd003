"""Every statement on the tables of flows, except those of the run journal."""
