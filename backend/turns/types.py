"""What the rest of the house sees of turns."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

from backend.conversations.types import Conversation, Message
from backend.flows.types import RunDetail

# As many as a run is told of what was said before.
MAX_HISTORY = 20


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its answer; `history` is what was asked and answered before, `rules` what the system said."""

    conversation: Conversation
    question: Message
    answer: Message
    history: tuple[Message, ...] = ()
    rules: tuple[Message, ...] = ()

    @property
    def earlier(self) -> tuple[dict[str, Any], ...]:
        """The history as a run is told it."""
        return tuple({"role": one.role.value, "text": one.text} for one in self.history)


@dataclass(frozen=True, slots=True)
class NewTest:
    """A turn to be kept as a row of a dataset, with what should have been answered.

    An empty `dataset_id` means the dataset called `dataset_name`, made where there is none. With `with_history` the
    row's input holds what was said before.
    """

    expected_output: Any
    dataset_id: str = ""
    dataset_name: str = ""
    split: str = ""
    with_history: bool = True


class TestState(StrEnum):
    """How a test stands. `changed` was edited since it was asked last; `unscored` met nothing to pass."""

    __test__ = False  # a name that a collector of tests would take for its own

    NEW = "new"
    CHANGED = "changed"
    PASSES = "passes"
    FAILS = "fails"
    MIXED = "mixed"
    UNSCORED = "unscored"


@dataclass(frozen=True, slots=True)
class TurnTest:
    """A row that a turn became, and how it stands. `experiment_id` asked it last, empty where nobody did.

    `is_due` where nobody asked it as it is now; `next_id` is the newest experiment over its dataset that ran to its
    end, which asks it when it is run again, empty where there is none.
    """

    message_id: str
    dataset_id: str
    dataset_name: str
    row: int
    expected_output: Any
    state: TestState
    experiment_id: str = ""
    experiment_name: str = ""
    passed: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    is_due: bool = False
    next_id: str = ""
    next_name: str = ""


MAX_REPLAYS = 6


@dataclass(frozen=True, slots=True)
class Asked:
    """A prompt of the project's that the run asked with, and the versions that there are, newest first."""

    slug: str
    name: str
    version: int
    versions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Deed:
    """What a node did on the outside, or had a person decide; `plate` is its number on the canvas."""

    plate: int
    title: str
    words: str


@dataclass(frozen=True, slots=True)
class Replayable:
    """A turn, and what it takes to ask it again.

    `ran` is the run behind it, None where its flow is gone or it was held elsewhere: then its messages are asked alone.
    `versions` are the flow's, newest first. `cautions` are sentences about what will not be as it was; `tools` what was
    called then. An empty `model` is the one that the flow names, or the project's.
    """

    turn: Turn
    ran: RunDetail | None = None
    versions: tuple[int, ...] = ()
    prompt: Asked | None = None
    model: str = ""
    tools: tuple[str, ...] = ()
    deeds: tuple[Deed, ...] = ()
    cautions: tuple[str, ...] = ()
    messages: tuple[tuple[str, str], ...] = ()
    """Role and text of what is asked where no flow runs."""
    temperature: float | None = None
    max_tokens: int | None = None
    """What it is asked with there; None where nobody told."""


@dataclass(frozen=True, slots=True)
class ReplayColumn:
    """One way to ask again. "same" is the very document that ran; an empty model and no prompt version are as then."""

    version: int | Literal["same", "draft"] = "same"
    model: str = ""
    prompt_version: int | None = None


@dataclass(frozen=True, slots=True)
class ReplayText:
    """The next piece of an answer; `node` says which one of the flow writes."""

    text: str
    node: str = ""


@dataclass(frozen=True, slots=True)
class ReplayStep:
    """A node of the flow ended."""

    plate: int
    words: str


@dataclass(frozen=True, slots=True)
class ReplayDone:
    """How a column ended. `error` is empty for an answer; `run_id` leads to the trace of a flow.

    `has_unpriced` where a model without a price took part, whose tokens `cost` is without.
    """

    text: str = ""
    error: str = ""
    model: str = ""
    version: int | None = None
    run_id: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    cost: Decimal = Decimal(0)
    total_ms: float = 0
    tools: tuple[str, ...] = ()
    has_unpriced: bool = False


ReplayEvent = ReplayText | ReplayStep | ReplayDone
