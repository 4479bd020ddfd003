"""What every evaluator is: settings, and one score for one answer."""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, ClassVar, Literal, Protocol, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from backend.errors import DomainError
from backend.ports.code import Found
from backend.ports.language_model import Message, ModelFailed, ModelSettings

Direction = Literal["higher", "lower"]
# More than that is compared by nobody; it also bounds what a quadratic distance costs.
MAX_CHARACTERS = 200_000
MOST_SAID = 4_000
# The mark of a citation with the blanks before it: "30 days [1]." reads "30 days."
_MARK = re.compile(r"(?<!\s)\s*\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]")


@dataclass(frozen=True, slots=True)
class Case:
    """One answer beside the row it answers. `passages` are what was retrieved, best first.

    `cost` is in dollars, None where tokens of a model without a price were taken.
    """

    output: str
    input: dict[str, Any] = field(default_factory=dict)
    expected: Any = None
    metadata: dict[str, Any] = field(default_factory=dict)
    latency_ms: float = 0.0
    cost: Decimal | None = Decimal(0)
    tool_calls: Sequence[dict[str, Any]] = ()
    passages: Sequence[dict[str, Any]] = ()
    baseline_output: str | None = None
    """What the baseline said to the same row, for evaluators that compare a pair."""
    is_whole: bool = False
    """The output is a whole conversation, and not one answer."""

    @property
    def readings(self) -> tuple[str, ...]:
        """Return the answer as it stands, then without the marks of the passages that it cites where it has any.

        Who expects words expects them with or without marks; a number in brackets that cites nothing is a word.
        """
        cited = {one.get("number") for one in self.passages}
        if not cited:
            return (self.output,)
        plain = _MARK.sub(lambda mark: "" if cited.issuperset(map(int, mark[1].split(","))) else mark[0], self.output)
        return (self.output,) if plain == self.output else (self.output, plain)


@dataclass(frozen=True, slots=True)
class Judged:
    """What one of several judges said by itself, before negation and pass mark; `error` where it said nothing.

    `said` is its reply where nobody could understand it.
    """

    model: str
    value: float | None = None
    label: str = ""
    reason: str = ""
    error: str = ""
    said: str = ""

    def as_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {"model": self.model, "value": self.value}
        return told | {name: said for name in ("label", "reason", "error", "said") if (said := getattr(self, name))}


@dataclass(frozen=True, slots=True)
class Score:
    """What an evaluator found. `value` None means that there is no number: a failure, or a person is waited for.

    `passed` None means that the evaluator has no pass mark. `cost` is what judging itself cost, in dollars, put in by
    whoever pays. `said` is a judge's reply that nobody could understand, `order` in which of two orders of a pair.
    `judges` are what several said each, in the order in which they were named; empty for a single one.
    """

    value: float | None
    passed: bool | None = None
    label: str = ""
    reason: str = ""
    error: str = ""
    said: str = ""
    order: int = 0
    cost: Decimal = Decimal(0)
    agreement: float | None = None
    rubric_version: str = ""
    judges: tuple[Judged, ...] = ()

    def as_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {"value": self.value, "passed": self.passed}
        for name in ("label", "reason", "error", "said", "agreement", "rubric_version"):
            if getattr(self, name) not in ("", None):
                told[name] = getattr(self, name)
        if self.judges:
            told["judges"] = [one.as_json() for one in self.judges]
        told |= {"order": self.order} if self.order else {}
        return told | ({"cost": float(self.cost)} if self.cost else {})


@dataclass(frozen=True, slots=True)
class Said:
    """What a model answered to a judge's question; `model` says which one a default meant."""

    text: str
    model: str = ""


class NotUnderstood(DomainError):
    """A judge replied twice, and not in the form that was asked for; `said` is its last reply."""

    def __init__(self, said: str) -> None:
        words = "The judge did not answer in the form that was asked for."
        super().__init__(words, hint="Try a larger model as judge.")
        self.said = said[:MOST_SAID]


class OrderFailed(DomainError):
    """A judge of pairs could not tell in one order: 1 with the baseline's answer first, or 2 with it second."""

    def __init__(self, error: NotUnderstood | ModelFailed, order: int) -> None:
        super().__init__(error.message, hint=error.hint)
        self.said, self.order = error.said if isinstance(error, NotUnderstood) else "", order


def failed(error: DomainError) -> Score:
    """Return what stands where an evaluator, or one of several judges, could not tell."""
    said = error.said if isinstance(error, NotUnderstood | OrderFailed) else ""
    order = error.order if isinstance(error, OrderFailed) else 0
    return Score(None, error=f"{error.message} {error.hint}".strip()[:1_000], said=said, order=order)


