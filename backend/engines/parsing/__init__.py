"""Parsers: each file in a short-lived process with limits."""
