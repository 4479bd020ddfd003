"""Rates: how often something may be done."""
