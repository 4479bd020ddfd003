"""What the rest of the house sees of annotation queues."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from backend.experiments.types import Drift

MAX_NAME = 120
MAX_INSTRUCTIONS = 4_000
MAX_CONFIGS = 8
MAX_OPTIONS = 9
MAX_OPTION = 60
MAX_TEXT = 4_000
MAX_PEOPLE = 50
MAX_LABELS = 9
MAX_LOCK_MINUTES = 24 * 60
MAX_ITEMS = 100_000
MAX_ADDED = 5_000  # items that one act adds
Label = bool | float | str


class ConfigKind(StrEnum):
    """What a score is: yes or no, one of named options, a number on a scale, or words."""

    BOOLEAN = "boolean"
    CATEGORY = "category"
    NUMBER = "number"
    TEXT = "text"


class Good(StrEnum):
    """Which answer of a question is the good one, or the way in which a scale gets better."""

    YES = "yes"
    NO = "no"
    HIGHER = "higher"
    LOWER = "lower"
    NONE = "none"


# What can be said of each kind, the usual first; of other kinds nothing.
GOOD_OF = {
    ConfigKind.BOOLEAN: (Good.YES, Good.NO, Good.NONE),
    ConfigKind.NUMBER: (Good.NONE, Good.HIGHER, Good.LOWER),
}


@dataclass(frozen=True, slots=True)
class Option:
    """A label that one key gives."""

    value: Label
    name: str
    key: str


@dataclass(frozen=True, slots=True)
class ScoreConfig:
    """One question about an item. `options` is empty where the label is typed: words, or a long scale."""

    name: str
    kind: ConfigKind
    question: str = ""
    options: tuple[Option, ...] = ()
    low: float = 0.0
    high: float = 1.0
    good: Good = Good.NONE

    @property
    def is_ordinal(self) -> bool:
        """Whether two labels can lie nearer to each other than two others."""
        return self.kind is ConfigKind.NUMBER

    @property
    def asked(self) -> str:
        return self.question or self.name


@dataclass(frozen=True, slots=True)
class Labeller:
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class NewQueue:
    """What a person says of a queue. Without `people` everybody labels who may; each item gets `num_labels` people.

    An item that somebody opened is theirs for `lock_minutes`.
    """

    name: str
    configs: tuple[ScoreConfig, ...]
    instructions: str = ""
    people: tuple[Labeller, ...] = ()
    num_labels: int = 1
    lock_minutes: int = 10


class Which(StrEnum):
    """What a list of items shows."""

    ALL = "all"
    MINE = "mine"
    UNASSIGNED = "unassigned"


@dataclass(frozen=True, slots=True)
class Queue:
    """`version` counts the saves; a save that has read another one is refused. A closed one is only read."""

    id: str
    about: NewQueue
    version: int
    num_items: int
    num_done: int
    created_by: str
    created_at: datetime
    closed_at: datetime | None = None

    @property
    def name(self) -> str:
        return self.about.name


@dataclass(frozen=True, slots=True)
class Target:
    """What is labelled: a conversation, or one answer in it where `message_id` is not empty."""

    conversation_id: str
    message_id: str = ""


class Each(StrEnum):
    """What becomes an item where conversations are added: each as a whole, or each of their answers."""

    CONVERSATION = "conversation"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Progress:
    """`num_items` in the queue, `num_done` of them with all their labels; `num_mine` and `num_skipped` of who asks.

    What they skipped counts while it waits for them.
    """

    num_items: int
    num_done: int
    num_mine: int
    num_skipped: int


@dataclass(frozen=True, slots=True)
class Task:
    """The item that a labeller has open until `locked_until`. `values` are the labels that they have given it so far.

    What others said of it is not told, so that nobody is led. `asked` is what is asked next, None for nothing.
    """

    item_id: str
    target: Target
    values: dict[str, Label]
    asked: ScoreConfig | None
    locked_until: datetime


@dataclass(frozen=True, slots=True)
class Turned:
    """What a labeller has before them now, `task` None when nothing waits for them, and how far the queue is."""

    task: Task | None
    progress: Progress


@dataclass(frozen=True, slots=True)
class Annotation:
    """What one person said of an item."""

    person: Labeller
    values: dict[str, Label]
    labelled_at: datetime


@dataclass(frozen=True, slots=True)
class QueueItem:
    """An item as the page of the queue lists it. Who it is assigned to alone is offered it.

    `is_skipped` where who asks put it aside and may go back to it.
    """

    id: str
    target: Target
    title: str
    is_done: bool
    held_by: str
    assigned: Labeller | None
    annotations: tuple[Annotation, ...]
    is_skipped: bool = False


@dataclass(frozen=True, slots=True)
class Score:
    """What a person or an evaluator says of an answer, of the whole conversation where `message_id` is empty.

    `by` is empty for an evaluator, which says where it `passed`. `high` is the end of a scale, `good` of what people
    say. `source` is the name of the queue or of the experiment, or the version of a judge of the log.
    """

    name: str
    message_id: str
    label: Label
    source: str
    by: str = ""
    passed: bool | None = None
    high: float | None = None
    why: str = ""
    queue_id: str = ""
    experiment_id: str = ""
    judgement_id: str = ""
    good: Good = Good.NONE


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two raters agree on one score beyond chance: Cohen's kappa with its 95 % interval.

    Weighted by squared distance where `is_weighted`. `kappa` is None where it is not defined: one label alone was used;
    `low` and `high` are so for fewer than 20 items too.
    `experiment_id` is empty between two people, and of a judge that was asked about the log: then `version` is its
    version. `before` is the kappa of the version before, where `drift` compares with it.
    """

    config: str
    one: str
    other: str
    num_items: int
    share_equal: float
    kappa: float | None
    low: float | None
    high: float | None
    is_weighted: bool
    experiment_id: str = ""
    version: str = ""
    drift: Drift = Drift.NONE
    before: float | None = None


@dataclass(frozen=True, slots=True)
class Agreements:
    """Between people, and between each judge and what most people said."""

    people: tuple[Agreement, ...] = field(default=())
    judges: tuple[Agreement, ...] = field(default=())
