"""What the rest of the house sees of experiments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from backend.experiments.cell_types import Cell, OpenedCell
from backend.experiments.code_types import CodeApproval, CodeState
from backend.experiments.comparison_types import (
    Agreement,
    Aim,
    Comparison,
    Duels,
    FormOnly,
    MetricComparison,
    Repeated,
    Saving,
    Share,
    Spread,
    TradeOff,
    Unscored,
    WorseSlice,
)
from backend.experiments.draft_types import (
    CORRECTED,
    COST,
    DEFAULT_CONCURRENCY,
    HAS_UNPRICED,
    HEARD,
    IN_VAIN,
    IN_WORDS,
    LATENCY,
    LATENCY_P50,
    MAX_CELLS,
    MAX_CHOSEN,
    MAX_CONCURRENCY,
    MAX_NAME,
    MAX_REPETITIONS,
    MAX_VARIANTS,
    OVERALL,
    QUESTIONS,
    SCORED_AGAIN,
    UNASKED,
    UNOPPOSED,
    WAITING,
    CellStatus,
    Draft,
    EvaluatorKind,
    FlowChoice,
    GateResult,
    Part,
    Pinned,
    PinnedNode,
    PromptChoice,
    Requirement,
    Status,
    VariantDraft,
    kind_of,
    numbered,
)
from backend.experiments.errors import ExperimentNotFound, StaleDraft, WrongState
from backend.experiments.headline_types import Headline, able_in, best_of, headline_of, nothing_passed, to_take
from backend.experiments.node_types import ComparedNode, ComparedNodes, FlowMap, NodeDifference, NodeFigures
from backend.experiments.plan_types import MissingVariables, Plan
from backend.experiments.promotion_types import Promoted, Promotion, Whereabouts, WishEnd
from backend.experiments.review_types import Asked, Review, Reviews
from backend.experiments.standing_types import (
    Drift,
    JudgeDrift,
    Outdated,
    PromptStanding,
    Since,
    VersionElsewhere,
    VersionStanding,
)

__all__ = [
    "CORRECTED",
    "COST",
    "DEFAULT_CONCURRENCY",
    "HAS_UNPRICED",
    "HEARD",
    "IN_VAIN",
    "IN_WORDS",
    "LATENCY",
    "LATENCY_P50",
    "MAX_CELLS",
    "MAX_CHOSEN",
    "MAX_CONCURRENCY",
    "MAX_NAME",
    "MAX_REPETITIONS",
    "MAX_VARIANTS",
    "OVERALL",
    "QUESTIONS",
    "SCORED_AGAIN",
    "UNASKED",
    "UNOPPOSED",
    "WAITING",
    "Agreement",
    "Aim",
    "Asked",
    "Cell",
    "CellStatus",
    "Change",
    "CodeApproval",
    "CodeState",
    "ComparedNode",
    "ComparedNodes",
    "ComparedRow",
    "ComparedRows",
    "Comparison",
    "Draft",
    "Drift",
    "Duels",
    "EvaluatorKind",
    "Experiment",
    "ExperimentNotFound",
    "FlowChoice",
    "FlowMap",
    "FormOnly",
    "GateResult",
    "Headline",
    "JudgeDrift",
    "MetricComparison",
    "MissingVariables",
    "NodeDifference",
    "NodeFigures",
    "OpenedCell",
    "Outdated",
    "Part",
    "Pinned",
    "PinnedNode",
    "Plan",
    "Progress",
    "Promoted",
    "Promotion",
    "PromptChoice",
    "PromptStanding",
    "Repeated",
    "Requirement",
    "Review",
    "Reviews",
    "RowCounts",
    "Saving",
    "Share",
    "Since",
    "Spread",
    "StaleDraft",
    "Status",
    "Told",
    "TradeOff",
    "Unscored",
    "VariantDraft",
    "VersionElsewhere",
    "VersionStanding",
    "Whereabouts",
    "WishEnd",
    "WorseSlice",
    "WrongState",
    "able_in",
    "best_of",
    "headline_of",
    "kind_of",
    "nothing_passed",
    "numbered",
    "to_take",
]


@dataclass(frozen=True, slots=True)
class Told:
    """What only the process knows that carries an experiment; `refusal` says which model keeps it waiting, and why."""

    eta_seconds: float | None = None
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """Counts over the cells. `eta_seconds` is None where nothing tells; `cost` has the judges' in it, in dollars.

    `num_judged` of those running have their answer, and are being judged. `num_in_vain` of those that failed would do
    so again: the row lacks what is read of it, or the model refuses the question itself. `num_changes` counts writes;
    `num_unpriced` answers of which nothing has a price.
    """

    num_cells: int
    num_done: int
    num_failed: int
    num_running: int
    num_skipped: int
    cost: Decimal
    judge_cost: Decimal
    tokens_in: int
    tokens_out: int
    eta_seconds: float | None = None
    num_judged: int = 0
    num_in_vain: int = 0
    num_changes: int = 0
    num_unpriced: int = 0

    @property
    def error_rate(self) -> float:
        ended = self.num_done + self.num_failed
        return self.num_failed / ended if ended else 0.0


@dataclass(frozen=True, slots=True)
class Experiment:
    """`dataset_version` is 0 before the start; `decided` says why it ended early, `resumes_at` when it goes on.

    `revision` tells one wording of a draft from another, and is empty once it has begun. `headline` is what it ended
    in, None where that is not known of what stands now.
    """

    id: str
    name: str
    status: Status
    draft: Draft
    pinned: tuple[Pinned, ...]
    dataset_name: str
    dataset_version: int
    num_rows: int
    baseline: str
    budget: Decimal | None
    progress: Progress
    error: str
    hint: str
    decided: str
    created_by: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    resumes_at: datetime | None
    revision: str = ""
    headline: Headline | None = None

    @property
    def shown_status(self) -> str:
        return Status.RUNNING.value if self.status is Status.QUEUED else self.status.value

    @property
    def called(self) -> dict[str, str]:
        """Return what the variants are called, by a label with the version that it had: "production (v2 then)"."""
        of = {one.name: one.version for one in self.pinned}
        told = {one.name: one.name for one in self.draft.variants}
        for one in self.draft.variants:
            label, version = one.prompt.label if one.prompt else "", of.get(one.name)
            if label and version and (one.name == label or one.name.startswith(f"{label} ")):
                told[one.name] = f"{label} (v{version} then){one.name.removeprefix(label)}"
        return told


Change = Literal["fixed", "broken", "both_pass", "both_fail", "other"]


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One row, baseline and variant side by side, by the metric that is looked at, with all repetitions."""

    row: int
    input: dict[str, Any]
    expected: Any
    metadata: dict[str, Any]
    change: Change
    baseline_value: float | None
    value: float | None
    baseline_cells: tuple[Cell, ...]
    cells: tuple[Cell, ...]
    is_unsteady: bool = False


@dataclass(frozen=True, slots=True)
class RowCounts:
    """How many rows changed in which way."""

    fixed: int = 0
    broken: int = 0
    both_pass: int = 0
    both_fail: int = 0
    other: int = 0


@dataclass(frozen=True, slots=True)
class ComparedRows:
    """`num_unsteady` counts rows of any change of which some repetitions pass and some do not, on either side.

    `num_failed` counts those of which an answer of either side failed.
    """

    items: tuple[ComparedRow, ...]
    counts: RowCounts
    next: int | None = None
    num_unsteady: int = 0
    num_failed: int = 0
