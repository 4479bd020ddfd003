"""Rows of the dashboards: lines, points, and where each leads."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import NamedTuple

from backend.conversations.facet_types import IS
from backend.conversations.figure_types import Dashboard, Line, Point, Split, Step
from backend.conversations.types import Channel
from backend.flows.types import Publishing
from console import routes
from console.state import formats
from console.state.conversations_filters import METADATA, Pair, figure_address
from console.state.conversations_metadata import COLUMN
from console.state.conversations_words import CHANNEL_WORDS
from console.state.figure_picture import Event, Series
from console.state.figure_rows import Metric, percent
from console.state.forms import Choice

SPLITS = (
    (Split.NONE.value, "Everything together"),
    (Split.FLOW.value, "By flow or agent"),
    (Split.VERSION.value, "By flow version"),
    (Split.PROMPT.value, "By prompt version"),
    (Split.MODEL.value, "By model"),
    (Split.CHANNEL.value, "By channel"),
)
# What stays of the choices, and what stands in the place of the rest.
Leads = tuple[tuple[Pair, ...], dict[str, str]]
MOST_TOLD = 4  # versions of one step that are named
NOT_TOLD = {
    Split.PROMPT.value: "No prompt",
    Split.MODEL.value: "No model",
    Split.FLOW.value: "No flow",
    Split.VERSION.value: "No flow",
    Split.METADATA.value: "Not told",
}


@dataclass(frozen=True)
class TimeCell:
    """A value; of a share also of how many it is one."""

    value: str = ""
    of: str = ""


@dataclass(frozen=True)
class TimeRow:
    """A step of time and the value of each line in it."""

    when: str
    href: str
    num: str
    cells: list[TimeCell]
    published: str = ""


class Published(NamedTuple):
    """What was published in a step of time: in words, and the address of the one flow that it was of, or of all."""

    words: str
    href: str


@dataclass(frozen=True)
class LineRow:
    """A line with all its figures."""

    kind: str
    name: str
    href: str
    num: str
    failed: str
    p50: str
    p95: str
    p99: str
    tokens: str
    cost: str
    helpful: str
    completed: str


def series_of(found: Dashboard, metric: Metric, chosen: tuple[Pair, ...], split: str) -> list[Series]:
    """Return what is drawn: each reading of the one line, or the main reading of each line."""
    if split != Split.NONE:
        main = metric.readings[metric.main].of
        return [
            Series(
                name_of(line, split),
                [main(point.figures) for point in line.points],
                [_at(metric, of_line(chosen, line, split), point, main(point.figures)) for point in line.points],
            )
            for line in found.lines
        ]
    return [
        Series(
            reading.name,
            [reading.of(point.figures) for point in line.points],
            [_at(metric, (chosen, {}), point, reading.of(point.figures)) for point in line.points],
        )
        for line in found.lines
        for reading in metric.readings
    ]


def splits_of(names: Sequence[str]) -> list[Choice]:
    """Return what may be split by: what every conversation has, and the names in the metadata of some."""
    found = [Choice(*one) for one in SPLITS]
    return [*found, *(Choice(f"{COLUMN}{one}", f"By metadata {one}") for one in names)]


def of_line(chosen: tuple[Pair, ...], line: Line, split: str) -> Leads:
    """Return what leads to a line."""
    if split == Split.NONE:
        return chosen, {}
    if split != Split.METADATA:
        return chosen, {split: line.value}
    name = line.value.partition(IS)[0]
    others = tuple(one for one in chosen if one[0] != METADATA or one[1].partition(IS)[0] != name)
    return (*others, (METADATA, line.value)), {}


def name_of(line: Line, split: str) -> str:
    if split == Split.CHANNEL:
        return CHANNEL_WORDS[Channel(line.value)]
    return line.name or NOT_TOLD.get(split, line.value)


def _at(metric: Metric, of: Leads, point: Point, value: float | None) -> str:
    """Return the log with what stands behind a point: of failures, those that failed; of a time, those as long."""
    chosen, more = of
    moments = {"since": point.since.isoformat(), "until": point.until.isoformat()}
    ranges = metric.range_at(value) if value is not None else {}
    most = {key: span.partition("..")[2] for key, span in chosen if key in ranges}
    within = {key: f"{span}{most.get(key, '')}" for key, span in ranges.items()}
    return figure_address(chosen, metric.behind, **more, **within, **moments)


def published_by_step(found: Dashboard, publishings: Sequence[Publishing], zone: tzinfo) -> dict[int, Published]:
    """Return what was published in each step of the range, by the place of the step."""
    points = found.lines[0].points if found.lines else ()
    ends, steps = [point.until for point in points], dict[int, list[Publishing]]()
    for one in sorted(publishings, key=lambda one: one.at):
        if (at := bisect_right(ends, one.at)) < len(points):
            steps.setdefault(at, []).append(one)
    return {at: _published(each, zone) for at, each in steps.items()}


def _published(each: Sequence[Publishing], zone: tzinfo) -> Published:
    if len(each) > MOST_TOLD:
        told = formats.counted(len(each), "version")
    else:
        told = "; ".join(f"{one.flow_name} v{one.number}, {one.at.astimezone(zone):%H:%M}" for one in each)
    flows = {one.flow_id for one in each}
    return Published(told, routes.to(routes.FLOW, flows.pop()) if len(flows) == 1 else routes.FLOWS)


def events_of(published: Mapping[int, Published], num_steps: int) -> list[Event]:
    """Return the marks of what was published, in the middle of its step as the points are."""
    return [
        Event(f"{100 * (at + 0.5) / num_steps:.2f}%", f"Published: {one.words}", one.href)
        for at, one in published.items()
    ]


def with_published(rows: Sequence[TimeRow], published: Mapping[int, Published]) -> list[TimeRow]:
    """Say of each row, the newest first, what was published in its step."""
    last = len(rows) - 1
    told = {last - at: one.words for at, one in published.items()}
    return [replace(row, published=told.get(at, "")) for at, row in enumerate(rows)]


def time_rows(
    found: Dashboard, metric: Metric, series: Sequence[Series], words: Sequence[str], chosen: tuple[Pair, ...]
) -> list[TimeRow]:
    """Return a row a step, the newest first; it leads where its points do, without a value to the whole step."""
    rows = []
    # Several readings are of the one line.
    lines = found.lines if len(found.lines) == len(series) else [*found.lines] * len(series)
    for at, when in enumerate(words):
        point = found.lines[0].points[at]
        values = [one.values[at] for one in series]
        behind = metric.behind if any(value is not None for value in values) else ()
        cells = [
            TimeCell(metric.write(value)) if value is not None else TimeCell(metric.unknown(line.points[at].figures))
            for value, line in zip(values, lines, strict=True)
        ]
        if metric.is_share:  # has one reading, so that each value is of one line
            cells = [
                replace(cell, of=f"of {formats.count(metric.base(line.points[at].figures))}") if cell.value else cell
                for cell, line in zip(cells, found.lines, strict=True)
            ]
        moments = {"since": point.since.isoformat(), "until": point.until.isoformat()}
        rows.append(TimeRow(when, figure_address(chosen, behind, **moments), formats.count(found.nums[at]), cells))
    return rows[::-1]


def line_rows(found: Dashboard, chosen: tuple[Pair, ...], split: str) -> list[LineRow]:
    return [
        LineRow(
            kind=f"s{number}",
            name=name_of(line, split),
            href=figure_address(kept, **more, since=found.since.isoformat(), until=found.until.isoformat()),
            num=formats.count(line.figures.num),
            failed=_share(line.figures.failed_share),
            p50=_time(line.figures.p50),
            p95=_time(line.figures.p95),
            p99=_time(line.figures.p99),
            tokens=formats.count(line.figures.tokens_in + line.figures.tokens_out),
            cost=_cost(line),
            helpful=_share(line.figures.liked_share),
            completed=_share(line.figures.completed_share),
        )
        for number, line in enumerate(found.lines, 1)
        for kept, more in [of_line(chosen, line, split)]
    ]


def _cost(line: Line) -> str:
    """Write what a line cost in the room of a cell; its tile says what "no price" is of."""
    number = formats.count(line.figures.num_unpriced) if line.figures.cost and line.figures.num_unpriced else ""
    written = formats.summed(line.figures.cost, 0 if line.figures.cost else line.figures.num_unpriced)
    return f"{written}, {number} {formats.NO_PRICE}" if number else written


def _share(value: float | None) -> str:
    return percent(value) if value is not None else ""


def _time(value: int | None) -> str:
    return formats.span(value) if value is not None else ""


def point_words(since: datetime, step: Step, zone: tzinfo) -> str:
    """Return how a step is called: 14:00 of an hour with its day, 18 Nov of a day or of a week's Monday."""
    local = since.astimezone(zone)
    day = f"{local.day} {local:%b}"
    return f"{day} {local:%H:%M}" if step is Step.HOUR else day
