"""What each choice of a filter would show: the mixes of a log, added up along every filter at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from backend.conversations.mixes import Mix
from backend.conversations.tags import tags_in
from backend.conversations.types import (
    AGENT,
    SHOWN,
    Channel,
    ChatState,
    Facet,
    Facets,
    FailedTools,
    FailedTurns,
    Filters,
    Outcome,
    Rating,
    Satisfaction,
)
from backend.conversations.used_models import models_in

MAX_NAMED = 20
# Of these a conversation has several.
SEVERAL: dict[str, Callable[[str], Iterable[str]]] = {"tags": tags_in, "models": models_in}
CHOICES = tuple(name for name in Mix._fields if name != "flow_name")


def facets_of(mixes: Mix, nums: Sequence[int], filters: Filters) -> Facets:
    """Add mixes up along each filter, beside what the others choose; the most frequent flow and model first.

    Column by column: a long log has 18,000 mixes, but few values of each filter.
    """
    wanted = {name: frozenset(getattr(filters, name)) for name in CHOICES}
    wanted["channels"] = shown = wanted["channels"] or SHOWN
    keys = {name: getattr(mixes, name) for name in CHOICES}
    told = {name: {key: _told(name, key) for key in set(keys[name])} for name in CHOICES}
    fails = {name: _refused(keys[name], told[name], among) for name, among in wanted.items() if among}
    num_fails = [sum(each) for each in zip(*fails.values(), strict=True)]
    left = [0 if failed else num for num, failed in zip(nums, num_fails, strict=True)]
    counts = {}
    for name in CHOICES:
        # Of a filter that chooses, what it alone refuses counts too.
        weights = left
        if name in fails:
            own = zip(nums, num_fails, fails[name], strict=True)
            weights = [num if failed == alone else 0 for num, failed, alone in own]
        counts[name] = _added(keys[name], weights, told[name])
    names: dict[str, str] = {}
    for flow_id, name in set(zip(mixes.flow_ids, mixes.flow_name, strict=True)):
        names[flow_id] = max(name, names.get(flow_id, ""))
        counts["flow_ids"][flow_id] += 0  # a flow keeps its line where it would show nothing
    every = SHOWN | shown
    return Facets(
        total=sum(num for num, channel in zip(nums, mixes.channels, strict=True) if channel in every),
        matching=sum(left),
        flows=tuple(Facet(one, names[one], number) for one, number in _ordered(counts["flow_ids"])),
        versions=_versions(counts["versions"], names, filters) if filters.flow_ids or filters.versions else (),
        states=_each(ChatState, counts["states"]),
        failed_turns=_each(FailedTurns, counts["failed_turns"]),
        failed_tools=_each(FailedTools, counts["failed_tools"]),
        ratings=_each(Rating, counts["ratings"]),
        channels=_each(Channel, counts["channels"]),
        models=_most(counts["models"]),
        prompts=_most(counts["prompts"]),
        outcomes=_each(Outcome, counts["outcomes"]),
        satisfactions=_each(Satisfaction, counts["satisfactions"]),
        tags=_most(counts["tags"]),
    )


def _told(name: str, key: str) -> tuple[str, ...]:
    """Return what a filter chooses a conversation by."""
    return tuple(SEVERAL[name](key)) if name in SEVERAL else (key,)


def _refused(keys: Iterable[Any], told: Mapping[Any, tuple[str, ...]], among: frozenset[str]) -> list[bool]:
    """Return of each mix whether a filter leaves it out."""
    out = {key for key, values in told.items() if among.isdisjoint(values)}
    return [key in out for key in keys]


def _added(keys: Iterable[Any], weights: Iterable[int], told: Mapping[Any, tuple[str, ...]]) -> Counter[str]:
    """Return how many conversations each choice has, without those that have none."""
    found, counts = dict.fromkeys(told, 0), Counter[str]()
    for key, number in zip(keys, weights, strict=True):
        found[key] += number
    for key, number in found.items():
        for value in told[key] if number else ():
            counts[value] += number
    return counts


def _versions(counts: Counter[str], names: Mapping[str, str], filters: Filters) -> tuple[Facet, ...]:
    """Return the versions of flows, the most frequent first; what ran elsewhere has none, unless it is asked for."""
    found = list[Facet]()
    for value, number in _ordered(counts):
        flow_id, _, version = value.rpartition(" v")
        is_held = not flow_id.startswith(AGENT)
        if is_held or value in filters.versions:
            word = f" v{version}" if version != "0" else " draft" if is_held else ""
            found.append(Facet(value, f"{names[flow_id]}{word}", number))
    return tuple(found[:MAX_NAMED])


def _most(counts: Counter[str]) -> tuple[Facet, ...]:
    """Return those with a name, the most frequent first."""
    named = [(name, number) for name, number in _ordered(counts) if name]
    return tuple(Facet(name, name, number) for name, number in named[:MAX_NAMED])


def _ordered(counts: Counter[str]) -> list[tuple[str, int]]:
    """Return the most frequent first, and of equals always the same one."""
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


def _each(values: Iterable[str], counts: Counter[str]) -> tuple[Facet, ...]:
    return tuple(Facet(value, value, counts[value]) for value in values)
