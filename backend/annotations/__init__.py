"""Annotation queues: people label conversations and turns, and how far they and the judges agree."""
