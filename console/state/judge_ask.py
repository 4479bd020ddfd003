"""Ask a judge about what was selected, what the filters leave, or what a queue holds; what it costs is told before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

import reflex as rx

from backend.annotations.types import Each
from backend.bootstrap import services
from backend.errors import InvalidInput, NotFound
from backend.judgements.types import DEFAULT_ITEMS, MAX_ITEMS, JudgementPlan, NewJudgement
from backend.operator import Operator, Permission
from console import routes
from console.state import formats
from console.state.annotation_scores import SCALE
from console.state.conversations import ConversationsState
from console.state.forms import Choice, Formed
from console.state.queue_pick import QueuePickState

MODEL = "model."
SMALL = "A built-in model is asked, which is often wrong as a judge. Compare it with people before you trust it."
OVER = "The budget is below what it may cost, so it would stop on the way."


class JudgeAskState(Formed, rx.State):
    """`told` says what it would do and cost, empty before somebody looked; `_entered` is what was looked at.

    `is_known` where the judge has its settings already: nothing is entered then.
    """

    may_ask: rx.Field[bool] = rx.field(default=False)
    opened: rx.Field[bool] = rx.field(default=False)
    shown: rx.Field[int] = rx.field(0)
    what: rx.Field[str] = rx.field("")
    models: rx.Field[list[Choice]] = rx.field(default_factory=list)
    output: rx.Field[str] = rx.field("boolean")
    told: rx.Field[list[str]] = rx.field(default_factory=list)
    is_known: rx.Field[bool] = rx.field(default=False)
    of_queue: rx.Field[bool] = rx.field(default=False)
    _about: NewJudgement = NewJudgement({})
    _entered: tuple[tuple[str, Any], ...] = ()

    @rx.event
    async def load(self) -> None:
        """Find out who looks."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        self.may_ask = operator.may(Permission.EXPERIMENTS_RUN)

    @rx.event
    async def open_selected(self) -> None:
        """Ask about the conversations that are selected."""
        operator = await self._operator(Permission.EXPERIMENTS_RUN)
        chosen = (await self.get_state(QueuePickState)).selected
        about = NewJudgement({}, conversation_ids=tuple(chosen))
        await self._open(operator, about, f"{formats.counted(len(chosen), 'conversation')} selected.")

    @rx.event
    async def open_shown(self) -> None:
        """Ask about what the filters leave."""
        operator = await self._operator(Permission.EXPERIMENTS_RUN)
        listed = await self.get_state(ConversationsState)
        await self._open(
            operator, NewJudgement({}, filters=listed._filters()), f"{listed.matching} match; the newest are judged."
        )

    @rx.event
    async def open_queue(self, queue_id: str) -> None:
        """Ask about what a queue holds."""
        operator = await self._operator(Permission.EXPERIMENTS_RUN)
        queue = await services().annotations.queue(operator, queue_id)
        held = formats.counted(queue.num_items, "item")
        await self._open(
            operator, NewJudgement({}, queue_id=queue_id), f"{held} of {queue.name}, beside what people say of them."
        )

    @rx.event
    async def open_live(self, live_test_id: str) -> None:
        """Say what it costs to ask the judge of a live test about its conversations that it has not judged."""
        operator = await self._operator(Permission.EXPERIMENTS_RUN)
        about = NewJudgement({}, most=MAX_ITEMS, live_test_id=live_test_id)
        test = (await services().live_tests.report(operator, live_test_id)).test
        words = f"The conversations of the live test of {test.prompt_name} on {test.label}, as it was asked before."
        await self._open(operator, about, words)
        self.is_known = True
        async with self._checking(NotFound):
            self.told = await _told(operator, about)

    @rx.event
    async def choose(self, output: str) -> None:
        """Show the fields of one kind of verdict."""
        await self._operator(Permission.EXPERIMENTS_RUN)
        self.output = output

    @rx.event
    async def close(self) -> None:
        """Ask nobody."""
        await self._operator(Permission.CONVERSATIONS_READ)
        self.opened = False

    @rx.event
    async def back(self) -> None:
        """Change what was entered."""
        await self._operator(Permission.EXPERIMENTS_RUN)
        self.told, self._entered = [], ()

    @rx.event
    async def look(self, form: dict[str, Any]) -> None:
        """Say what it would do and cost."""
        operator = await self._operator(Permission.EXPERIMENTS_RUN)
        async with self._checking(NotFound):
            told = await _told(operator, wish_of(self._about, form))
            self._entered, self.told = tuple(form.items()), told

    @rx.event
    async def ask(self) -> Any:
        """Begin, and lead to where its progress stands."""
        operator = await self._operator(Permission.EXPERIMENTS_RUN)
        async with self._checking(NotFound):
            if self._entered or self.is_known:
                wish = self._about if self.is_known else wish_of(self._about, dict(self._entered))
                await services().judgements.ask(operator, wish)
                self.opened = False
                return rx.redirect(routes.JUDGEMENTS)
        return None

    async def _open(self, operator: Operator, about: NewJudgement, what: str) -> None:
        offered = await services().providers.list_models(operator)
        self.models = [Choice(one.reference, f"{one.provider_name}, {one.name}") for one in offered]
        self._about, self._entered, self.what = about, (), what
        self.told, self.errors, self.output, self.is_known = [], {}, "boolean", False
        self.of_queue, self.opened = bool(about.queue_id), True
        self.shown += 1