class Help(Protocol):
    """What evaluators may use of the outside."""

    async def ask(self, model: str, messages: Sequence[Message], settings: ModelSettings) -> Said:
        """Ask "provider:model", the project's default for "". Raise ModelFailed, NotFound."""
        ...

    def heard(self, judge: str) -> dict[str, Any] | None:
        """Return what one of several judges said of this answer before the work broke off, as `hear` was given it."""
        ...

    async def hear(self, judge: str, told: dict[str, Any]) -> None:
        """Write down what one of several judges said while the others are still to be asked."""
        ...

    async def embed(self, model: str, texts: Sequence[str]) -> list[Sequence[float]]:
        """Return a row of length 1 per text. Raise Unavailable, NotFound."""
        ...

    async def run_code(self, code: str, given: Mapping[str, Any]) -> Found:
        """Call the function `score` of a code with what it asks for of `given`. Raise CodeFailed, Unavailable."""
        ...

    async def flaws(self, schema: dict[str, Any], value: Any) -> str:
        """Say what is wrong with a value by a JSON Schema; empty where nothing is. Raise InvalidInput."""
        ...


class Evaluator(BaseModel, ABC):
    """`negate` turns a score round on its scale, where that has no end its direction. `margin` does not matter.

    `low` and `high` are the ends of the scale, None where it has no end; a failed answer counts as the worse end.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    kind: ClassVar[str]
    calls_models: ClassVar[bool] = False
    needs_pairs: ClassVar[bool] = False
    needs_person: ClassVar[bool] = False
    runs_code: ClassVar[bool] = False
    scores_nodes: ClassVar[bool] = True
    """False for what looks at whole answers alone."""

    name: str = Field(default="", max_length=80)
    direction: Direction = "higher"
    unit: str = Field(default="", max_length=20)
    target: float | None = Field(
        default=None, description="What the mean should reach, in the unit of the score: of 0 to 1, 0.9 is 90 %."
    )
    threshold: float | None = Field(default=None, description="From which score an answer passes.")
    negate: bool = Field(default=False, description="The opposite counts.")
    weight: float = Field(default=1.0, ge=0, le=1_000, description="Its part in the overall score.")
    margin: float = Field(
        default=0.0,
        ge=0,
        description="A difference that does not matter, in the unit of the score: of 0 to 1, 0.05 is 5 points.",
    )
    statistic: Literal["mean", "p50", "p95"] = "mean"
    node: str = Field(
        default="",
        max_length=120,
        description="A node of the flow, by id or title: what it gave is scored in place of the answer.",
    )

    @model_validator(mode="after")
    def _looks_at_what_it_can(self) -> Self:
        if self.node and not self.scores_nodes:
            raise ValueError("node: it looks at whole answers alone")
        return self

    @property
    def called(self) -> str:
        return self.name or self.kind

    @property
    def scale(self) -> tuple[float, float] | None:
        return 0.0, 1.0

    @property
    def aim(self) -> Direction:
        """Return where better scores lie once negated: one without a scale stays what it is, and less of it is good."""
        if not self.negate or self.scale is not None:
            return self.direction
        return "lower" if self.direction == "higher" else "higher"

    @property
    def worst(self) -> float | None:
        """Return what a failed answer counts as; None leaves it out."""
        if self.scale is None:
            return None
        return self.scale[0] if self.direction == "higher" else self.scale[1]

    @property
    def useful_margin(self) -> float:
        """Return the margin, nought where it takes in the whole scale: inside that one everything would be the same."""
        return 0.0 if self.takes_in_all else self.margin

    @property
    def takes_in_all(self) -> bool:
        return self.scale is not None and self.margin > 0 and self.margin >= self.scale[1] - self.scale[0]

    @property
    def reads(self) -> str:
        """Return what it looks at in place of words: "passages", or the "steps" that called tools."""
        return ""

    @property
    def asks(self) -> bool:
        """Tell whether it depends on others, which may fail for one answer and not for the next."""
        return self.calls_models or self.runs_code

    @property
    def num_calls(self) -> int:
        """Return how many questions to a model one answer costs."""
        return 0

    def questions(self, case: Case) -> list[list[Message]]:  # noqa: ARG002
        """Return each question to a judge about one answer, message by message; none where no model is asked."""
        return []

    @abstractmethod
    async def measure(self, case: Case, aid: Help) -> Score:
        """Return the raw score; `score` adds negation and the pass mark. Raise DomainError where it cannot be told."""

    async def score(self, case: Case, aid: Help) -> Score:
        return self.judged(await self.measure(case, aid))

    def judged(self, found: Score) -> Score:
        """Apply negation and threshold to a raw score."""
        value, passed = found.value, found.passed
        if value is None or not math.isfinite(value):
            return found
        if self.negate and self.scale is not None:
            value = sum(self.scale) - value
            passed = None if passed is None else not passed
        if self.threshold is not None:
            passed = value >= self.threshold if self.aim == "higher" else value <= self.threshold
        return replace(found, value=value, passed=passed)


YES = Score(1.0, passed=True)


def no(reason: str) -> Score:
    return Score(0.0, passed=False, reason=reason)


def as_text(value: Any) -> str:
    """Return what is expected as text."""
    if isinstance(value, dict) and len(value) == 1:
        value = next(iter(value.values()))
    return value if isinstance(value, str) else "" if value is None else str(value)


def shortened(text: str) -> str:
    return text[:MAX_CHARACTERS]
