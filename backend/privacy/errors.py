"""Refusals of deletion and export."""

from __future__ import annotations

from backend.errors import NotFound


class PersonNotFound(NotFound):
    """No conversation of that person in this project."""


class JobNotFound(NotFound):
    """No such deletion in this project."""
