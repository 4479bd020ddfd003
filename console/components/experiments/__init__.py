"""Pieces of the experiment pages."""
