"""What experiments need of the rest of the house."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from backend.experiments.draft_types import Part
from backend.flows.service import FlowService, RunService
from backend.knowledge.types import KnowledgeBase
from backend.operator import Operator, Permission
from backend.paging import Listed, Page
from backend.ports.code import Code
from backend.ports.embeddings import Embedder
from backend.ports.events import Events
from backend.ports.jobs import Jobs
from backend.ports.language_model import LanguageModel, ModelEndpoint, Usage
from backend.ports.schemas import Schemas
from backend.ports.templates import Templates
from backend.prompts.service import PromptService
from backend.providers.types import ModelChoice
from backend.unit_of_work import Units

JOB = "experiment"
# An experiment may do this and no more, whoever started it.
RIGHTS = frozenset(
    {
        Permission.EXPERIMENTS_READ,
        Permission.FLOWS_RUN,
        Permission.FLOWS_READ,
        Permission.KNOWLEDGE_READ,
        Permission.MODELS_READ,
        Permission.PROMPTS_READ,
        Permission.CONVERSATIONS_READ,
        Permission.DATASETS_READ,
    }
)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a dataset's version; `number` stays its own for life."""

    id: str
    number: int
    input: dict[str, Any]
    expected: Any = None
    metadata: dict[str, Any] = field(default_factory=dict)
    split: str = ""

    @property
    def conversation(self) -> str:
        """Return the conversation that the row was taken from, as its metadata say; empty where they say none."""
        told = self.metadata.get("conversation") or self.metadata.get("conversation_id") or ""
        return str(told) if isinstance(told, str | int) and not isinstance(told, bool) else ""


@dataclass(frozen=True, slots=True)
class Rows:
    """A version of a dataset, or a part of it."""

    dataset_id: str
    name: str
    version: int
    rows: list[Row]

    @property
    def numbers(self) -> set[int]:
        return {row.number for row in self.rows}


@dataclass(frozen=True, slots=True)
class Talk:
    """What a judge is shown of the log: a conversation line by line, or an answer behind `before`, what led to it."""

    text: str
    before: dict[str, Any] = field(default_factory=dict)
    is_whole: bool = False


# Raise NotFound. Arguments: who asks, the conversation, the answer in it (empty for the whole).
OpenTalk = Callable[[Operator, str, str], Awaitable[Talk]]
# Raise NotFound. Arguments: who asks, the dataset, its version (None for the newest), which of its rows. Chosen rows
# that the version does not have are left out: a removal may have taken one.
OpenRows = Callable[[Operator, str, int | None, Part], Awaitable[Rows]]
# Return the revisions of those of these datasets that are there: a change of rows that stay in place raises it.
Revisions = Callable[[Operator, Collection[str]], Awaitable[Mapping[str, int]]]
# Load a module of the slice that has heavy libraries, by its name behind `backend.experiments`.
Late = Callable[[str], Awaitable[Any]]


class Models(Protocol):
    """Which model is meant, and what it costs."""

    async def resolve(self, operator: Operator, reference: str = "") -> ModelEndpoint: ...

    async def list_models(self, operator: Operator) -> Sequence[ModelChoice]: ...

    async def list_embedding_models(self, operator: Operator) -> Sequence[ModelChoice]: ...

    async def open_embedder(self, project_id: str, reference: str) -> Embedder: ...

    def cost(self, endpoint: ModelEndpoint, usage: Usage) -> Decimal: ...


class Knowledge(Protocol):
    """Which knowledge bases there are."""

    async def list(self, operator: Operator, page: Page) -> Listed[KnowledgeBase]: ...


@dataclass(frozen=True)
class Outside:
    """All of it, as bootstrap puts it together. `default_embedder` is asked where an evaluator names none.

    `is_shared` where other processes carry experiments too, and ask the same models.
    """

    units: Units
    events: Events
    jobs: Jobs
    templates: Templates
    code: Code
    schemas: Schemas
    language_model: LanguageModel
    models: Models
    prompts: PromptService
    flows: FlowService
    runs: RunService
    knowledge: Knowledge
    rows: OpenRows
    revisions: Revisions
    talk: OpenTalk
    late: Late
    default_embedder: str
    is_shared: bool = False


def acting(project_id: str, user_id: str, name: str) -> Operator:
    """Return who an experiment acts as: its starter, with the rights of an experiment."""
    return Operator(user_id, name, "", project_id, RIGHTS, "system")
