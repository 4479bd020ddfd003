"""Pieces of the replay of a turn."""
