"""Refusals of identity."""

from __future__ import annotations

from backend.errors import DomainError, SignInNeeded


class LinkNotValid(SignInNeeded):
    """The sign-in link is unknown, used or too old."""


class ProjectNeeded(DomainError):
    """A key of the whole organisation must say which project it means."""
