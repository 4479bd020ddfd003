"""Live tests of a prompt: a label split over versions, read while it runs, stopped or promoted by a click."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.errors import Conflict
from backend.live_tests.types import State
from backend.operator import Operator, Permission
from backend.prompts.types import PRODUCTION, VersionRef
from console import toasts
from console.state import formats
from console.state.followers import followers
from console.state.forms import Choice, Formed
from console.state.gate_lines import GateLine
from console.state.prompt import PromptState
from console.state.prompt_gate import PromptGateState, gate_line
from console.state.prompt_labels import PromptLabelsState, is_alone
from console.state.prompt_live_rows import LiveCard, is_lost, live_card, metrics_of, shares_of, wish_of
from console.state.prompt_measured import figures_of, measured, weak_words

SHOWN = 3
OFFERED = 8


@dataclass(frozen=True)
class Promoting:
    """A version of a live test that somebody is about to promote; of no test while nobody is.

    `against` are a sentence each of what speaks against it, `gate` what the gate says to it. `waits` where a second
    person has to approve it, `is_alone` where there is nobody who could.
    """

    test: str = ""
    version: int = 0
    label: str = ""
    against: list[str] = field(default_factory=list)
    gate: GateLine = field(default_factory=GateLine)
    waits: bool = False
    is_alone: bool = False


class PromptLiveState(Formed, rx.State):
    """`versions` are those that a new test offers, with the weight that each begins with.

    `splits` says of each label that is split how; `taken` why those are not offered; `unfollowed` which reach nobody;
    `gate` says why the version that would be tested begins without a weight, `weak` of which others production did
    better. `figures` is the share of rows that passed, by version. `promoting` is what its dialog asks about.
    `metrics` may decide, those of judges among them where `has_judges`; `may_judge` who may ask one.
    """

    cards: rx.Field[list[LiveCard]] = rx.field(default_factory=list)
    is_running: rx.Field[bool] = rx.field(False)
    splits: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    taken: rx.Field[list[str]] = rx.field(default_factory=list)
    unfollowed: rx.Field[list[str]] = rx.field(default_factory=list)
    opened: rx.Field[bool] = rx.field(False)
    gate: rx.Field[GateLine] = rx.field(default_factory=GateLine)
    promoting: rx.Field[Promoting] = rx.field(default_factory=Promoting)
    labels: rx.Field[list[Choice]] = rx.field(default_factory=list)
    metrics: rx.Field[list[Choice]] = rx.field(default_factory=list)
    guardrails: rx.Field[list[Choice]] = rx.field(default_factory=list)
    has_judges: rx.Field[bool] = rx.field(False)
    may_judge: rx.Field[bool] = rx.field(False)
    versions: rx.Field[list[Choice]] = rx.field(default_factory=list)
    figures: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    weak: rx.Field[list[str]] = rx.field(default_factory=list)

    @rx.event
    async def load(self) -> None:
        """Read the newest live tests and how they stand."""
        operator = await self._operator(Permission.PROMPTS_READ)
        page = await self.get_state(PromptState)
        if page.phase == "ready":
            await self._read(operator, page.id)

    async def _read(self, operator: Operator, prompt_id: str) -> None:
        self.may_judge = operator.may(Permission.EXPERIMENTS_RUN) and operator.may(Permission.CONVERSATIONS_READ)
        live, zone, now = services().live_tests, await self._zone(), formats.now()
        listed = (await live.list(operator, prompt_id)).items
        shown = [one for at, one in enumerate(listed) if at < SHOWN or one.state is State.RUNNING]
        self.cards = [live_card(await live.report(operator, one.id), zone, now) for one in shown]
        if any(one.is_running for one in self.cards):
            followed = await followers(operator, prompt_id)
            self.cards = [replace(one, reaches_nobody=is_lost(one, followed)) for one in self.cards]
        self.splits = {one.label: shares_of(one) for one in self.cards if one.is_running}
        self.is_running = bool(self.splits)

    @rx.event
    async def ask(self) -> None:
        """Open the form: the newest versions, with even weights for the label's own and the best that is known.

        Where none of the others was measured, the newest; one that did clearly worse than production begins without.
        """
        operator = await self._operator(Permission.PROMPTS_EDIT)
        page = await self.get_state(PromptState)
        await self._read(operator, page.id)
        labels = await services().prompts.labels(operator, page.id)
        free = [one for one in labels if one.name not in self.splits]
        self.labels = [Choice(one.name, f"{one.name}, now v{one.version}") for one in free]
        self.taken = [f"{label} is split already: {shares}." for label, shares in self.splits.items()]
        followed = await followers(operator, page.id)
        self.unfollowed = [one.name for one in free if one.name not in followed]
        now = {one.version for one in labels}
        newest = [one.number for one in page.versions if one.number][:OFFERED]
        offered = sorted({*newest, *now}, reverse=True)
        did = await measured(operator, page.id)
        told = [(one, weak_words(did, one, page.production)) for one in offered]
        self.figures, self.weak = figures_of(did), [words for _, words in told if words]
        best = did.best_beside(page.production) if did else 0
        other = best if best in offered else page.latest
        found = await gate_line(operator, page.id, PRODUCTION, other)
        is_refused = found.mark == "fail"
        without = f"{found.hint} v{other} begins without a weight.".strip()
        self.gate = replace(found, hint=without) if is_refused else GateLine()
        is_left_out = is_refused or any(one == other and words for one, words in told)
        even = {page.production} if is_left_out else {page.production, other}
        self.versions = [Choice(str(one), "50" if one in even else "") for one in offered]
        judges = await services().live_tests.judges(operator) if operator.may(Permission.EXPERIMENTS_READ) else []
        self.has_judges, self.metrics = bool(judges), metrics_of(judges)
        self.guardrails = [*self.metrics, Choice("", "None")]
        self.errors, self.opened = {}, True

    @rx.event
    async def close(self) -> None:
        """Start nothing."""
        await self._operator(Permission.PROMPTS_READ)
        self.opened, self.promoting = False, Promoting()

    @rx.event
    async def start(self, form: dict[str, Any]) -> Any:
        """Split the label from the next conversation on."""
        operator = await self._operator(Permission.PROMPTS_EDIT)
        page = await self.get_state(PromptState)
        async with self._checking(Conflict):
            wish = wish_of(form, [int(one.value) for one in self.versions])
            test = await services().live_tests.start(operator, page.id, wish)
            self.opened = False
            await self._read(operator, page.id)
            return toasts.say(f"{test.label} is split from the next conversation on.")

    @rx.event
    async def stop(self, test_id: str) -> Any:
        """Let everybody have the label's own version again."""
        operator = await self._operator(Permission.PROMPTS_EDIT)
        test = await services().live_tests.stop(operator, test_id)
        await self._read(operator, (await self.get_state(PromptState)).id)
        return toasts.say(f"{test.label} is v{test.baseline} for everybody again.")

    @rx.event
    async def ask_promote(self, test_id: str, version: int) -> None:
        """Say what speaks against a version and what the gate says to it, before the label moves."""
        operator = await self._operator(Permission.PROMPTS_EDIT)
        self.errors = {}
        await self._weigh(operator, test_id, version)

    async def _weigh(self, operator: Operator, test_id: str, version: int) -> None:
        prompts, page = services().prompts, await self.get_state(PromptState)
        await self._read(operator, page.id)
        card = next((one for one in self.cards if one.id == test_id and one.is_running), None)
        arm = next((one for one in card.arms if one.version == version), None) if card else None
        if card is None or arm is None:
            return  # it ended meanwhile, which its card says
        waits = card.label in await prompts.protected_labels(operator)
        author = (await prompts.get_version(operator, page.id, VersionRef("", version))).created_by_id
        self.promoting = Promoting(
            test=test_id,
            version=version,
            label=card.label,
            against=arm.against,
            gate=await gate_line(operator, page.id, card.label, version),
            waits=waits,
            is_alone=waits and await is_alone(operator, operator.user_id, author),
        )

    @rx.event
    async def promote(self, test_id: str, version: int) -> Any:
        """Point the label at a version, with the figures in its history; a refusal stands in the dialog."""
        operator = await self._operator(Permission.PROMPTS_EDIT)
        async with self._checking(Conflict):
            change = await services().live_tests.promote(operator, test_id, version)
            self.promoting = Promoting()
            await self._read(operator, (await self.get_state(PromptState)).id)
            words = f"v{version} is in {change.label.name}." if change.label else "It waits for a second person."
            return [PromptState.refresh, PromptLabelsState.load, toasts.say(words), PromptGateState.load]
        await self._weigh(operator, test_id, version)  # the gate may say something else than before
        return None
