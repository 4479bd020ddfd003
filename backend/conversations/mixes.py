"""The mix of what the filters choose among, which the databases keep in one column of a conversation.

By that column a log of 100,000 is counted in a third of the time that its fourteen parts take: each row is compared
once, and the 18,000 mixes of such a log come back as one text each.
"""

from __future__ import annotations

from collections.abc import Collection
from sys import intern
from typing import Any, NamedTuple

from backend.conversations.types import FailedTools, FailedTurns, Outcome, Satisfaction, prompt_choice, version_choice

# Stands between the parts, and in none.
BETWEEN = "\x1f"
PARTS = (
    "flow_id", "flow_name", "state", "has_failed", "rating", "channel", "model", "prompt_name", "prompt_version",
    "task_completed", "satisfaction", "tags", "version", "has_failed_tool",
)  # fmt: skip
TEXTS = frozenset(("flow_id", "flow_name", "state", "rating", "channel", "model", "prompt_name", "tags"))
MARKED = frozenset(("has_failed", "has_failed_tool"))
# Kept at most, of 400 bytes each.
MOST = 50_000


def mix_sql() -> str:
    """Return what both databases compute the column from."""
    return f" || '{BETWEEN}' || ".join(map(_part, PARTS))


def _part(name: str) -> str:
    if name in TEXTS:
        return f"replace({name}, '{BETWEEN}', ' ')"
    if name in MARKED:
        return f"CASE WHEN {name} THEN '1' ELSE '' END"
    if name == "task_completed":
        return f"CASE WHEN {name} IS NULL THEN '' WHEN {name} THEN '1' ELSE '0' END"
    return f"coalesce(CAST({name} AS VARCHAR), '')"


class Mix(NamedTuple):
    """What each filter chooses by, of a mix a text; `tags` and `models` as a row keeps several of them."""

    flow_ids: Any
    flow_name: Any
    states: Any
    failed_turns: Any
    ratings: Any
    channels: Any
    models: Any
    prompts: Any
    outcomes: Any
    satisfactions: Any
    tags: Any
    versions: Any
    failed_tools: Any


OUTCOMES = {"1": Outcome.COMPLETED, "0": Outcome.NOT_COMPLETED, "": Outcome.UNKNOWN}


def mix_of(text: str) -> Mix:
    """Return what stands in the column. Equal texts are one object: they are compared and hashed once."""
    (flow_id, flow_name, state, failed, rating, channel, model, prompt, prompt_version, completed, satisfaction, tags,
     version, failed_tool) = text.split(BETWEEN)  # fmt: skip
    told = (
        flow_id, flow_name, state, FailedTurns.SOME if failed else FailedTurns.NONE, rating, channel, model,
        prompt_choice(prompt, int(prompt_version)), OUTCOMES[completed], satisfaction or Satisfaction.UNKNOWN, tags,
        version_choice(flow_id, int(version)), FailedTools.SOME if failed_tool else FailedTools.NONE,
    )  # fmt: skip
    return Mix._make(intern(str(one)) for one in told)


class Mixes:
    """Those that were read already: to read the 18,000 of a long log takes a tenth of a second."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: dict[str, Mix] = {}

    def read(self, texts: Collection[str]) -> Mix:
        """Return what each filter chooses by, a column of as many places as there are texts."""
        if not texts:
            return Mix._make([()] * len(Mix._fields))
        new = [text for text in texts if text not in self._known]
        if len(self._known) + len(new) > self._most:
            self._known, new = {}, [*texts]
        self._known |= ((text, mix_of(text)) for text in new)
        return Mix._make(zip(*map(self._known.__getitem__, texts), strict=True))
