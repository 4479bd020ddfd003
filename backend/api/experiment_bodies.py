"""The shapes of experiments over REST."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from backend.api.bodies import Strict
from backend.experiments.types import (
    DEFAULT_CONCURRENCY,
    MAX_CHOSEN,
    Cell,
    ComparedRow,
    Comparison,
    Draft,
    Experiment,
    FlowChoice,
    JudgeDrift,
    OpenedCell,
    Plan,
    Promotion,
    PromptChoice,
    VariantDraft,
)
from backend.paging import MAX_NUMBER
from backend.prompts.types import PRODUCTION

Budget = Annotated[Decimal, Field(gt=0, le=1_000_000, max_digits=18, decimal_places=9)]


class PromptBody(Strict):
    """A `template` over the keys of input, or the `id` (or slug) of a prompt with a version or a label."""

    template: str = Field(default="", max_length=100_000)
    system: str = Field(default="", max_length=100_000)
    id: str = ""
    version: int | None = None
    label: str = ""


class FlowBody(Strict):
    """`knowledge_base` (an id or a name), `passages` and `search` take the place of what its nodes search by."""

    slug: str
    version: int | Literal["draft", "published"] = "published"
    knowledge_base: str = Field(default="", max_length=300)
    passages: int | None = None
    search: Literal["", "semantic", "keyword", "hybrid"] = ""


class VariantBody(Strict):
    name: str
    prompt: PromptBody | None = None
    flow: FlowBody | None = None
    model: str = Field(default="", max_length=300)
    parameters: dict[str, Any] = Field(default_factory=dict)

    def draft(self) -> VariantDraft:
        prompt = PromptChoice(**self.prompt.model_dump()) if self.prompt else None
        flow = FlowChoice(**self.flow.model_dump()) if self.flow else None
        return VariantDraft(self.name.strip(), prompt, flow, self.model.strip(), self.parameters)


class NewExperiment(Strict):
    """`budget` is in dollars. `baseline` names a variant, the first where it is left out.

    `rows` are numbers of rows to ask alone, in place of a `split`; without either all are asked.
    """

    name: str = Field(min_length=1, max_length=120)
    dataset_id: str
    dataset_version: int | None = Field(default=None, ge=1)
    split: str = ""
    rows: list[Annotated[int, Field(ge=1, le=MAX_NUMBER)]] = Field(default_factory=list, max_length=MAX_CHOSEN)
    variants: list[VariantBody] = Field(min_length=1, max_length=10)
    evaluators: list[dict[str, Any]] = Field(default_factory=list, max_length=20)
    repetitions: int = 1
    concurrency: int = DEFAULT_CONCURRENCY
    requests_per_minute: int | None = None
    budget: Budget | None = None
    early_stop: bool = False
    baseline: str = ""

    def draft(self) -> Draft:
        return Draft(
            name=self.name.strip(),
            dataset_id=self.dataset_id,
            variants=tuple(variant.draft() for variant in self.variants),
            evaluators=tuple(self.evaluators),
            version=self.dataset_version,
            split=self.split,
            rows=tuple(dict.fromkeys(self.rows)),
            repetitions=self.repetitions,
            concurrency=self.concurrency,
            requests_per_minute=self.requests_per_minute,
            budget=self.budget,
            early_stop=self.early_stop,
            baseline=self.baseline.strip(),
        )


class NewBudget(Strict):
    """None takes the bound away."""

    budget: Budget | None


class NewScore(Strict):
    """What a person says of one answer; `name` is the evaluator's."""

    name: str
    value: float = Field(allow_inf_nan=False)
    reason: str = Field(default="", max_length=2_000)


class PromotionWish(Strict):
    """`label` is of prompts; the verdicts beside `baseline`, else the experiment's, are added to `comment`."""

    variant: str
    label: str = PRODUCTION
    comment: str = Field(default="", max_length=500)
    baseline: str = ""


class PromotionBody(BaseModel):
    """What became of a variant; `approval` is the id that a protected label waits for, null where it moved."""

    kind: str
    id: str
    name: str
    version: int
    label: str | None
    approval: str | None

    @classmethod
    def of(cls, made: Promotion) -> PromotionBody:
        return cls(
            kind=made.kind,
            id=made.id,
            name=made.name,
            version=made.version,
            label=made.label or None,
            approval=made.waits_for or None,
        )


