"""What the rest of the house sees of the example and the first steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backend.conversations.types import Message
from backend.knowledge.types import KnowledgeBase

SLUG = "support-desk"
FLOW_NAME = "Support desk"
KNOWLEDGE_BASE_NAME = "Handbook"
OWN_BASE_NAME = "My documents"


class Step(StrEnum):
    """The three first steps, in any order."""

    ASK = "ask"
    ADD = "add"
    CONNECT = "connect"


@dataclass(frozen=True, slots=True)
class ExampleNode:
    """A node of the example flow, in running order."""

    id: str
    plate: int
    title: str


@dataclass(frozen=True, slots=True)
class ExampleFlow:
    id: str
    name: str
    slug: str
    nodes: tuple[ExampleNode, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """What came with the first start and what is left of it: None where a person removed the thing.

    `own_base` is where a person's own documents go; in an example from before there was one, the handbook's.
    """

    flow: ExampleFlow | None = None
    knowledge_base: KnowledgeBase | None = None
    own_base: KnowledgeBase | None = None
    num_conversations: int = 0


@dataclass(frozen=True, slots=True)
class LastAsked:
    """A question to the example flow and its answer."""

    question: str
    answer: Message


@dataclass(frozen=True, slots=True)
class FirstRun:
    """Where the first steps stand: a step has the time it was first seen done, None while it is open.

    `model` is the project's model for answers, empty while it is the embedded one. `is_empty` is told only of a
    project that has no example and gets none by itself: it holds neither a flow nor a knowledge base. `in_use` where it
    has conversations of its own of two days, or many.
    """

    seeded: bool
    being_made: bool
    is_empty: bool
    hidden: bool
    asked_at: datetime | None
    added_at: datetime | None
    connected_at: datetime | None
    model: str
    example: Example
    in_use: bool = False

    @property
    def num_done(self) -> int:
        return sum(moment is not None for moment in (self.asked_at, self.added_at, self.connected_at))

    @property
    def over(self) -> bool:
        """Tell whether the home takes the place of the first screen."""
        is_offered = self.seeded or self.being_made
        return self.hidden or self.in_use or self.num_done == len(Step) or not is_offered
