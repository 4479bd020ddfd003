"""Add the variants of a new experiment on other models, each combination once."""

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
from console.state.experiment_form import ExperimentFormState
from console.state.experiment_variants import FLOW, MANAGED, VariantLine, managed
from console.state.forms import Choice
from console.state.seat import Seated

THERE = "there already"
ONLY_FLOWS = "Flows name their models themselves, so there is nothing to add."
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

    What stood in the form when this was opened stays there: the page behind is inert.
    """

    opened: rx.Field[bool] = rx.field(False)
    lines: rx.Field[list[ModelLine]] = rx.field(default_factory=list)
    words: rx.Field[str] = rx.field("")
    act: rx.Field[str] = rx.field("")
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
    async def close(self) -> None:
        """Add nothing."""
        await self._operator(Permission.EXPERIMENTS_READ)
        self.opened = False

    @rx.event
    async def add(self) -> None:
        """Put them behind the variants that are there, each to be changed or removed like any other."""
        operator = await self._operator(Permission.EXPERIMENTS_EDIT)
        added = self._added(self._ticked)
        page = await self.get_state(ExperimentFormState)
        if not self.opened or len(page.variants) + len(added) > MAX_VARIANTS:
            return
        self.opened = False
        for one in added:
            await page._add(operator, one)

    def _added(self, models: Sequence[str]) -> list[VariantLine]:
        return crossed(self._variants, models, self._meant or {})

    def _draw(self) -> None:
        alone = {one.value: len(self._added([one.value])) for one in self._models}
        self.lines = [_line(one, alone[one.value], ticked=one.value in self._ticked) for one in self._models]
        number = len(self._added(self._ticked))
        self.act = f"Add {formats.counted(number, 'variant')}" if number else ""
        self.words = self._told(number) if any(alone.values()) else ALL_THERE
        if all(one.kind == FLOW for one in self._variants):
            self.lines, self.words = [], ONLY_FLOWS
        if len(self._variants) + number > MAX_VARIANTS:
            self.act, self.words = "", TOO_MANY

    def _told(self, number: int) -> str:
        """Say how many there are then, and how many answers, which are not known without rows."""
        if not number:
            return ""
        num_variants = len(self._variants) + number
        answers = formats.counted(num_variants * self._num_answers, "answer")
        told = f", {answers}" if self._num_answers else ""
        return f"Makes {formats.counted(num_variants, 'variant')} in all{told}."


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

    splits: dict[str, int] = {}
    dataset, split = str(form.get("dataset", "")), str(form.get("split", ""))
    with caught(NotFound):
        splits = await services().datasets.splits(operator, dataset, version=whole("version") or None)
    return (splits.get(split, 0) if split else sum(splits.values())) * (whole("repetitions") or 1)
