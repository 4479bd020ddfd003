"""Pieces of the annotation queues."""
