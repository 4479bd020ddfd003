"""Saved views: filters and columns under a name, for everybody in the project."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from backend.columns import storable
from backend.conversations.details import chosen_in
from backend.conversations.errors import StaleView, ViewNotFound
from backend.conversations.models import ConversationViewRow
from backend.conversations.order_types import Order
from backend.conversations.range_types import Measured, range_of
from backend.conversations.remark_types import DAYS, MAX_VIEW_NAME
from backend.conversations.repository import ConversationRepository
from backend.conversations.service.base import Base
from backend.conversations.types import (
    Channel,
    ChatState,
    FailedTools,
    FailedTurns,
    Outcome,
    Rating,
    Satisfaction,
    View,
)
from backend.errors import InvalidInput, QuotaExceeded
from backend.ids import new_id
from backend.operator import Operator, Permission
from backend.taking_turns import take_turn

MAX_VIEWS = 50
MAX_CHOICES = 50
MAX_CHARACTERS = 200
TEXT = "text"
CHOICES = frozenset(
    ("flow", "version", "state", "failed_turn", "failed_tool", "rating", "channel", "model", "prompt", "outcome",
     "satisfaction", "tag", "judge", "metadata", "time", "order", "columns", *Measured)
)  # fmt: skip
# Choices of which every word is known.
KNOWN: dict[str, type[StrEnum]] = {
    "state": ChatState, "failed_turn": FailedTurns, "failed_tool": FailedTools, "rating": Rating, "channel": Channel,
    "outcome": Outcome, "satisfaction": Satisfaction, "order": Order,
}  # fmt: skip


class ViewUseCases(Base):
    """A view is replaced by saving another under its name."""

    async def views(self, operator: Operator) -> list[View]:
        """Return the views of the project by name."""
        operator.require(Permission.CONVERSATIONS_READ)
        async with self._units.read(operator) as session:
            rows = await ConversationRepository(session, operator.project_id).views()
            return [_view(row) for row in rows]

    async def save_view(self, operator: Operator, name: str, query: dict[str, Any], version: int = 0) -> View:
        """Keep filters and columns under a name; `version` is of what stands there and was read, 0 for nothing.

        Raise InvalidInput, StaleView, QuotaExceeded.
        """
        operator.require(Permission.CONVERSATIONS_REPLY)
        name = " ".join(storable(name).split())
        if not 1 <= len(name) <= MAX_VIEW_NAME:
            raise InvalidInput(
                f"A view has a name of at most {MAX_VIEW_NAME} characters.", fields={"name": "too long or empty"}
            )
        query = _checked(storable(query))
        async with self._units.write(operator) as work:
            await take_turn(work.session, f"views of {operator.project_id}")
            rows = ConversationRepository(work.session, operator.project_id)
            kept = {row.name: row for row in await rows.views()}
            if name not in kept and len(kept) >= MAX_VIEWS:
                raise QuotaExceeded(f"A project has at most {MAX_VIEWS} views.", hint="Delete one first.")
            row = kept.get(name)
            if row is not None and row.version != version:
                raise StaleView(name, row.created_by)
            row = row or ConversationViewRow(
                id=new_id("view"), project_id=operator.project_id, name=name, query=query, version=0
            )
            row.query, row.created_by, row.version = query, operator.name, row.version + 1
            rows.add(row)
            return _view(row)

    async def delete_view(self, operator: Operator, view_id: str) -> None:
        """Take a view away. Raise ViewNotFound."""
        operator.require(Permission.CONVERSATIONS_REPLY)
        async with self._units.write(operator) as work:
            rows = ConversationRepository(work.session, operator.project_id)
            if not await rows.delete_view(storable(view_id)):
                raise ViewNotFound("This view is not there.")


def _checked(query: dict[str, Any]) -> dict[str, Any]:
    """Return what is kept of a query. Raise InvalidInput for what no list understands."""
    text, choices = query.get(TEXT, ""), {name: query[name] for name in sorted(CHOICES & query.keys())}
    fits = isinstance(text, str) and len(text) <= MAX_CHARACTERS and query.keys() <= CHOICES | {TEXT}
    for values in choices.values():
        fits = fits and isinstance(values, list) and len(values) <= MAX_CHOICES
        fits = fits and all(isinstance(one, str) and len(one) <= MAX_CHARACTERS for one in values)
    if not fits:
        known = ", ".join(sorted(CHOICES))
        raise InvalidInput(f"A view holds a text and lists of texts under {known}.", fields={"query": "not understood"})
    if len(choices.get("order", ())) > 1:
        raise InvalidInput("A view has one order.", fields={"query.order": "several"})
    chosen_in(choices.get("metadata", ()))
    for name, words in KNOWN.items():
        if strange := sorted(set(choices.get(name, ())) - set(words)):
            sentence = f"There is no {name} called {strange[0]}: it is one of {', '.join(words)}."
            raise InvalidInput(sentence, fields={f"query.{name}": "not one of them"})
    for one in Measured:
        if not all(range_of(one, span) for span in choices.get(one, ())):
            sentence = f"A range of {one} is written as 1..5, with one of its ends at least."
            raise InvalidInput(sentence, fields={f"query.{one}": "no range"})
    times = choices.get("time", [])
    choices |= {"time": [one if one in DAYS else _span(one) for one in times]} if times else {}
    if len(times) > 1 or "" in choices.get("time", ()):
        sentence = f"A view has one time: {', '.join(DAYS)}, or two moments with their zone and / between."
        raise InvalidInput(sentence, fields={"query.time": "no time"})
    return {TEXT: text, **choices}


def _span(text: str) -> str:
    """Return two moments as they are kept, empty where they are none."""
    try:
        ends = [datetime.fromisoformat(one) for one in text.split("/")]
        kept = [one.astimezone(UTC).isoformat() for one in ends if one.tzinfo]
    except (ValueError, OverflowError):
        return ""
    return "/".join(kept) if len(kept) == len(ends) == len(("since", "until")) else ""


def _view(row: ConversationViewRow) -> View:
    return View(row.id, row.name, row.query, row.created_by, row.version)
