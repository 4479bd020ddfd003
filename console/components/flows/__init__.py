"""Pieces of the flow builder and of the page of a run."""
