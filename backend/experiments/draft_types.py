"""An experiment as somebody describes it; `types` hands it on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

from backend.experiments.promotion_types import Promoted

MAX_NAME = 120
MAX_VARIANTS = 10
MAX_REPETITIONS = 30
MAX_CONCURRENCY = 64
DEFAULT_CONCURRENCY = 10
MAX_CELLS = 200_000
MAX_CHOSEN = 1_000
# What is behind the name of an experiment that scores the answers of another one.
SCORED_AGAIN = ", scored again"
LATENCY, COST, OVERALL = "latency", "cost", "overall"
# The p95 stands under the plain name; a few slow answers hide in it what every row shows.
LATENCY_P50 = "latency_p50"
# Time and money are compared whether or not anybody asked.
UNASKED = (LATENCY, LATENCY_P50, COST)
# The label of a score that a person has not given yet.
WAITING = "waiting"
# The label of an answer with no baseline's beside it; a retry looks anew whether there is one.
UNOPPOSED = "unopposed"
# What the key of a row is called that holds what a person says.
QUESTIONS = ("question", "message", "query", "text", "input", "prompt")
# Where the detail of an answer has what judges said whose panel is not through.
HEARD = "heard"
# In the metadata of a row that a turn became: what was answered then, where somebody put another answer in its place.
CORRECTED = "corrected"
# Where the detail of a failed answer has that the same would fail again.
IN_VAIN = "fails_again"
# Where the detail of an answer has that its model, which cannot be held to the schema, was told it in words.
IN_WORDS = "schema_in_words"
# Where the detail of an answer has that a model of it has no price: its cost is without what that one took.
HAS_UNPRICED = "has_unpriced"
# What other tools call the same kind of evaluator.
ALSO = {
    "exact_match": "exact", "equals": "exact", "llm_judge": "judge", "is_json": "json_valid", "json": "json_valid",
    "python_code": "python", "code": "python",
    "embedding_similarity": "similarity", "similar": "similarity", "tool_call": "tool_calls",
    "tool_call_match": "tool_calls", "human_review": "human", "pairwise_judge": "pairwise",
}  # fmt: skip


class Status(StrEnum):
    """`queued` is shown as running: its job is about to begin."""

    DRAFT = "draft"
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        return self in (Status.QUEUED, Status.RUNNING)

    @property
    def is_final(self) -> bool:
        return self in (Status.DONE, Status.FAILED, Status.CANCELLED)


class CellStatus(StrEnum):
    """`answered` is paid for and waits for its judges; `skipped` was not needed any more."""

    PENDING = "pending"
    RUNNING = "running"
    ANSWERED = "answered"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


def kind_of(spec: Mapping[str, Any]) -> str:
    """Return the kind that the settings of an evaluator name, however they write it; it may be unknown."""
    written = str(spec.get("kind", "")).strip().lower().replace("-", "_").replace(" ", "_")
    return ALSO.get(written, written)


def numbered(names: Iterable[str]) -> list[str]:
    """Number those that were there before: scores are kept by the name of their evaluator."""
    found: list[str] = []
    for wanted in names:
        name, number = wanted, 2
        while name in found:
            name, number = f"{wanted} {number}", number + 1
        found.append(name)
    return found


@dataclass(frozen=True, slots=True)
class PromptChoice:
    """An inline template over the keys of input, or a managed prompt by id and version or label."""

    template: str = ""
    system: str = ""
    id: str = ""
    version: int | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class FlowChoice:
    """`version` is a number, "draft" or "published".

    Its nodes search `knowledge_base` (an id or a name) in place of their own, find `passages` at most, and `search` by
    meaning, words or both; empty or None for what the nodes say. Another model is named beside, by the variant.
    """

    slug: str
    version: int | Literal["draft", "published"] = "published"
    knowledge_base: str = ""
    passages: int | None = None
    search: Literal["", "semantic", "keyword", "hybrid"] = ""


@dataclass(frozen=True, slots=True)
class VariantDraft:
    """One way to answer: a prompt with a model, or a flow."""

    name: str
    prompt: PromptChoice | None = None
    flow: FlowChoice | None = None
    model: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EvaluatorKind:
    """A way to score. `schema` is the JSON Schema of its settings, with a sentence about it as description.

    `off` says why it cannot be used here, and what would change that; empty where it can.
    """

    kind: str
    schema: dict[str, Any]
    off: str = ""


@dataclass(frozen=True, slots=True)
class Requirement:
    """The dataset that must be passed before publishing, and the evaluators that have to be asked, as they were given.

    With `experiment_id` somebody wishes those of an experiment. `labels` are those of a prompt that it guards; a wish
    without any means production.
    """

    dataset_id: str = ""
    evaluators: tuple[dict[str, Any], ...] = ()
    experiment_id: str = ""
    dataset_name: str = ""
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GateResult:
    """What the gate says to a content now, and of which experiment; that is empty where none counts, or none is asked.

    Words are there where it did not pass. `room` says how much worse it may be although nothing shows it.
    """

    passed: bool
    words: str = ""
    hint: str = ""
    experiment_id: str = ""
    room: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Which rows of a version are asked: those of a split, those of these numbers, or all."""

    split: str = ""
    rows: tuple[int, ...] = ()

    @property
    def is_all(self) -> bool:
        return not self.split and not self.rows

    @property
    def words(self) -> str:
        if self.rows:
            return f"{len(self.rows):,} chosen {'row' if len(self.rows) == 1 else 'rows'}"
        return f"split {self.split}" if self.split else "all rows"


