"""Secrets and variables."""
