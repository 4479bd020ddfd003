"""The shapes of versions, labels, approvals and rendered prompts over REST."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from backend.api.conversation_bodies import MAX_SESSION
from backend.prompts.content import MaxTokens, Temperature
from backend.prompts.types import (
    DEFAULT_TEMPERATURE,
    Approval,
    Label,
    LabelChange,
    LabelMove,
    Placeholder,
    Rendered,
    Taking,
    ToolSpec,
    Turn,
    Use,
    Version,
)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewVersion(_Strict):
    """A text has `text`, a chat `messages`. `base` is the version it was based on; 409 when a newer one stands."""

    text: str | None = None
    messages: list[Turn | Placeholder] | None = None
    instructions: str | None = None
    model: str = ""
    temperature: Temperature | None = DEFAULT_TEMPERATURE
    max_tokens: MaxTokens | None = None
    voice: str | None = None
    tools: list[ToolSpec] = []
    response_schema: dict[str, Any] | None = None
    comment: str = ""
    base: int | None = None

    def given(self) -> dict[str, Any]:
        """Return what makes a Content."""
        values = self.model_dump(exclude={"comment", "base", "text", "messages"})
        return {
            **values,
            "kind": "chat" if self.messages is not None else "text",
            "text": self.text or "",
            "messages": [one.model_dump() for one in self.messages or ()],
        }


class VersionBody(BaseModel):
    number: int
    labels: list[str]
    comment: str
    created_by: str
    created_at: datetime
    kind: str
    text: str | None
    messages: list[Turn | Placeholder] | None
    instructions: str | None
    model: str
    temperature: float | None
    max_tokens: int | None
    voice: str | None
    tools: list[ToolSpec]
    response_schema: dict[str, Any] | None

    @classmethod
    def of(cls, version: Version) -> VersionBody:
        content = version.content
        is_chat = content.kind == "chat"
        return cls(
            number=version.number,
            labels=list(version.labels),
            comment=version.comment,
            created_by=version.created_by,
            created_at=version.created_at,
            kind=content.kind,
            text=None if is_chat else content.text,
            messages=list(content.messages) if is_chat else None,
            instructions=content.instructions,
            model=content.model,
            temperature=content.temperature,
            max_tokens=content.max_tokens,
            voice=content.voice,
            tools=list(content.tools),
            response_schema=content.response_schema,
        )


class LabelWish(_Strict):
    version: int
    comment: str = ""


class RollBackWish(_Strict):
    """`from_version` is the one that is seen to stand; without it the label goes back from whatever stands."""

    from_version: int | None = None


class LabelBody(BaseModel):
    label: str
    version: int
    previous: int | None
    moved_at: datetime
    moved_by: str
    protected: bool

    @classmethod
    def of(cls, label: Label) -> LabelBody:
        return cls(
            label=label.name,
            version=label.version,
            previous=label.previous,
            moved_at=label.moved_at,
            moved_by=label.moved_by,
            protected=label.is_protected,
        )


class MoveBody(BaseModel):
    label: str
    from_version: int | None
    version: int | None
    by: str
    at: datetime
    comment: str
    approved_by: str

    @classmethod
    def of(cls, move: LabelMove) -> MoveBody:
        return cls(
            label=move.label,
            from_version=move.from_version,
            version=move.version,
            by=move.by,
            at=move.at,
            comment=move.comment,
            approved_by=move.approved_by,
        )


class ApprovalBody(BaseModel):
    """`state` is waiting, approved, refused, withdrawn or overtaken."""

    id: str
    prompt_id: str
    prompt_name: str
    label: str
    version: int
    from_version: int | None
    state: str
    comment: str
    asked_by: str
    asked_at: datetime
    decided_by: str
    decided_at: datetime | None
    reason: str

    @classmethod
    def of(cls, one: Approval) -> ApprovalBody:
        names = (name for name in cls.model_fields)
        return cls(**{name: getattr(one, name) for name in names})


class LabelAnswer(BaseModel):
    """One of the two: the label where it points now, or the approval that it waits for (status 202)."""

    label: LabelBody | None
    approval: ApprovalBody | None

    @classmethod
    def of(cls, change: LabelChange) -> LabelAnswer:
        return cls(
            label=LabelBody.of(change.label) if change.label else None,
            approval=ApprovalBody.of(change.approval) if change.approval else None,
        )


class Refusal(_Strict):
    reason: str


class Protection(_Strict):
    protected: bool


class RenderWish(_Strict):
    """`version` wins over `label`; without either it is the label production. `placeholders` are lists of messages.

    `session_id` names the conversation that it is for: while a live test splits the label, it stays with one version.
    """

    version: int | None = None
    label: str = "production"
    variables: dict[str, Any] = {}
    placeholders: dict[str, list[dict[str, Any]]] = {}
    session_id: str = Field(default="", max_length=MAX_SESSION)

    def taking(self) -> Taking:
        return Taking(session_id=self.session_id)


class DrawnBody(BaseModel):
    """The live test that splits the label; not `drawn` where no session says for whom, and it is the label's own."""

    id: str
    drawn: bool


class RenderedBody(BaseModel):
    """`messages` is what goes to a model; `parts` are the prompts that were taken in."""

    id: str
    version: int
    label: str
    text: str | None
    instructions: str | None
    messages: list[dict[str, str]]
    model: str
    temperature: float | None
    max_tokens: int | None
    voice: str | None
    tools: list[ToolSpec]
    response_schema: dict[str, Any] | None
    parts: list[dict[str, Any]]
    live_test: DrawnBody | None

    @classmethod
    def of(cls, rendered: Rendered) -> RenderedBody:
        content, drawn = rendered.content, rendered.drawn
        return cls(
            id=rendered.prompt_id,
            version=rendered.version,
            label=rendered.label,
            text=rendered.text if content.kind == "text" else None,
            instructions=rendered.instructions,
            messages=[{"role": one.role, "content": one.content} for one in rendered.messages],
            model=content.model,
            temperature=content.temperature,
            max_tokens=content.max_tokens,
            voice=content.voice,
            tools=list(content.tools),
            response_schema=content.response_schema,
            parts=[{"slug": slug, "version": version} for slug, version in rendered.parts],
            live_test=DrawnBody(id=drawn.live_test_id, drawn=drawn.is_drawn) if drawn else None,
        )


class UseBody(BaseModel):
    kind: str
    id: str
    name: str
    place: str
    label: str
    version: int | None
    past: bool

    @classmethod
    def of(cls, use: Use) -> UseBody:
        told = {"kind": use.kind, "id": use.id, "name": use.name, "place": use.place}
        return cls(**told, label=use.follows, version=use.version, past=use.past)
