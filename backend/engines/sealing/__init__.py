"""Sealing with keys of this installation."""
