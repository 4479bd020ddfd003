"""Pieces of the pages of datasets."""
