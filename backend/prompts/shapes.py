"""Between rows and what others see."""

from __future__ import annotations

from backend.prompts.content import Content
from backend.prompts.models import (
    PromptApprovalRow,
    PromptLabelMoveRow,
    PromptLabelRow,
    PromptRow,
    PromptVersionRow,
)
from backend.prompts.types import Approval, Label, LabelMove, Prompt, Version

# Stands in the slug of a deleted prompt, so that its own one is free again.
TOMBSTONE = " deleted "


def prompt_of(row: PromptRow, version: PromptVersionRow, labels: dict[str, int]) -> Prompt:
    return Prompt(
        id=row.id,
        slug=row.slug,
        name=row.name,
        folder=row.folder,
        description=row.description,
        tags=tuple(row.tags),
        agent_config=row.agent_config,
        agent_name=row.agent_name,
        is_active=row.is_active,
        content=Content.model_validate(version.content),
        latest=row.latest,
        labels=labels,
        total_runs=row.total_runs,
        success_rate=row.success_rate,
        avg_duration=row.avg_duration,
        created_at=row.created_at,
        updated_at=row.updated_at,
        saved_at=version.created_at,
        saved_by=version.created_by,
    )


def version_of(row: PromptVersionRow, labels: tuple[str, ...] = (), problem: str = "") -> Version:
    return Version(
        prompt_id=row.prompt_id,
        number=row.number,
        comment=row.comment,
        created_by=row.created_by,
        created_by_id=row.created_by_id,
        created_at=row.created_at,
        content=Content.model_validate(row.content),
        labels=labels,
        problem=problem,
    )


def label_of(row: PromptLabelRow, protected: set[str]) -> Label:
    return Label(row.name, row.version, row.previous, row.moved_at, row.moved_by, row.name in protected)


def move_of(row: PromptLabelMoveRow) -> LabelMove:
    return LabelMove(
        row.id, row.label, row.from_version, row.version, row.moved_by, row.moved_at, row.comment, row.approved_by
    )


def approval_of(row: PromptApprovalRow, prompt_name: str) -> Approval:
    return Approval(
        id=row.id,
        prompt_id=row.prompt_id,
        prompt_name=prompt_name,
        label=row.label,
        version=row.version,
        from_version=row.from_version,
        state=row.state,  # type: ignore[arg-type]  # only these are written
        comment=row.comment,
        asked_by=row.asked_by,
        asked_by_id=row.asked_by_id,
        asked_at=row.asked_at,
        author_id=row.author_id,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        reason=row.reason,
    )
