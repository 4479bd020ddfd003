"""Secrets and variables of a project, used by name."""
