"""Providers, their models, prices and keys. The screen calls it Models."""
