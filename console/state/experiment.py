"""One experiment: how far it is, its verdicts, the trade-off, and its rows side by side."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.experiments.types import Experiment, Pinned
from backend.operator import Operator, Permission
from console import toasts
from console.state import formats
from console.state.addresses import Addressed
from console.state.experiment_advice import Advised
from console.state.experiment_aims import Aimed
from console.state.experiment_asked import AskedLine, asked_lines, asked_words, scoring_words
from console.state.experiment_compared import RowLine, row_line, units_of
from console.state.experiment_groups import SliceLine, asked_by, group_words, is_known, slice_lines
from console.state.experiment_leading import Leading
from console.state.experiment_nodes import Dissected
from console.state.experiment_offers import scored_there
from console.state.experiment_picture import Picture, picture_of
from console.state.experiment_repeated import RepeatedView, lacking_words, repeated_views, unsteady_words
from console.state.experiment_review import waiting_words
from console.state.experiment_rows import (
    AgreedLine,
    ExperimentLine,
    VerdictCard,
    agreement_lines,
    experiment_line,
    verdict_cards,
)
from console.state.experiment_since import SinceLine, since_line
from console.state.experiment_spread import SpreadPicture, metrics_in, spread_picture
from console.state.experiment_unscored import own_lines, retry_of, retry_words, unscored_lines
from console.state.forms import Choice
from console.state.presence import is_open
from console.state.seat import Phased

ROWS = 50


class ExperimentState(Addressed, Phased, Dissected, Aimed, Advised, Leading, rx.State):
    """`variant` is compared with `baseline`; `row` is the one that is open below the list.

    Until somebody chose one, the variant that the advice names is compared, so that its verdicts stand below it.
    """

    experiment_id: rx.Field[str] = rx.field("")
    line: rx.Field[ExperimentLine | None] = rx.field(None)
    variants: rx.Field[list[str]] = rx.field(default_factory=list)
    baseline: rx.Field[str] = rx.field("")
    variant: rx.Field[str] = rx.field("")
    metric: rx.Field[str] = rx.field("")
    cards: rx.Field[list[VerdictCard]] = rx.field(default_factory=list)
    picture: rx.Field[Picture] = rx.field(default_factory=Picture)
    spread: rx.Field[SpreadPicture] = rx.field(default_factory=SpreadPicture)
    metrics: rx.Field[list[Choice]] = rx.field(default_factory=list)
    as_csv: rx.Field[str] = rx.field("")
    slices: rx.Field[list[SliceLine]] = rx.field(default_factory=list)
    agreements: rx.Field[list[AgreedLine]] = rx.field(default_factory=list)
    unscored: rx.Field[list[str]] = rx.field(default_factory=list)
    group: rx.Field[str] = rx.field("flipped")
    rows: rx.Field[list[RowLine]] = rx.field(default_factory=list)
    flipped: rx.Field[str] = rx.field("Flipped")
    failing: rx.Field[str] = rx.field("Both fail")
    passing: rx.Field[str] = rx.field("Both pass")
    unsteady: rx.Field[str] = rx.field("")
    lacking: rx.Field[str] = rx.field("")
    repeated: rx.Field[RepeatedView] = rx.field(default_factory=RepeatedView)
    has_more: rx.Field[bool] = rx.field(default=False)
    row: rx.Field[RowLine | None] = rx.field(None)
    may_edit: rx.Field[bool] = rx.field(False)
    waiting: rx.Field[str] = rx.field("")
    scored: rx.Field[str] = rx.field("")
    scored_href: rx.Field[str] = rx.field("")
    scoring_cost: rx.Field[str] = rx.field("")
    since: rx.Field[SinceLine | None] = rx.field(None)
    asked: rx.Field[list[AskedLine]] = rx.field(default_factory=list)
    asks: rx.Field[str] = rx.field("")
    _is_chosen: bool = False
    _units: dict[str, str] = {}  # noqa: RUF012  # the framework copies it for each tab
    _repeated: dict[str, RepeatedView] = {}  # noqa: RUF012

    @rx.event
    async def load(self) -> AsyncIterator[Any]:
        """Read the experiment that the address names, and go on watching it while it runs."""
        wanted = self._wanted()
        if self._arrive():
            self.experiment_id = wanted
            yield
        operator = await self._operator(Permission.EXPERIMENTS_READ)
        async with self._loading():
            found = await services().experiments.get(operator, wanted)
            self.may_edit = operator.may(Permission.EXPERIMENTS_EDIT)
            # A link can send no header, so it names the project.
            self.as_csv = f"/api/experiments/{wanted}/export?project_id={operator.project_id}"
            self.variants = [one.name for one in found.draft.variants]
            self.baseline = self.baseline if self.baseline in self.variants else found.baseline
            others = [name for name in self.variants if name != self.baseline]
            self.variant = self.variant if self.variant in others else others[0] if others else self.baseline
            await self._show(found)
            self.scored, self.scored_href = await scored_there(operator, found.draft)
            await self._compare(operator, found)
            self.phase = "ready"
            if found.status.is_open or found.progress.num_running:
                yield ExperimentState.watch
            yield  # the verdicts stand while the nodes are read
            await self._dissect(operator, found, self.baseline, self.variant)

    @rx.event(background=True, supersedes=True)
    async def watch(self) -> None:
        """Show how far it is until it ends, then its verdicts; of a held one anew for what comes in after that."""
        async with self:
            operator = await self._operator(Permission.EXPERIMENTS_READ)
            wanted, token = self.experiment_id, self.router.session.client_token
        async with aclosing(services().experiments.watch(operator, wanted)) as seen:
            async for found in seen:
                if not await is_open(token):
                    return
                async with self:
                    if self.experiment_id != wanted:
                        return
                    was = self.line
                    await self._show(found)
                    if not found.status.is_open and self.line != was:
                        await self._compare(operator, found)
                        await self._dissect(operator, found, self.baseline, self.variant)

    @rx.event
    async def choose(self, variant: str) -> None:
        """Compare another variant."""
        operator = await self._operator(Permission.EXPERIMENTS_READ)
        if variant in self.variants:
            self.variant, self._is_chosen = variant, True
            await self._again(operator)

    @rx.event
    async def choose_baseline(self, variant: str) -> None:
        """Compare with another baseline."""
        operator = await self._operator(Permission.EXPERIMENTS_READ)
        if variant in self.variants:
            if variant == self.variant:
                self.variant = self.baseline
            self.baseline, self._is_chosen = variant, True
            await self._again(operator)

    @rx.event
    async def choose_spread(self, metric: str) -> None:
        """Draw how the rows lie by another metric."""
        operator = await self._operator(Permission.EXPERIMENTS_READ)
        said = await services().experiments.comparison(operator, self.experiment_id, self.baseline)
        self.spread = spread_picture(said, metric, self.variant)

    @rx.event
    async def show(self, group: str) -> None:
        """List the rows of one group of changes."""
        operator = await self._operator(Permission.EXPERIMENTS_READ)
        self.group = group if is_known(group, self.slices) else "all"
        await self._list(operator)

    @rx.event
    async def show_by(self, metric: str) -> None:
        """List the rows by another metric: what it says of each, and which flipped by it."""
        operator = await self._operator(Permission.EXPERIMENTS_READ)
        if metric in {card.key for card in self.cards}:
            self.metric, self.group = metric, "flipped"
            await self._list_some(operator)

    @rx.event
    async def more(self) -> None:
        """Add the next rows below."""
        await self._list(await self._operator(Permission.EXPERIMENTS_READ), len(self.rows))

    @rx.event
    async def open(self, number: int) -> None:
        """Show one row side by side."""
        await self._operator(Permission.EXPERIMENTS_READ)
        self.row = next((one for one in self.rows if one.row == number), None)

    @rx.event
    async def step(self, by: int) -> None:
        """Show the row before or behind the one that is open."""
        await self._operator(Permission.EXPERIMENTS_READ)
        shown = [one.row for one in self.rows]
        if self.row is not None and self.row.row in shown:
            at = shown.index(self.row.row) + by
            self.row = self.rows[max(0, min(len(shown) - 1, at))]

    @rx.event
    async def pause(self) -> None:
        """Ask nothing more for now."""
        operator = await self._operator(Permission.EXPERIMENTS_RUN)
        await self._show(await services().experiments.pause(operator, self.experiment_id))

    @rx.event
    async def resume(self) -> AsyncIterator[Any]:
        """Go on behind what is recorded."""
        operator = await self._operator(Permission.EXPERIMENTS_RUN)
        await self._show(await services().experiments.resume(operator, self.experiment_id))
        yield ExperimentState.watch

    @rx.event
    async def cancel(self) -> Any:
        """End it, and say how it goes on."""
        operator = await self._operator(Permission.EXPERIMENTS_RUN)
        found = await services().experiments.cancel(operator, self.experiment_id)
        await self._show(found)
        await self._compare(operator, found)
        rest = retry_of(found)
        return toasts.say("Cancelled.", f'What is answered stays; "{rest}" goes on.' if rest else "")

    @rx.event
    async def retry(self) -> AsyncIterator[Any]:
        """Ask the failed cells again."""
        operator = await self._operator(Permission.EXPERIMENTS_RUN)
        await self._show(await services().experiments.retry(operator, self.experiment_id))
        yield ExperimentState.watch

    async def _chosen(self, operator: Operator, variant: str = "") -> tuple[Experiment, Pinned | None]:
        """Return the experiment, and as what a variant ran, by default the compared one; None before its start."""
        found = await services().experiments.get(operator, self.experiment_id)
        return found, next((one for one in found.pinned if one.name == (variant or self.variant)), None)

    async def _show(self, found: Experiment) -> None:
        self.line = experiment_line(found, await self._zone(), formats.now())
        self.asked, self.asks, self.scoring_cost = asked_lines(found), asked_words(found), scoring_words(found)
        self.called, self._units = found.called, units_of(found.draft)

    async def _show_promoted(self, operator: Operator) -> None:
        went = await services().experiments.whereabouts(operator, self.experiment_id)
        await self._say_where(operator, went, await self._zone())

    async def _again(self, operator: Operator) -> None:
        found = await services().experiments.get(operator, self.experiment_id)
        await self._compare(operator, found)
        await self._dissect(operator, found, self.baseline, self.variant)

    async def _compare(self, operator: Operator, found: Experiment) -> None:
        self.waiting = await waiting_words(operator, found)
        if not found.progress.num_done:
            await self._show_promoted(operator)
            self.cards, self.rows, self.row = [], [], None
            if found.progress.num_failed:
                self.group = "all"  # no verdict without an answer, but each failure says why
                await self._list(operator)
            return
        since = await services().experiments.since(operator, found.id)
        self.since = since_line(since) if since else None
        said = await services().experiments.comparison(operator, found.id, self.baseline)
        self.line = self.line and replace(self.line, retry=self.line.retry or retry_words(said))
        self.variant = await self._take(operator, found, said, self.variant, is_chosen=self._is_chosen)
        await self._advise(operator, found, said, self.variant)
        self._lead_to(said, self.taken, self.variant, self.unreached)
        await self._show_promoted(operator)
        self.metric = self.metric if self.metric in {one.metric for one in said.metrics} else said.primary
        is_alone = len(self.variants) == 1
        self.cards = [] if is_alone else self._noted(verdict_cards(said, self.variant), said.primary)
        self.unscored = [*unscored_lines(said), *own_lines(said)] if is_alone else []
        self._aim(said, is_alone=is_alone)
        self.picture, self._repeated = picture_of(said), repeated_views(said)
        self.metrics = metrics_in(said)
        known = [one.value for one in self.metrics]
        drawn = self.spread.metric if self.spread.metric in known else said.primary or "".join(known[:1])
        self.spread = spread_picture(said, drawn, self.variant)
        self.slices = slice_lines(said, self.variant)
        self.agreements = agreement_lines(said.agreements, await services().experiments.drifts(operator, found.id))
        await self._list_some(operator)

    async def _list_some(self, operator: Operator) -> None:
        """List the group, and all rows where none flipped, or none lacks an answer any more."""
        self.group = self.group if is_known(self.group, self.slices) else "flipped"
        await self._list(operator)
        if self.group in ("flipped", "failed") and not self.rows:
            self.group = "all"
            await self._list(operator)

    async def _list(self, operator: Operator, after: int = 0) -> None:
        found = await services().experiments.compared_rows(
            operator,
            self.experiment_id,
            self.variant,
            metric=self.metric,
            baseline=self.baseline,
            **asked_by(self.group),
            after=after,
            limit=ROWS,
        )
        lines = [row_line(one, self.metric, self._units, self._marks) for one in found.items]
        self.scored_by = self._scored_by.get(self.metric) or (f"Scored by {self.metric}" if self.metric else "")
        self.rows = [*self.rows, *lines] if after else lines
        self.has_more = found.next is not None
        self.repeated = self._repeated.get(self.metric, RepeatedView())
        self.unsteady, self.lacking = unsteady_words(found, self.repeated), lacking_words(found)
        self.flipped, self.failing, self.passing = group_words(found.counts, is_alone=len(self.variants) == 1)
        self.row = self.rows[0] if self.rows and not after else self.row if after else None
