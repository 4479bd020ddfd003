"""What people note on conversations, and keep of the list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict

# Days that a view is of by a name, counted by the clock of who looks: the last 7 are today and six before it.
DAYS = ("today", "yesterday", "7", "30")


@dataclass(frozen=True, slots=True)
class Comment:
    """A word to colleagues, of a message where `message_id` is not empty. Whoever wrote it may delete it."""

    id: str
    conversation_id: str
    message_id: str
    text: str
    author: str
    author_id: str
    created_at: datetime


MAX_VIEW_NAME = 60


@dataclass(frozen=True, slots=True)
class View:
    """A saved view. `query` has `text`, and lists under the names of the filters and `columns`.

    `time` has one of `DAYS`, or a moment and the one it ends before, as "2026-11-01T00:00:00+00:00/...".
    """

    id: str
    name: str
    query: dict[str, Any]
    created_by: str
    version: int


@dataclass(frozen=True, slots=True)
class Tagged:
    """What became of a tag for several conversations, by their ids: who got it, had it, or had no room for it."""

    tag: str
    added: tuple[str, ...] = ()
    had: tuple[str, ...] = ()
    full: tuple[str, ...] = ()


class OutcomeTold(TypedDict, total=False):
    """What somebody says of a conversation as a whole; `satisfaction` is 1 (not at all) to 5."""

    satisfaction: int | None
    task_completed: bool | None
