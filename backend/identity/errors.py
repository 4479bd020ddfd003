"""Refusals of identity."""

from __future__ import annotations

from backend.errors import SignInNeeded


class LinkNotValid(SignInNeeded):
    """The sign-in link is unknown, used or too old."""
