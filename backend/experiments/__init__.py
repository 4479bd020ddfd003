"""Experiments: variants over a dataset, scored, compared, and a verdict."""
