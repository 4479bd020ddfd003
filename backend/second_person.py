"""The wish of one person that another one decides: whose it is, whether it waits, what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, TypeVar

from backend.columns import utc_now
from backend.errors import Conflict, Forbidden, NotFound
from backend.operator import Operator

ENDED = {"approved": "approved", "refused": "refused", "withdrawn": "taken back", "overtaken": "overtaken by another"}


class Wish(Protocol):
    """The columns that every row of a wish has. `dismissed`: who asked has seen the refusal and put it away."""

    state: str
    reason: str
    asked_by_id: str
    decided_by: str
    decided_at: datetime | None
    dismissed: bool


W = TypeVar("W", bound=Wish)


def nothing_to_decide() -> NotFound:
    return NotFound("There is nothing of that id to decide.")


def check_waits(wish: Wish) -> None:
    """Raise Conflict, with who did it, for what is decided."""
    if wish.state != "waiting":
        who = f" by {wish.decided_by}" if wish.decided_by else ""
        raise Conflict(f"It was {ENDED[wish.state]}{who} already.")


def check_taken_back_by(operator: Operator, wish: Wish) -> None:
    """Raise Forbidden for another's wish."""
    if wish.asked_by_id != operator.user_id:
        raise Forbidden("Only who asked takes a wish back.", hint="Refuse it instead.")


def check_second(operator: Operator, *first: str) -> None:
    """Raise Forbidden for one of the ids in `first`: who asked, who wrote it, and whoever acted for them."""
    if operator.is_one_of(*first):
        raise Forbidden("Nobody approves their own change.", hint="Ask somebody else who may approve.")


def decide(operator: Operator, wish: Wish, state: str, reason: str = "") -> None:
    wish.state, wish.reason = state, reason
    wish.decided_by, wish.decided_at = operator.name, utc_now()


def dismiss(operator: Operator, wish: W | None) -> W:
    """Put away a refusal of one's own wish. Raise NotFound, Forbidden for another's, Conflict for what is none."""
    if wish is None:
        raise NotFound("There is no refusal of that id.")
    if wish.asked_by_id != operator.user_id:
        raise Forbidden("Only who asked puts a refusal away.")
    if wish.state != "refused":
        raise Conflict("It was not refused.")
    wish.dismissed = True
    return wish
