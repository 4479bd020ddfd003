"""Flows: the document, what it may hold, how it runs, and what its runs left behind."""
