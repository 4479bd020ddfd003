"""Refusals of identity."""

from __future__ import annotations

from backend.errors import DomainError, NotFound, SignInNeeded


class LinkNotValid(SignInNeeded):
    """The sign-in link is unknown, used or too old."""


class ProjectNeeded(DomainError):
    """A key of the whole organisation must say which project it means."""


class ProjectNotFound(NotFound):
    """The project is not there, or the person is no member of it."""

    def __init__(self) -> None:
        super().__init__("There is no project of that id.", hint="Choose one in the bar.")


class MemberNotFound(NotFound):
    """The person is no member of the organisation."""

    def __init__(self) -> None:
        super().__init__("There is no member of that id.")


class InvitationNotFound(NotFound):
    """The invitation is another organisation's, or was accepted or revoked."""

    def __init__(self) -> None:
        super().__init__("There is no waiting invitation of that id.")
