"""Refusals of identity."""

from __future__ import annotations

from backend.errors import DomainError, Forbidden, InvalidInput, NotFound, SignInNeeded


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


class WrongCredentials(SignInNeeded):
    """E-mail and password do not match, or there is no such account: nobody is told which."""

    def __init__(self, num_left: int = 0) -> None:
        left = f" {num_left} {'try' if num_left == 1 else 'tries'} left." if num_left else ""
        super().__init__(f"Email and password do not match.{left}")


class WrongCode(SignInNeeded):
    """The code of the second step is not right, was used, or the step took too long."""

    def __init__(self) -> None:
        super().__init__("This code is not right.", hint="Wait for the next one in your app, or use a recovery code.")


class NotInvited(Forbidden):
    """The person was proved, and is a member of nothing here."""

    def __init__(self) -> None:
        super().__init__("There is no account for you here.", hint="Ask an owner for an invitation.")


class NotLetIn(Forbidden):
    """The person was proved, and their organisation is shut to those who come this way."""

    def __init__(self) -> None:
        super().__init__(
            "Your organisation does not let you in this way.", hint="Sign in another way, or ask an owner of it."
        )


class OpeningNotValid(InvalidInput):
    """What came back from the provider belongs to no sign-in that this browser began, or to one that is over."""

    def __init__(self) -> None:
        super().__init__("This sign-in was not begun in this browser, or is over.", hint="Begin again.")