class ExperimentBody(BaseModel):
    """An experiment as it stands. `cost` is in dollars, `eta_seconds` None where nothing tells.

    `num_judged` of those running have their answer, and are being judged. `revision` is of a draft alone: sent with
    what is done to it, that is refused where somebody changed it since. `headline` is what it ended in, null
    where it was not compared as it stands now, which its comparison does.
    """

    id: str
    name: str
    status: str
    dataset_id: str
    dataset_name: str
    dataset_version: int | None
    split: str
    rows: list[int]
    baseline: str
    variants: list[dict[str, Any]]
    evaluators: list[dict[str, Any]]
    repetitions: int
    concurrency: int
    requests_per_minute: int | None
    budget: float | None
    early_stop: bool
    answers_of: str | None
    num_rows: int
    num_cells: int
    num_done: int
    num_failed: int
    num_running: int
    num_judged: int
    num_skipped: int
    error_rate: float
    cost: float
    judge_cost: float
    tokens_in: int
    tokens_out: int
    eta_seconds: float | None
    error: str
    hint: str
    decided: str
    created_by: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    resumes_at: datetime | None
    revision: str
    headline: dict[str, Any] | None

    @classmethod
    def of(cls, found: Experiment) -> ExperimentBody:
        draft, progress = found.draft, found.progress
        return cls(
            id=found.id,
            name=found.name,
            status=found.shown_status,
            dataset_id=draft.dataset_id,
            dataset_name=found.dataset_name,
            dataset_version=found.dataset_version or draft.version,
            split=draft.split,
            rows=list(draft.rows),
            baseline=found.baseline,
            variants=[_variant(found, at) for at in range(len(draft.variants))],
            evaluators=list(draft.evaluators),
            repetitions=draft.repetitions,
            concurrency=draft.concurrency,
            requests_per_minute=draft.requests_per_minute,
            budget=None if found.budget is None else float(found.budget),
            early_stop=draft.early_stop,
            answers_of=draft.answers_of or None,
            num_rows=found.num_rows,
            num_cells=progress.num_cells,
            num_done=progress.num_done,
            num_failed=progress.num_failed,
            num_running=progress.num_running,
            num_judged=progress.num_judged,
            num_skipped=progress.num_skipped,
            error_rate=progress.error_rate,
            cost=float(progress.cost),
            judge_cost=float(progress.judge_cost),
            tokens_in=progress.tokens_in,
            tokens_out=progress.tokens_out,
            eta_seconds=progress.eta_seconds,
            error=found.error,
            hint=found.hint,
            decided=found.decided,
            created_by=found.created_by,
            created_at=found.created_at,
            started_at=found.started_at,
            finished_at=found.finished_at,
            resumes_at=found.resumes_at,
            revision=found.revision,
            headline=asdict(found.headline) if found.headline else None,
        )


def _variant(found: Experiment, at: int) -> dict[str, Any]:
    """Return a variant as it was asked for; once started with the versions that run."""
    told = {name: value for name, value in asdict(found.draft.variants[at]).items() if value is not None}
    if found.pinned:
        pinned = found.pinned[at]
        told |= {"model": pinned.model, "pinned": {"version": pinned.version, "fingerprint": pinned.fingerprint}}
        told["promoted"] = [asdict(one) for one in pinned.promoted]
    return told


def plan_body(plan: Plan) -> dict[str, Any]:
    told = asdict(plan)
    told["cost"] = None if plan.cost is None else float(plan.cost)
    return told


def cell_body(cell: Cell) -> dict[str, Any]:
    return {**asdict(cell), "status": cell.status.value, "cost": float(cell.cost)}


def opened_body(opened: OpenedCell) -> Any:
    """Return a cell as the list has it, and what it was asked; `messages` as a model's interface takes them."""
    told = asdict(opened)
    del told["cell"]
    messages = [{"role": role, "content": content} for role, content in opened.messages]
    return plain({**cell_body(opened.cell), **told, "messages": messages, "rendered_anew": not opened.problem})


def comparison_body(found: Comparison, drifts: Sequence[JudgeDrift]) -> Any:
    return plain({**asdict(found), "drifts": [asdict(one) for one in drifts]})


def row_body(row: ComparedRow) -> Any:
    told = asdict(row)
    for name in ("baseline_cells", "cells"):
        told[name] = [cell_body(cell) for cell in getattr(row, name)]
    return plain(told)


def plain(value: Any) -> Any:
    """Return JSON's own values: what is no number is null."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, list | tuple) else value