@dataclass(frozen=True, slots=True)
class Draft:
    """An experiment as somebody describes it. `version` None is the dataset's newest when it starts.

    `rows` are the numbers of those that were chosen; a `split` is named in place of them, or neither for all.

    `budget` is in dollars, None without one. `baseline` names a variant, the first where it is empty.
    `answers_of` is an experiment whose answers are scored anew in place of asking; what is asked is told by it then.
    """

    name: str
    dataset_id: str
    variants: tuple[VariantDraft, ...]
    evaluators: tuple[dict[str, Any], ...] = ()
    version: int | None = None
    split: str = ""
    rows: tuple[int, ...] = ()
    repetitions: int = 1
    concurrency: int = DEFAULT_CONCURRENCY
    requests_per_minute: int | None = None
    budget: Decimal | None = None
    early_stop: bool = False
    baseline: str = ""
    answers_of: str = ""

    @property
    def part(self) -> Part:
        return Part(self.split, self.rows)


@dataclass(frozen=True, slots=True)
class PinnedNode:
    """A node of a flow as it was pinned, by its id and title, and whether it asks a model.

    `model` is which one, empty where that was not kept.
    """

    node: str
    title: str
    asks: bool = False
    model: str = ""


@dataclass(frozen=True, slots=True)
class Pinned:
    """A variant as it runs: every version a number.

    `document` is the stored one of a flow, with the prompts that it follows; `fields` are what a flow takes, `required`
    those without a default.
    `as_run` is the fingerprint of a prompt that names the model it ran on, where that is another one; `composed` is its
    content with the prompts that it takes in, where it takes any in. `promoted` is where it went after the end.
    `nodes` are those of a flow; of what was started before they were kept none is known. `instead` says what they ask
    and search in place of their own, `knowledge_base` the id of what they search; empty where all is their own.
    """

    name: str
    kind: Literal["prompt", "flow"]
    model: str = ""
    prompt_id: str = ""
    prompt_name: str = ""
    flow_id: str = ""
    flow_name: str = ""
    slug: str = ""
    version: int | None = None
    fingerprint: str = ""
    as_run: str = ""
    document: str = ""
    composed: dict[str, Any] | None = None
    template: str = ""
    system: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    fields: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    promoted: tuple[Promoted, ...] = ()
    nodes: tuple[PinnedNode, ...] = ()
    knowledge_base: str = ""
    instead: str = ""

    @property
    def words(self) -> str:
        """Say what it is in a few words, such as "support v18, gpt-4.1-mini"."""
        if self.kind == "flow":
            own = f"{self.flow_name} {f'v{self.version}' if self.version else 'draft'}"
            return f"{own}, {self.instead}" if self.instead else own
        named = f"{self.prompt_name} v{self.version}" if self.prompt_id else "inline prompt"
        return f"{named}, {self.model.partition(':')[2] or self.model}"
