"""What the rest of the house sees of turns."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from backend.conversations.types import Conversation, Message

# As many as a run is told of what was said before.
MAX_HISTORY = 20


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its answer; `history` is what was asked and answered before, oldest first."""

    conversation: Conversation
    question: Message
    answer: Message
    history: tuple[Message, ...] = ()

    @property
    def earlier(self) -> tuple[dict[str, Any], ...]:
        """The history as a run is told it."""
        return tuple({"role": one.role.value, "text": one.text} for one in self.history)


@dataclass(frozen=True, slots=True)
class NewTest:
    """A turn to be kept as a row of a dataset, with what should have been answered.

    An empty `dataset_id` means the dataset called `dataset_name`, which is made where there is none. With `with_history`
    the row's input holds what was said before.
    """

    expected_output: Any
    dataset_id: str = ""
    dataset_name: str = ""
    split: str = ""
    with_history: bool = True


@dataclass(frozen=True, slots=True)
class KeptTest:
    """The row that a turn became. `version` is the dataset's newest now."""

    dataset_id: str
    dataset_name: str
    row: int
    version: int


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
    """A row that a turn became, and how it stands. `experiment_id` asked it last, empty where nobody did."""

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
