"""Pieces of the page of members and roles."""
