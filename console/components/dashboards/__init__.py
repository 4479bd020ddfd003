"""Pieces of the dashboards."""
