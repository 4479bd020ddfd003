"""Ask the variants of a new experiment on other models too, or only on those, each combination once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.errors import NotFound
from backend.experiments.types import MAX_VARIANTS
from backend.operator import Operator, Permission
from backend.prompts.types import PRODUCTION, VersionRef
from console.problems import caught
from console.state import formats
from console.state.experiment_crossing import crossed, entered
from console.state.experiment_entries import rows_of
from console.state.experiment_form import ExperimentFormState
from console.state.experiment_variants import FLOW, MANAGED, VariantLine, managed
from console.state.forms import Choice
from console.state.seat import Seated

THERE = "there already"
ONLY_FLOWS = "Flows name their models themselves. Another one is chosen in the variant of a flow."
ALL_THERE = "Every prompt and text is asked on each of these models already."
TOO_MANY = f"An experiment has at most {MAX_VARIANTS} variants. Tick fewer models, or remove variants first."


@dataclass(frozen=True)
class ModelLine:
    """A model to tick; `note` says what it would add, or that nothing is missing on it, which is `full`."""

    value: str
    label: str
    note: str
    ticked: bool = False
    full: bool = False


class ExperimentModelsState(Seated, rx.State):
    """`words` say what there is then, or why nothing can be added; `act` is what the button does, empty for nothing.

    `alone` takes away the prompts and texts that run on models which are not ticked.
    What stood in the form when this was opened stays there: the page behind is inert.
    """

    opened: rx.Field[bool] = rx.field(False)
    lines: rx.Field[list[ModelLine]] = rx.field(default_factory=list)
    words: rx.Field[str] = rx.field("")
    act: rx.Field[str] = rx.field("")
    alone: rx.Field[bool] = rx.field(False)
    _variants: tuple[VariantLine, ...] = ()
    _meant: Mapping[str, str] | None = None
    _models: tuple[Choice, ...] = ()
    _ticked: tuple[str, ...] = ()
    _num_answers: int = 0

    @rx.event
    async def ask(self, form: dict[str, Any]) -> None:
        """Offer the models, with what each would add to what stands in the form."""
        operator = await self._operator(Permission.EXPERIMENTS_EDIT)
        page = await self.get_state(ExperimentFormState)
        self.reset()
        self._models = tuple(page.models)
        self._variants = tuple(entered(one, form) for one in page.variants)
        self._meant = await _models_meant(operator, self._variants)
        self._num_answers = await _answers_each(operator, form)
        self.opened = True
        self._draw()

    @rx.event
    async def tick(self, model: str) -> None:
        """Choose a model, or leave it out again."""
        await self._operator(Permission.EXPERIMENTS_EDIT)
        kept = tuple(one for one in self._ticked if one != model)
        known = model in [one.value for one in self._models]
        self._ticked = (*kept, model) if known and kept == self._ticked else kept
        self._draw()

    @rx.event
    async def leave_alone(self, alone: bool) -> None:
        """Take away what runs on other models than those ticked, or keep it."""
        await self._operator(Permission.EXPERIMENTS_EDIT)
        self.alone = alone
        self._draw()

    @rx.event
    async def close(self) -> None:
        """Add nothing."""
        await self._operator(Permission.EXPERIMENTS_READ)
        self.opened = False

    @rx.event
    async def add(self) -> None:
        """Put them behind the variants that are there, each to be changed or removed like any other."""
        operator = await self._operator(Permission.EXPERIMENTS_EDIT)
        added, taken = self._added(self._ticked), self._taken()
        page = await self.get_state(ExperimentFormState)
        if not self.opened or len(page.variants) + len(added) - len(taken) > MAX_VARIANTS:
            return
        self.opened = False
        for key in taken:
            await page.remove_variant(key)
        for one in added:
            await page._add(operator, one)

    def _added(self, models: Sequence[str]) -> list[VariantLine]:
        return crossed(self._variants, models, self._meant or {})

    def _taken(self) -> list[str]:
        """Return the keys of what is to go: nothing where no model is ticked, for nothing would be left."""
        if not self.alone or not self._ticked:
            return []
        meant = self._meant or {}
        asked = {one.key: one.model or meant.get(one.key, "") for one in self._variants if one.kind != FLOW}
        return [key for key, model in asked.items() if model not in self._ticked]

    def _draw(self) -> None:
        each = {one.value: len(self._added([one.value])) for one in self._models}
        self.lines = [_line(one, each[one.value], ticked=one.value in self._ticked) for one in self._models]
        number, fewer = len(self._added(self._ticked)), len(self._taken())
        self.act, left = _act(number, fewer), len(self._variants) + number - fewer
        self.words = "" if any(each.values()) else ALL_THERE
        if self.act:
            self.words = self._told(left)
        if all(one.kind == FLOW for one in self._variants):
            self.lines, self.words = [], ONLY_FLOWS
        if left > MAX_VARIANTS:
            self.act, self.words = "", TOO_MANY

    def _told(self, num_variants: int) -> str:
        """Say how many there are then, and how many answers, which are not known without rows."""
        answers = formats.counted(num_variants * self._num_answers, "answer")
        told = f", {answers}" if self._num_answers else ""
        return f"Makes {formats.counted(num_variants, 'variant')} in all{told}."


def _act(added: int, taken: int) -> str:
    if added and taken:
        return f"Add {formats.count(added)}, take away {formats.count(taken)}"
    number, word = (added, "Add") if added else (taken, "Take away")
    return f"{word} {formats.counted(number, 'variant')}" if number else ""


def _line(model: Choice, number: int, *, ticked: bool) -> ModelLine:
    return ModelLine(model.value, model.label, f"adds {number}" if number else THERE, ticked, not number)


async def _models_meant(operator: Operator, variants: Sequence[VariantLine]) -> dict[str, str]:
    """Return by key the model on which each prompt and text runs that names none."""
    default = await services().providers.default(operator)
    found = {}
    for one in variants:
        own = ""
        if one.kind == MANAGED and not one.model:
            choice = managed(one.subject, one.version)
            with caught(NotFound):
                ref = VersionRef(choice.label or PRODUCTION, choice.version)
                own = (await services().prompts.get_version(operator, choice.id, ref)).content.model
        found[one.key] = own or default
    return found


async def _answers_each(operator: Operator, form: Mapping[str, Any]) -> int:
    """Return how many answers a variant gives: a row's repetitions, of each row that was picked; 0 where none was."""

    def whole(name: str) -> int:
        text = str(form.get(name, "")).strip()
        return int(text) if text.isascii() and text.isdigit() else 0

    if rows := rows_of(str(form.get("rows", ""))):
        return len(rows) * (whole("repetitions") or 1)
    splits: dict[str, int] = {}
    dataset, split = str(form.get("dataset", "")), str(form.get("split", ""))
    with caught(NotFound):
        splits = await services().datasets.splits(operator, dataset, version=whole("version") or None)
    return (splits.get(split, 0) if split else sum(splits.values())) * (whole("repetitions") or 1)
