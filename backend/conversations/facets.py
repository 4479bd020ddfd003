"""What each choice of a filter would show: the mixes of a log, added up along every filter at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from backend.conversations.mixes import Mix, Values, numpy
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
    np, all_nums = numpy(), numpy().array(nums, dtype="int64")
    wanted = {name: frozenset(getattr(filters, name)) for name in CHOICES}
    wanted["channels"] = shown = wanted["channels"] or SHOWN
    columns: dict[str, Values] = {name: getattr(mixes, name) for name in CHOICES}
    told = {name: {one: _told(name, one) for one in column.present()} for name, column in columns.items()}
    fails = {name: columns[name].among(_refused(told[name], among)) for name, among in wanted.items() if among}
    num_fails = sum(fails.values(), np.zeros(len(nums), dtype="int64"))
    left = np.where(num_fails == 0, all_nums, 0)
    counts = {}
    for name, column in columns.items():
        # Of a filter that chooses, what it alone refuses counts too.
        weights = np.where(num_fails == fails[name], all_nums, 0) if name in fails else left
        counts[name] = _told_apart(column.added(weights), told[name])
    names: dict[str, str] = {}
    for flow_id, name in columns["flow_ids"].beside(mixes.flow_name):
        names[flow_id] = max(name, names.get(flow_id, ""))
        counts["flow_ids"][flow_id] += 0  # a flow keeps its line where it would show nothing
    every = columns["channels"].among(SHOWN | shown)
    return Facets(
        total=int(all_nums[every].sum()),
        matching=int(left.sum()),
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


def _refused(told: Mapping[str, tuple[str, ...]], among: frozenset[str]) -> set[str]:
    """Return the values that a filter leaves out."""
    return {one for one, choices in told.items() if among.isdisjoint(choices)}


def _told_apart(sums: Mapping[str, int], told: Mapping[str, tuple[str, ...]]) -> Counter[str]:
    """Return how many conversations each choice has, of which a value may be several."""
    counts = Counter[str]()
    for one, number in sums.items():
        for choice in told[one]:
            counts[choice] += number
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
