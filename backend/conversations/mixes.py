"""The mix of what the filters choose among, which the databases keep in one column of a conversation.

By that column a log of 100,000 is counted in a third of the time that its fourteen parts take: each row is compared
once, and the 18,000 mixes of such a log come back as one text each.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from importlib import import_module
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
    """What each filter chooses by, a text or the `Values` of many mixes; `tags` and `models` as a row keeps several."""

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
    """Return what stands in the column."""
    (flow_id, flow_name, state, failed, rating, channel, model, prompt, prompt_version, completed, satisfaction, tags,
     version, failed_tool) = text.split(BETWEEN)  # fmt: skip
    return Mix(
        flow_id, flow_name, state, FailedTurns.SOME if failed else FailedTurns.NONE, rating, channel, model,
        prompt_choice(prompt, int(prompt_version)), OUTCOMES[completed], satisfaction or Satisfaction.UNKNOWN, tags,
        version_choice(flow_id, int(version)), FailedTools.SOME if failed_tool else FailedTools.NONE,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Values:
    """What a filter chooses by, of many mixes: `places` says of each, in order, which of `known` it has.

    `known` may hold values of other logs; `present` are those of these mixes.
    """

    known: tuple[str, ...]
    places: Any

    def present(self) -> list[str]:
        counts = numpy().bincount(self.places, minlength=len(self.known))
        return [self.known[place] for place in counts.nonzero()[0].tolist()]

    def added(self, weights: Any) -> dict[str, int]:
        """Return the sum of the weights, one for each mix, by value, without those of none."""
        sums = numpy().bincount(self.places, weights, len(self.known))  # whole to 2 ** 53
        return {self.known[place]: int(sums[place]) for place in sums.nonzero()[0].tolist()}

    def beside(self, other: Values) -> list[tuple[str, str]]:
        """Return which values stand in one mix with which of another part of it."""
        np, num = numpy(), max(1, len(other.known))
        pairs = np.unique(self.places * num + other.places).tolist()
        return [(self.known[pair // num], other.known[pair % num]) for pair in pairs]

    def among(self, values: Collection[str]) -> Any:
        """Return of each mix whether it has one of these values."""
        return numpy().array([one in values for one in self.known], dtype=bool)[self.places]


class Mixes:
    """Those that were read already: to read the 18,000 of a long log takes a tenth of a second."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._forget()

    def read(self, texts: Collection[str]) -> Mix:
        """Return the `Values` of each filter, with a place for each text."""
        new = [text for text in texts if text not in self._known]
        if len(self._known) + len(new) > self._most:
            self._forget()
            new = [*texts]
        self._learn(new)
        rows = numpy().fromiter(map(self._known.__getitem__, texts), dtype="intp", count=len(texts))
        taken = self._places[:, rows]
        return Mix._make(Values(tuple(known), places) for known, places in zip(self._values, taken, strict=True))

    def _forget(self) -> None:
        self._known: dict[str, int] = {}  # which column of `_places` a text has
        self._values = tuple(dict[str, int]() for _ in Mix._fields)
        self._places: Any = None

    def _learn(self, texts: Sequence[str]) -> None:
        np, first = numpy(), len(self._known)
        told = [self._placed(mix_of(text)) for text in texts]
        self._known |= zip(texts, range(first, first + len(told)), strict=True)
        if told or self._places is None:
            new = np.array(told, dtype="intp").reshape(-1, len(Mix._fields)).T
            self._places = new if self._places is None else np.concatenate((self._places, new), axis=1)

    def _placed(self, mix: Mix) -> list[int]:
        return [known.setdefault(str(one), len(known)) for known, one in zip(self._values, mix, strict=True)]


def numpy() -> Any:
    """Return the library, loaded where a log is first counted: a start goes without it."""
    return import_module("numpy")
