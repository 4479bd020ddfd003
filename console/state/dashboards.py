"""The dashboards: a figure of the log over time, split, filtered as the log is, and each point a way into it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta, tzinfo

import reflex as rx

from backend.alerts.types import Measure
from backend.bootstrap import services
from backend.conversations.figure_types import Dashboard, FigureWish, Split, Step
from backend.flows.types import Publishing
from backend.operator import Operator, Permission
from backend.paging import Page
from console import routes
from console.state import formats
from console.state.conversations_filters import (
    asked_of,
    figure_address,
    filter_lines,
    filters_of,
    log_address,
    time_pair,
)
from console.state.conversations_metadata import COLUMN
from console.state.dashboards_rows import (
    LineRow,
    TimeRow,
    events_of,
    line_rows,
    point_words,
    published_by_step,
    series_of,
    splits_of,
    time_rows,
    with_published,
)
from console.state.figure_picture import Drawing, drawing
from console.state.figure_rows import METRICS, Tile, compared, tile
from console.state.filtered import Filtered
from console.state.forms import Choice

DAYS = {"1": 1, "7": 7, "30": 30, "90": 90}
STEPS = {"1": Step.HOUR, "7": Step.DAY, "30": Step.DAY, "90": Step.WEEK}
OWN = "own"
# What an alert watches of the figure that is shown.
WATCHED = {one: one for one in METRICS} | {
    "failed": Measure.FAILED_SHARE,
    "latency": Measure.LATENCY_P95,
    "helpful": Measure.HELPFUL_SHARE,
    "completed": Measure.COMPLETED_SHARE,
}


class DashboardsState(Filtered, rx.State):
    """Everything is read anew at each choice; nothing is kept between."""

    span: rx.Field[str] = rx.field("7")
    step: rx.Field[str] = rx.field(Step.DAY.value)
    split: rx.Field[str] = rx.field(Split.NONE.value)
    splits: rx.Field[list[Choice]] = rx.field(default_factory=lambda: splits_of(()))
    metric: rx.Field[str] = rx.field("conversations")
    first_day: rx.Field[str] = rx.field("")
    last_day: rx.Field[str] = rx.field("")
    against: rx.Field[str] = rx.field("")
    tiles: rx.Field[list[Tile]] = rx.field(default_factory=list)
    picture: rx.Field[Drawing] = rx.field(default_factory=Drawing)
    picture_title: rx.Field[str] = rx.field("")
    picture_words: rx.Field[str] = rx.field("")
    heads: rx.Field[list[str]] = rx.field(default_factory=list)
    times: rx.Field[list[TimeRow]] = rx.field(default_factory=list)
    lines: rx.Field[list[LineRow]] = rx.field(default_factory=list)
    shown: rx.Field[str] = rx.field("")
    more_lines: rx.Field[str] = rx.field("")
    log_href: rx.Field[str] = rx.field("")
    watch_href: rx.Field[str] = rx.field("")
    _found: Dashboard | None = None
    _published: tuple[Publishing, ...] = ()
    _read_at: datetime = formats.now()

    @rx.event
    async def load(self) -> None:
        """Read the figures; the address may choose filters."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        if chosen := asked_of(self.router.url.query_parameters):
            self._chosen, self.num_filters = chosen, len(chosen)
        await self._read(operator)

    @rx.event
    async def show_span(self, span: str) -> None:
        """Show the last day, week, month or quarter, in steps that suit it."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        if span in DAYS:
            self.span, self.step, self.first_day, self.last_day = span, STEPS[span].value, "", ""
        await self._read(operator)

    @rx.event
    async def show_days(self, days: dict[str, str]) -> None:
        """Show from one day to another, both whole."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        self.first_day, self.last_day, self.span = days.get("first", ""), days.get("last", ""), OWN
        await self._read(operator)

    @rx.event
    async def show_step(self, step: str) -> None:
        """Draw a point for each hour, day or week."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        self.step = step if step in set(Step) else self.step
        await self._read(operator)

    @rx.event
    async def show_split(self, split: str) -> None:
        """Draw a line for each flow, prompt version, model or channel, or for each value of a name in metadata."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        self.split = split if split in {one.value for one in self.splits} else self.split
        await self._read(operator)

    @rx.event
    async def show_metric(self, metric: str) -> None:
        """Draw another figure of what was read."""
        await self._operator(Permission.CONVERSATIONS_READ)
        self.metric = metric if metric in METRICS else self.metric
        self._draw(await self._zone())

    @rx.event
    async def clear(self) -> None:
        """Take all filters away."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        self._chosen, self.num_filters = (), 0
        await self._read(operator)

    async def _read(self, operator: Operator) -> None:
        async with self._loading():
            zone = await self._zone()
            self._read_at = formats.now()
            since, until = self._span(zone)
            chosen = (*self._chosen, time_pair(since, until))
            split, key = self._split_by()
            wish = FigureWish(filters_of("", chosen), split, Step(self.step), str(zone), key)
            self._found = await services().conversations.dashboard(operator, wish)
            self._published = await self._publishings(operator, self._found.since, self._found.until)
            whole = (*self._chosen, time_pair(self._found.since, self._found.until))
            facets = (await services().conversations.browse(operator, filters_of("", whole), Page(limit=1))).facets
            self.filters, self.splits = filter_lines(facets, self._chosen), splits_of(facets.metadata_names)
            self._draw(zone)
            self.phase = "ready" if self._found.whole.num or self.num_filters or self._found.before.num else "empty"

    def _split_by(self) -> tuple[Split, str]:
        """Return what the lines are of, and the name in the metadata where that is it."""
        name = self.split.removeprefix(COLUMN)
        return (Split.METADATA, name) if name != self.split else (Split(self.split), "")

    async def _publishings(self, operator: Operator, since: datetime, until: datetime) -> tuple[Publishing, ...]:
        """Return what was published meanwhile, of the flows that are chosen: figures often turn there."""
        if not operator.may(Permission.FLOWS_READ):
            return ()
        flows = filters_of("", self._chosen).flow_ids
        return tuple(await services().flows.publishings(operator, since, until, flows))

    def _span(self, zone: tzinfo) -> tuple[datetime, datetime]:
        now = formats.now()
        if self.span == OWN:
            first, last = (formats.day_of(text, zone) for text in (self.first_day, self.last_day))
            if first is not None and last is not None:
                return first, datetime.combine(last.date() + timedelta(days=1), time.min, zone)
        days = DAYS.get(self.span, 7)
        if days == 1:
            return now - timedelta(hours=23), now
        return formats.start_of_day(zone, now) - timedelta(days=days - 1), now

    def _draw(self, zone: tzinfo) -> None:
        """Draw what was read: the tiles, the picture, and both tables."""
        found = self._found
        if found is None:
            return
        metric, split = METRICS[self.metric], self._split_by()[0]
        is_split = split is not Split.NONE
        self.against = compared(found.before, "the period before")
        self.tiles = [tile(one, found.whole, found.before) for one in METRICS.values()]
        words = [point_words(one.since, Step(self.step), zone) for line in found.lines[:1] for one in line.points]
        is_open = bool(words) and found.lines[0].points[-1].until >= self._read_at
        if is_open:
            words[-1] = f"{words[-1]}, so far"
        series = series_of(found, metric, self._chosen, split)
        published = published_by_step(found, self._published, zone)
        self.picture = replace(
            drawing(series, words, metric.write, is_open=is_open), events=events_of(published, len(words))
        )
        self.heads = [one.name for one in series]
        self.times = with_published(time_rows(found, metric, series, words, self._chosen), published)
        self.lines = line_rows(found, self._chosen, split) if is_split else []
        self.more_lines = f"The {len(found.lines)} most frequent of {found.num_lines}" if is_split else ""
        self.picture_title = metric.title_of(is_one=is_split or len(metric.readings) == 1)
        first, last = (formats.date(one, zone) for one in (found.since, found.until - timedelta(seconds=1)))
        self.first_day, self.last_day = (
            f"{one.astimezone(zone):%Y-%m-%d}" for one in (found.since, found.until - timedelta(seconds=1))
        )
        self.shown = f"{first} to {last}, {zone}" if first != last else f"{first}, {zone}"
        self.picture_words = f"{self.picture_title} by {self.step}, {self.shown}; the table below says the same"
        self.watch_href = log_address(self._chosen, of=routes.ALERT_FORM, measure=WATCHED[self.metric])
        self.log_href = figure_address(self._chosen, since=found.since.isoformat(), until=found.until.isoformat())
