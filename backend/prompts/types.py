"""What the rest of the house sees of prompts, their versions and their labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from backend.ports.language_model import Message
from backend.ports.templates import TemplateVariable
from backend.prompts.content import (
    DEFAULT_TEMPERATURE,
    MAX_MESSAGES,
    MAX_TEXT,
    Content,
    Entered,
    Kind,
    Placeholder,
    ToolSpec,
    Turn,
    estimated_tokens,
)
from backend.prompts.label_types import Approval, ApprovalState, Drawn, Label, LabelChange, LabelMove, Taking
from backend.prompts.play_types import (
    MAX_COLUMNS,
    MAX_TYPED,
    PlayColumn,
    PlayDocument,
    PlayDone,
    PlayEvent,
    PlayFailed,
    PlayText,
    PlayTool,
)

__all__ = [
    "DEFAULT_TEMPERATURE",
    "LATEST",
    "MAX_COLUMNS",
    "MAX_MESSAGES",
    "MAX_TEXT",
    "MAX_TYPED",
    "PRODUCTION",
    "STAGING",
    "Approval",
    "ApprovalState",
    "Content",
    "Drawn",
    "Entered",
    "Filters",
    "Holes",
    "Kind",
    "Label",
    "LabelChange",
    "LabelMove",
    "NewPrompt",
    "Placeholder",
    "PlayColumn",
    "PlayDocument",
    "PlayDone",
    "PlayEvent",
    "PlayFailed",
    "PlayText",
    "PlayTool",
    "Playground",
    "Prompt",
    "PromptChange",
    "Rendered",
    "RunTally",
    "Taking",
    "ToolSpec",
    "Turn",
    "Use",
    "Values",
    "Version",
    "VersionRef",
    "Written",
    "estimated_tokens",
]

PRODUCTION, STAGING = "production", "staging"
# No label may be called so: it is always the newest version.
LATEST = "latest"


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt with its newest version. `content` is that version's; `labels` tell which version each points at.

    `success_rate` is in percent, `avg_duration` in the unit of who reported it; both None before the first report.
    """

    id: str
    slug: str
    name: str
    folder: str
    description: str | None
    tags: tuple[str, ...]
    agent_config: str
    agent_name: str
    is_active: bool
    content: Content
    latest: int
    labels: dict[str, int]
    total_runs: int
    success_rate: float | None
    avg_duration: float | None
    created_at: datetime
    updated_at: datetime | None
    saved_at: datetime
    saved_by: str

    @property
    def kind(self) -> Kind:
        return self.content.kind


@dataclass(frozen=True, slots=True)
class NewPrompt:
    """A prompt as somebody makes it. `origin` is the run or the conversation of whose call it says the words."""

    name: str
    content: Content
    agent_config: str = ""
    agent_name: str = ""
    folder: str = ""
    description: str | None = None
    tags: tuple[str, ...] = ()
    is_active: bool = False
    comment: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class PromptChange:
    """What changes about a prompt: only what is in `values`, by the names of the fields of Prompt and Content."""

    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to. `tags` asks for any of them; None and empty leave it as wide as it is."""

    agent_config: str | None = None
    agent_name: str | None = None
    is_active: bool | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Version:
    """One version. It never changes, but `labels` come and go. `problem` says why it cannot be rendered."""

    prompt_id: str
    number: int
    comment: str
    created_by: str
    created_by_id: str
    created_at: datetime
    content: Content
    labels: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """The answer to a save; `is_new` is False where the newest version says the same already."""

    version: Version
    is_new: bool


@dataclass(frozen=True, slots=True)
class VersionRef:
    """Which version is meant: a number, or whatever a label points at when it is asked."""

    label: str = PRODUCTION
    version: int | None = None


# A slug, and which version of it.
Reference = tuple[str, VersionRef]


@dataclass(frozen=True, slots=True)
class Served:
    """What is served as two people approved it. `name` is what people call it."""

    name: str
    takes_in: Sequence[Reference]


@dataclass(frozen=True, slots=True)
class Values:
    """What is put into the holes: values by name, and lists of messages by placeholder.

    `message` is what somebody says to a text prompt when it is tried; without one the text itself is what is said.
    """

    variables: Mapping[str, Any]
    placeholders: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    message: str = ""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A prompt with its holes filled. `messages` is what goes to a model; `text` is of a text prompt alone.

    `parts` are the prompts that were taken in, as (slug, version); `drawn` is of a label that was split.
    """

    prompt_id: str
    slug: str
    version: int
    label: str
    text: str
    messages: tuple[Message, ...]
    instructions: str | None
    content: Content
    parts: tuple[tuple[str, int], ...] = ()
    drawn: Drawn | None = None


@dataclass(frozen=True, slots=True)
class Holes:
    """What has to be filled before a prompt can be sent, and what it takes in."""

    variables: tuple[TemplateVariable, ...] = ()
    placeholders: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    problem: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """Who uses a prompt. `follows` is a label or empty, `version` the pinned number or None.

    `past` tells an experiment that ended, which will not ask it again by itself; `draft` a flow whose draft alone uses
    it so, which nobody talks to.
    """

    kind: Literal["flow", "prompt", "experiment"]
    id: str
    name: str
    place: str
    follows: str
    version: int | None
    past: bool = False
    draft: bool = False


@dataclass(frozen=True, slots=True)
class RunTally:
    """All conversations that a prompt had, as their owner counts them; durations as they were reported."""

    mean_duration: float
    num_judged: int
    num_completed: int


@dataclass(frozen=True, slots=True)
class Playground:
    """Columns and values as somebody shared them, and the id of what the values came from."""

    id: str
    prompt_id: str
    document: PlayDocument
    created_by: str
    origin: str = ""
