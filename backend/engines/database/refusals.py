"""What Postgres says where something cannot be done, in words: whoever asks may ask again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from backend.errors import Clash, DomainError, Unavailable

# A key into another table clashes where that row was removed meanwhile, or got a follower while it was.
FULL, CLASHED = frozenset({"53100", "58030"}), frozenset({"40001", "40P01", "55P03", "23503"})
# Looked for and not found, and written by another before this one was.
TAKEN = "23505"
# Out of memory, of connections or of what an administrator allows.
OUT_OF_ROOM = "53"
# A connection that broke, and a server that stops, starts or ended us for being idle.
GONE = ("08", "57P", "25P03")


@contextmanager
def told() -> Iterator[None]:
    """Raise Unavailable where a later call may go through, Clash for a taken key; anything else stays what it was."""
    try:
        yield
    except NoConnection as error:
        raise Unavailable("The database has too much to do.", hint="Try again in a moment.") from error
    except DBAPIError as error:
        refusal = _refusal(error)
        if refusal is None:
            raise
        raise refusal from error


def _refusal(error: DBAPIError) -> DomainError | None:
    state = getattr(error.orig, "sqlstate", None) or ""
    if state in FULL:
        return Unavailable("The disk of the database is full.", hint="Make room where Postgres keeps its data.")
    if state.startswith(OUT_OF_ROOM):
        return Unavailable("The database has too much to do.", hint="Try again in a moment.")
    if state == TAKEN:
        return Clash()
    if state in CLASHED:
        return Unavailable("Somebody else changed the same thing at the same moment.", hint="Try again.")
    # The driver gives no state where it had no server to hear one from.
    is_lost = not state and isinstance(error, OperationalError | InterfaceError)
    if is_lost or error.connection_invalidated or state.startswith(GONE):
        return Unavailable("The database does not answer.", hint="Try again in a moment.")
    return None