async def _told(operator: Operator, wish: NewJudgement) -> list[str]:
    """Say what a wish would do and cost. Raise InvalidInput where nothing is left to judge."""
    plan = await services().judgements.plan(operator, wish)
    if not plan.num_items:
        raise InvalidInput("This judge has judged all of it already.")
    return plan_words(plan)


def wish_of(about: NewJudgement, form: Mapping[str, Any]) -> NewJudgement:
    """Return what was entered. Raise InvalidInput."""

    def text(name: str) -> str:
        return str(form.get(name) or "").strip()

    judge: dict[str, Any] = {"name": text("name"), "rubric": text("rubric"), "output": text("output") or "boolean"}
    judge["models"] = [key.removeprefix(MODEL) for key, on in form.items() if key.startswith(MODEL) and on] or [""]
    if not judge["rubric"]:
        raise InvalidInput("Say what is good.", fields={"rubric": "Say in plain words what is good."})
    if judge["output"] == "score":
        ends = SCALE.fullmatch(text("scale"))
        if ends is None:
            raise InvalidInput("Write a scale as 1 to 5.", fields={"scale": "Write a scale as 1 to 5."})
        judge |= {"min": float(ends[1]), "max": float(ends[2])}
    if judge["output"] == "category":
        judge["categories"] = [one.strip() for one in text("categories").split(",") if one.strip()]
        judge["pass_labels"] = [one.strip() for one in text("passing").split(",") if one.strip()]
    return replace(
        about,
        judge=judge,
        each=Each.ANSWER if form.get("each") == Each.ANSWER else Each.CONVERSATION,
        most=_most(text("most")),
        budget=_budget(text("budget")),
    )


def _most(text: str) -> int:
    if not text:
        return DEFAULT_ITEMS
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MAX_ITEMS):
        words = f"Enter a number from 1 to {MAX_ITEMS:,}."
        raise InvalidInput(words, fields={"most": words})
    return int(text)


def _budget(text: str) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation as error:
        words = "Enter an amount in dollars, as 2.50."
        raise InvalidInput(words, fields={"budget": words}) from error


def plan_words(plan: JudgementPlan) -> list[str]:
    """Return what it would do, what that costs, and what to think of."""
    known = (
        f" {formats.counted(plan.num_known, 'other')} left out: this judge has judged them." if plan.num_known else ""
    )
    cost = f"about {formats.money(plan.cost)}" if plan.cost else "nothing"
    asked = formats.counted(plan.num_calls, "question")
    return [
        f"{formats.counted(plan.num_items, 'item')} to judge with {asked}.{known}",
        f"It costs {cost} and takes about {formats.roughly(plan.minutes * 60_000)}.",
        *([OVER] if plan.over_budget else []),
        *([SMALL] if plan.is_small else []),
    ]
