"""Which message says now what another one said before more of its trace was told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from backend.conversations.models import MessageRow
from backend.conversations.types import Role

Said = tuple[Any, ...]


def said_by(rows: Mapping[str, MessageRow]) -> dict[str, Said]:
    """Return what tells the messages of a trace from each other, in their order; later their rows may say other."""
    return {id_: (row.role, row.tool_name, row.text) for id_, row in sorted(rows.items())}


def successors(before: Mapping[str, Said], now: Mapping[str, Said]) -> dict[str, str]:
    """Return the id of now for each of before that is another, in an order in which none is moved twice.

    The answer stays the answer and the question the question, whatever they say; a step that nobody tells any more is
    followed by the answer.
    """
    left = {id_: said for id_, said in now.items() if before.get(id_) != said}
    made: dict[str, str] = {}
    for id_, said in before.items():
        if now.get(id_) == said:
            continue
        follows = next((one for one, says in left.items() if says == said), "")
        if not follows or said[0] == Role.ASSISTANT:
            follows = _like(id_, before, now) or follows
        made[id_] = follows or max(now)
        left.pop(made[id_], None)
    waiting = {id_: follows for id_, follows in made.items() if id_ != follows}
    ordered: dict[str, str] = {}
    while waiting:
        free = next((id_ for id_, follows in waiting.items() if follows not in waiting), next(iter(waiting)))
        ordered[free] = waiting.pop(free)
    return ordered


def _like(id_: str, before: Mapping[str, Said], now: Mapping[str, Said]) -> str:
    """Return the answer for the answer and the question for the question; empty for a step."""
    for role, pick in ((Role.ASSISTANT, max), (Role.USER, min)):
        if id_ == pick(_of(role, before), default=""):
            return pick(_of(role, now), default="")
    return ""


def _of(role: Role, said: Mapping[str, Said]) -> Sequence[str]:
    return [id_ for id_, (by, *_) in said.items() if by == role]
