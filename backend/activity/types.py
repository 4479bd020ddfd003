"""What is found, and what is in work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class Thing(StrEnum):
    """What a search across the project can find."""

    FLOW = "flow"
    PROMPT = "prompt"
    DATASET = "dataset"
    KNOWLEDGE_BASE = "knowledge_base"
    DOCUMENT = "document"
    CONVERSATION = "conversation"
    RUN = "run"
    EXPERIMENT = "experiment"
    JUDGEMENT = "judgement"


@dataclass(frozen=True, slots=True)
class Found:
    """`where` is the flow or base it belongs to; `version` a flow's published one, else the newest; 0 before any.

    The title of a run is what it was asked, or its flow's name where it was given no text.
    """

    thing: Thing
    id: str
    title: str
    where: str = ""
    status: str = ""
    version: int = 0
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A document being read, a run, an experiment or a judgement; a run of an experiment is no job of its own.

    `num_done` counts a run's nodes and the answers of the latter, of which there are `num_all`; `stage` and
    `percent` are a document's.
    """

    thing: Thing
    id: str
    title: str
    where: str
    status: str
    stage: str
    percent: int
    num_done: int
    error: str
    started_at: datetime
    ended_at: datetime | None
    num_all: int = 0

    @property
    def in_work(self) -> bool:
        return self.ended_at is None


@dataclass(frozen=True, slots=True)
class Today:
    """Cost in US dollars of the runs begun since the start of the day, and the jobs in work now.

    `num_unpriced` answers took tokens of models without a price, and the cost is without them.
    """

    cost: Decimal
    num_unpriced: int
    num_in_work: int


@dataclass(frozen=True, slots=True)
class Work:
    """Jobs in work and jobs that ended lately, each newest first; `num_in_work` counts those beyond the page too."""

    in_work: tuple[Job, ...]
    ended: tuple[Job, ...]
    num_in_work: int
