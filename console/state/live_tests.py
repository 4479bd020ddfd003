"""All live tests of the project, newest first, each with how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

import reflex as rx

from backend.bootstrap import services
from backend.live_tests.types import Report
from backend.operator import Operator, Permission
from backend.paging import Page
from console import routes
from console.state import formats
from console.state.prompt_live_rows import live_card, shares_of
from console.state.prompts_rows import LIVE_TESTS
from console.state.seat import Phased

# Of each the verdict is worked out anew.
PAGE = 25


@dataclass(frozen=True)
class VersionVerdict:
    """How a version stands against the baseline in the metric of its test."""

    mark: str
    words: str


@dataclass(frozen=True)
class LiveLine:
    """A live test in the list; `notice` says what spoils its verdicts."""

    id: str
    name: str
    href: str
    split: str
    mark: str
    words: str
    metric: str
    verdicts: list[VersionVerdict]
    notice: str
    count: str
    when: str
    exact: str


class LiveTestsState(Phased, rx.State):
    """`is_running` while one of them goes on."""

    rows: rx.Field[list[LiveLine]] = rx.field(default_factory=list)
    shown: rx.Field[str] = rx.field("")
    has_more: rx.Field[bool] = rx.field(default=False)
    is_running: rx.Field[bool] = rx.field(default=False)
    _after: str = ""

    @rx.event
    async def load(self) -> None:
        """Read the newest."""
        await self._read(await self._operator(Permission.PROMPTS_READ))

    @rx.event
    async def more(self) -> None:
        """Add the next page below."""
        await self._read(await self._operator(Permission.PROMPTS_READ), self._after)

    async def _read(self, operator: Operator, after: str = "") -> None:
        async with self._loading():
            live, zone, now = services().live_tests, await self._zone(), formats.now()
            listed = await live.list(operator, page=Page(PAGE, after))
            lines = [live_line(await live.report(operator, one.id), zone, now) for one in listed.items]
            self.rows = [*self.rows, *lines] if after else lines
            self.is_running = any(one.mark == "run" for one in self.rows)
            self._after, self.has_more = listed.next or "", listed.next is not None
            self.shown = f"{formats.counted(len(self.rows), 'live test')}, newest first"
            self.phase = "ready" if self.rows else "empty"


def live_line(found: Report, zone: tzinfo, now: datetime) -> LiveLine:
    card, test = live_card(found, zone, now), found.test
    against = [one for one in card.arms if not one.is_baseline]
    return LiveLine(
        id=test.id,
        name=test.prompt_name,
        href=f"{routes.to(routes.PROMPT, test.prompt_id)}#{LIVE_TESTS}",
        split=f"{test.label}: {shares_of(card)}",
        mark=card.mark,
        words=card.words,
        metric=card.metric,
        verdicts=[VersionVerdict(one.mark, f"{one.name} {one.words.lower()}") for one in against],
        notice=card.broken or test.reason or (card.judged if not any(one.num_judged for one in found.arms) else ""),
        count=formats.count(card.num_conversations),
        when=formats.day(test.started_at, zone, now),
        exact=card.exact,
    )
