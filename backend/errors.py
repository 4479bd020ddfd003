"""The few families of refusal. No status code and no word of the screen: the edges translate."""

from __future__ import annotations


class DomainError(Exception):
    """A refusal that the person who asked can understand. `hint` is the next step, or empty."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class NotFound(DomainError):
    """Nothing of that id is there for this operator; a foreign id and an unknown one read the same."""


class Conflict(DomainError):
    """The thing changed meanwhile, or stands in a state that forbids the act."""


class Clash(Conflict):
    """A key is taken: another wrote the same at the same moment, one of the two stands, and this one left nothing."""

    def __init__(self) -> None:
        super().__init__("Somebody else wrote the same at the same moment.", hint="Look again, then try again.")


class Forbidden(DomainError):
    """The operator is known and may not do this."""


class SignInNeeded(DomainError):
    """Nobody is signed in, or the key is not (or no longer) valid."""


class InvalidInput(DomainError):
    """What was sent cannot be used; `fields` names the parts, each with its sentence."""

    def __init__(self, message: str, *, hint: str = "", fields: dict[str, str] | None = None) -> None:
        super().__init__(message, hint=hint)
        self.fields = fields or {}


class TooLarge(InvalidInput):
    """What was sent has more bytes than are taken."""


class QuotaExceeded(DomainError):
    """A limit is reached; `retry_after_seconds` is None where waiting does not help, `limit` of a rate is how often."""

    def __init__(
        self, message: str, *, hint: str = "", retry_after_seconds: float | None = None, limit: int | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.retry_after_seconds = retry_after_seconds
        self.limit = limit


class Unavailable(DomainError):
    """Something outside does not answer now; the same call may go through later."""


class GoesOn(Unavailable):
    """The answer does not come; what was asked for was begun and goes on by itself, so it is not to be begun again."""
