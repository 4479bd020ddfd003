"""Pieces of the page of jobs."""
