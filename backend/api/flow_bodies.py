"""The shapes of flows over REST."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from backend.api.bodies import Strict
from backend.flows.types import Flow, FlowBrief, FlowDocument, Problem, PublishApproval, Saved, VersionInfo


class NewFlow(Strict):
    """`slug` is made of the name when left out; without a document the flow begins empty."""

    name: str = Field(min_length=1, max_length=120)
    slug: str = ""
    description: str = ""
    document: FlowDocument | None = None


class FlowChange(Strict):
    """What is left out stays. A `document` needs the `version` of the draft that it was based on."""

    version: int
    name: str | None = None
    slug: str | None = None
    description: str | None = None
    document: FlowDocument | None = None


class Operations(Strict):
    version: int
    operations: list[dict[str, Any]]


class Publication(Strict):
    """`version` is the draft that the caller saw; left out, the one that stands is published."""

    comment: str = ""
    version: int | None = None


class Restoration(Strict):
    version: int


class ProblemBody(BaseModel):
    severity: str
    sentence: str
    fix: str
    node: str
    plate: int
    field: str
    edge: str

    @classmethod
    def of(cls, problem: Problem) -> ProblemBody:
        return cls(
            severity=problem.severity.value,
            sentence=problem.sentence,
            fix=problem.fix,
            node=problem.node,
            plate=problem.plate,
            field=problem.field,
            edge=problem.edge,
        )


class BriefBody(BaseModel):
    """A flow in a list."""

    id: str
    name: str
    slug: str
    description: str
    num_nodes: int
    version: int
    published_version: int | None
    is_changed: bool
    updated_at: datetime
    last_run: dict[str, Any] | None

    @classmethod
    def of(cls, flow: FlowBrief) -> BriefBody:
        last = flow.last_run
        return cls(
            id=flow.id,
            name=flow.name,
            slug=flow.slug,
            description=flow.description,
            num_nodes=flow.num_nodes,
            version=flow.draft_version,
            published_version=flow.published_version,
            is_changed=flow.is_changed,
            updated_at=flow.updated_at,
            last_run=last
            and {"id": last.id, "status": last.status, "created_at": last.created_at, "error": last.error},
        )


class FlowBody(BaseModel):
    """A flow with its draft; `version` is the draft's, to be sent with the next save."""

    id: str
    name: str
    slug: str
    description: str
    version: int
    published_version: int | None
    is_changed: bool
    document: dict[str, Any]
    saved_at: datetime
    saved_by: str
    created_at: datetime
    updated_at: datetime
    is_protected: bool

    @classmethod
    def of(cls, flow: Flow) -> FlowBody:
        return cls(
            id=flow.id,
            name=flow.name,
            slug=flow.slug,
            description=flow.description,
            version=flow.draft_version,
            published_version=flow.published_version,
            is_changed=flow.is_changed,
            document=flow.draft.as_json(),
            saved_at=flow.draft_saved_at,
            saved_by=flow.draft_saved_by,
            created_at=flow.created_at,
            updated_at=flow.updated_at,
            is_protected=flow.is_protected,
        )


class SavedBody(BaseModel):
    """The draft's new version, the numbers its nodes have, what is wrong with it, and how to undo the save."""

    version: int
    saved_at: datetime
    plates: dict[str, int]
    problems: list[ProblemBody]
    inverse: list[dict[str, Any]]

    @classmethod
    def of(cls, saved: Saved) -> SavedBody:
        problems = [ProblemBody.of(problem) for problem in saved.problems]
        return cls(
            version=saved.version,
            saved_at=saved.saved_at,
            plates=saved.plates,
            problems=problems,
            inverse=saved.inverse,
        )


class VersionBody(BaseModel):
    """`approved_by` is empty where nobody had to approve."""

    number: int
    comment: str
    created_by: str
    created_at: datetime
    num_nodes: int
    approved_by: str

    @classmethod
    def of(cls, version: VersionInfo) -> VersionBody:
        return cls(
            number=version.number,
            comment=version.comment,
            created_by=version.created_by,
            created_at=version.created_at,
            num_nodes=version.num_nodes,
            approved_by=version.approved_by,
        )


class PublishApprovalBody(BaseModel):
    """`state` is waiting, approved, refused, withdrawn or overtaken; `version` the number it has or would have."""

    id: str
    flow_id: str
    flow_name: str
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
    def of(cls, one: PublishApproval) -> PublishApprovalBody:
        return cls(**{name: getattr(one, name) for name in cls.model_fields})


class WaitingBody(BaseModel):
    """The approval that a publication waits for (status 202)."""

    version: None = None
    approval: PublishApprovalBody


class PublishApprovalList(BaseModel):
    approvals: list[PublishApprovalBody]
    next: str | None


class Refusal(Strict):
    reason: str


class Protection(Strict):
    protected: bool


class DrawnVersionBody(VersionBody):
    document: dict[str, Any]


class FlowList(BaseModel):
    flows: list[BriefBody]
    next: str | None


class ProblemList(BaseModel):
    """All at once: `next` is always null."""

    problems: list[ProblemBody]
    next: None = None


class VersionList(BaseModel):
    versions: list[VersionBody]
    next: str | None
