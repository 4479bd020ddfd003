"""The log in figures: for dashboards, for the overview, and for what watches over a threshold."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain, pairwise

from backend.columns import utc_now
from backend.conversations.adding import Sum, whole
from backend.conversations.clock import borders, zone_of
from backend.conversations.facet_types import IS
from backend.conversations.figure_types import (
    NO_FIGURES,
    Dashboard,
    Figures,
    FigureWish,
    Line,
    Point,
    Split,
)
from backend.conversations.repository import FigureRepository, Found, Told
from backend.conversations.service.base import Base
from backend.conversations.types import Filters
from backend.conversations.used_models import models_in
from backend.errors import InvalidInput
from backend.operator import Operator, Permission

MAX_LINES = 8
DEFAULT_RANGE = timedelta(days=6)
Points = defaultdict[int, Sum]


class MeasuringUseCases(Base):
    """Each figure is of the conversations that the log lists for the same filters and the same time, but for examples.

    What came with the product is no traffic: it counts only where its channel is chosen.
    """

    async def dashboard(self, operator: Operator, wish: FigureWish) -> Dashboard:
        """Return the lines over the range, of the last seven days where none is named.

        Raise InvalidInput for an unknown zone, for a range that is empty or has too many steps, and for a split by
        metadata that names none.
        """
        operator.require(Permission.CONVERSATIONS_READ)
        if wish.split is Split.METADATA and not wish.key:
            raise InvalidInput("A split by metadata needs the name in it.", fields={"key": "empty"})
        until = wish.filters.until or utc_now()
        edges = borders(wish.filters.since or until - DEFAULT_RANGE, until, wish.step, zone_of(wish.zone))
        since, until = edges[0], edges[-1]
        filters = replace(wish.filters, since=since, until=until)
        async with self._units.read(operator) as session:
            found = await self._find(session, operator, filters.text)
            before = replace(filters, since=since - (until - since), until=since)
            rows = FigureRepository(session, operator.project_id)
            earlier = await rows.told(before, found)
            among, num_lines = None, 0
            if wish.split is Split.METADATA:
                among, num_lines = await rows.frequent(filters, found, wish.key, MAX_LINES)
        told = await self._told(operator, replace(wish, filters=filters), found, edges, among)
        rest = [one for one in told if one.value is None]
        told = [one for one in told if one.value is not None]
        names: dict[str, str] = {}
        if wish.split is Split.FLOW:
            async with self._units.read(operator) as session:
                rows = FigureRepository(session, operator.project_id)
                names = await rows.told_apart({one.value or "": one.name for one in told})
        if wish.split is Split.METADATA:
            told = [one._replace(value=f"{wish.key}{IS}{one.value}") for one in told]
        # Beside the loop: a month of a dozen flows comes in 26,000 parts, which take a tenth of a second.
        return await asyncio.to_thread(_drawn, wish.split, edges, told, names, earlier, rest=rest, num_lines=num_lines)

    async def _told(
        self,
        operator: Operator,
        wish: FigureWish,
        found: Found | None,
        edges: Sequence[datetime],
        among: Sequence[str] | None,
    ) -> Sequence[Told]:
        """Read the older steps and the newer ones at once, each half in half of the time.

        Nobody holds one reader here and waits for another: as many who did would wait for each other.
        """

        async def part(first: int, edges: Sequence[datetime]) -> Sequence[Told]:
            async with self._units.read(operator) as session:
                rows = FigureRepository(session, operator.project_id)
                return await rows.told(
                    wish.filters, found, wish.split, edges, metadata=wish.key, among=among, first=first
                )

        middle = len(edges) // 2
        halves = ((0, edges[: middle + 1]), (middle, edges[middle:]))
        return [*chain.from_iterable(await asyncio.gather(*(part(*half) for half in halves if len(half[1]) > 1)))]

    async def windows(
        self, operator: Operator, filters: Filters, edges: Sequence[datetime], num_steps: int
    ) -> list[Figures]:
        """Return the figures of each window of `num_steps` steps between the edges, the oldest first.

        Added up in a thread: two thousand windows take a third of a second.
        """
        operator.require(Permission.CONVERSATIONS_READ)
        async with self._units.read(operator) as session:
            found = await self._find(session, operator, filters.text)
            told = await FigureRepository(session, operator.project_id).told(filters, found, edges=edges)
        return await asyncio.to_thread(_sliding, told, len(edges) - 1, num_steps)

    async def figures(self, operator: Operator, filters: Filters) -> Figures:
        """Return the figures of everything that the filters show."""
        operator.require(Permission.CONVERSATIONS_READ)
        async with self._units.read(operator) as session:
            found = await self._find(session, operator, filters.text)
            return whole(await FigureRepository(session, operator.project_id).told(filters, found))


def _sliding(told: Sequence[Told], num: int, num_steps: int) -> list[Figures]:
    """Add the step that comes and take off the one that goes, so that long windows cost no more than short ones."""
    steps = [Sum() for _ in range(num)]
    for one in told:
        steps[one.place].add(one)
    window, made = Sum(), list[Figures]()
    for at, step in enumerate(steps):
        window.add_all([step])
        if at >= num_steps:
            window.take(steps[at - num_steps])
        if at >= num_steps - 1:
            made.append(window.figures())
    return made


def _drawn(
    split: Split,
    edges: Sequence[datetime],
    told: Iterable[Told],
    names: Mapping[str, str],
    earlier: Iterable[Told],
    *,
    rest: Iterable[Told] = (),
    num_lines: int = 0,
) -> Dashboard:
    """Draw the lines of what was told; `rest` counts without a line, as one of `num_lines`."""
    newest: dict[str, str] = {}
    at = defaultdict[str, Points](_points)
    others = _points()
    for one in rest:
        others[one.place].add(one)
    for one in told:
        value = one.value or ""
        newest[value] = max(one.name, newest.get(value, ""))
        at[value][one.place].add(one)
    every = [point for points in (*at.values(), others) for point in points.items()]
    nums = Counter[int]()
    for place, each in every:
        nums[place] += each.num
    if split is Split.MODEL:
        at, newest = _by_model(at), {}
    # Ranked before they are drawn: a name in metadata may have a value for each conversation.
    order = sorted(
        (-sum(one.num for one in points.values()), names.get(value, newest.get(value, value)), value)
        for value, points in at.items()
    )
    lines = [_line(value, name, at[value], edges) for _, name, value in order[:MAX_LINES]]
    if not lines and split is Split.NONE:
        lines = [_line("", "", {}, edges)]
    all_of = Sum().add_all(one for _, one in every).figures()
    counted = tuple(nums[place] for place in range(len(edges) - 1))
    return Dashboard(
        edges[0], edges[-1], all_of, whole(earlier), tuple(lines), max(num_lines, len(order), len(lines)), counted
    )


def _points() -> Points:
    return defaultdict(Sum)


def _by_model(at: Mapping[str, Points]) -> defaultdict[str, Points]:
    """Count a conversation of several models for each of them, as the filter of the log finds it."""
    made = defaultdict[str, Points](_points)
    for value, points in at.items():
        for model in models_in(value):
            for place, one in points.items():
                made[model][place].add_all([one])
    return made


def _line(value: str, name: str, at: Mapping[int, Sum], edges: Sequence[datetime]) -> Line:
    points = (
        Point(since, until, at[place].figures() if place in at else NO_FIGURES)
        for place, (since, until) in enumerate(pairwise(edges))
    )
    return Line(value, name, Sum().add_all(at.values()).figures(), tuple(points))
