"""The figures of the home: today or seven days, against the span before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import reflex as rx

from backend.activity.types import Today
from backend.bootstrap import services
from backend.conversations.figure_types import FigureWish, Line, Split, Step
from backend.conversations.types import Filters, Rating
from backend.errors import Conflict
from backend.operator import Operator, Permission
from console.problems import caught
from console.state import formats
from console.state.conversations_filters import figure_address
from console.state.figure_picture import spark
from console.state.figure_rows import METRICS, compared, said_of, tile
from console.state.home_complaints import NOT_HELPFUL, Complaint, complaints
from console.state.seat import Phased

SHOWN = ("conversations", "failed", "latency", "cost", "helpful")
WEEK = "7"
# What a tile leads to: the conversations that somebody would look for behind it.
BEHIND = {"failed": METRICS["failed"].behind, "helpful": tuple(NOT_HELPFUL.items())}


@dataclass(frozen=True)
class HomeTile:
    """A figure with its line over the span."""

    key: str
    title: str
    value: str
    change: str
    tone: str
    note: str
    line: str
    href: str


@dataclass(frozen=True)
class FlowFigures:
    """What one flow did in the span; its number leads to the conversations behind it."""

    num: str
    failed: str
    latency: str
    cost: str
    href: str


class HomeFiguresState(Phased, rx.State):
    """Read behind the rest of the home, which waits for no sums."""

    span: rx.Field[str] = rx.field("today")
    against: rx.Field[str] = rx.field("")
    tiles: rx.Field[list[HomeTile]] = rx.field(default_factory=list)
    by_flow: rx.Field[dict[str, FlowFigures]] = rx.field(default_factory=dict)
    complaints: rx.Field[list[Complaint]] = rx.field(default_factory=list)
    num_failed: rx.Field[str] = rx.field("")
    failed_href: rx.Field[str] = rx.field("")
    num_complaints: rx.Field[str] = rx.field("")
    complaints_href: rx.Field[str] = rx.field("")
    handled: rx.Field[str] = rx.field("")
    may_handle: rx.Field[bool] = rx.field(default=False)

    @rx.event
    async def load(self) -> None:
        """Read the figures of the span."""
        await self._read(await self._operator(Permission.CONVERSATIONS_READ))

    @rx.event
    async def show(self, span: str) -> None:
        """Show today, or the last seven days."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        self.span = WEEK if span == WEEK else "today"
        await self._read(operator)

    @rx.event
    async def handle(self, conversation_id: str) -> None:
        """Take what was found not helpful off the list: somebody saw to it."""
        operator = await self._operator(Permission.CONVERSATIONS_REPLY)
        with caught(Conflict):  # it was taken back meanwhile
            await services().conversations.handle(operator, conversation_id)
            self.handled = conversation_id
        await self._read(operator)

    @rx.event
    async def take_back(self) -> None:
        """Put it back on the list."""
        operator = await self._operator(Permission.CONVERSATIONS_REPLY)
        with caught(Conflict):
            await services().conversations.handle(operator, self.handled, handled=False)
        self.handled = ""
        await self._read(operator)

    @rx.event
    async def dismiss(self) -> None:
        """Offer the undo no more."""
        await self._operator(Permission.CONVERSATIONS_READ)
        self.handled = ""

    async def _read(self, operator: Operator) -> None:
        async with self._loading():
            zone, now = await self._zone(), formats.now()
            is_week = self.span == WEEK
            since = formats.start_of_day(zone, now) - timedelta(days=6 if is_week else 0)
            wish = FigureWish(Filters(since=since, until=now), step=Step.DAY if is_week else Step.HOUR, zone=str(zone))
            found = await services().conversations.dashboard(operator, wish)
            # As much of the span before: a morning is held against a morning.
            back = timedelta(days=7 if is_week else 1)
            earlier = replace(wish.filters, since=since - back, until=now - back)
            before = await services().conversations.figures(operator, earlier)
            points = found.lines[0].points if found.lines else ()
            moments = {"since": found.since.isoformat(), "until": found.until.isoformat()}
            spent = await services().activity.today(operator, since)
            self.tiles = [
                HomeTile(
                    one.key, one.title, one.value, one.change, one.tone,
                    _with_spent(one.note, spent, self.span) if key == "cost" else one.note,
                    spark([METRICS[key].readings[METRICS[key].main].of(point.figures) for point in points]),
                    figure_address(BEHIND.get(key, ()), **moments),
                )
                for key in SHOWN
                for one in [tile(METRICS[key], found.whole, before)]
            ]  # fmt: skip
            failed = found.whole.num_failed
            self.num_failed = f"{formats.counted(failed, 'conversation')} failed" if failed else ""
            self.failed_href = figure_address(METRICS["failed"].behind, **moments)
            self.against = compared(before, "the seven days before" if is_week else "yesterday up to this time")
            by_flow = await services().conversations.dashboard(operator, replace(wish, split=Split.FLOW))
            self.by_flow = {line.value: _flow_figures(line, moments) for line in by_flow.lines}
            down = replace(wish.filters, ratings=(Rating.DOWN,))
            num = (await services().conversations.figures(operator, down)).num
            self.num_complaints = f"{formats.counted(num, 'conversation')} marked not helpful" if num else ""
            self.complaints_href = figure_address((), **NOT_HELPFUL, **moments)
            self.complaints = await complaints(operator, wish, moments) if num else []
            self.may_handle = operator.may(Permission.CONVERSATIONS_REPLY)
            self.phase = "ready"


def _with_spent(note: str, spent: Today, span: str) -> str:
    """Say beside the cost of conversations what the bar says was spent, which is that of experiments too."""
    money = formats.summed(spent.cost, 0 if spent.cost else spent.num_unpriced)
    when = "in seven days" if span == WEEK else "today"
    return ", ".join(filter(None, (note, f"{money} spent {when} with experiments and trials")))


def _flow_figures(line: Line, moments: dict[str, str]) -> FlowFigures:
    def told(key: str) -> str:
        return said_of(METRICS[key], line.figures)

    href = figure_address((), flow=line.value, **moments)
    return FlowFigures(formats.count(line.figures.num), told("failed"), told("latency"), told("cost"), href)
