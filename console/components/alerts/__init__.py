"""Pieces of the alerts."""
