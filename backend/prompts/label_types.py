"""Labels, their history, and who takes what they point at; `types` hands it on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

ApprovalState = Literal["waiting", "approved", "refused", "withdrawn", "overtaken"]


@dataclass(frozen=True, slots=True)
class Label:
    """Where a label points, since when, by whom. `previous` is what it pointed at before, None at first."""

    name: str
    version: int
    previous: int | None
    moved_at: datetime
    moved_by: str
    is_protected: bool = False


@dataclass(frozen=True, slots=True)
class LabelMove:
    """One line of a label's history. `version` is None where it was taken away."""

    id: str
    label: str
    from_version: int | None
    version: int | None
    by: str
    at: datetime
    comment: str
    approved_by: str


@dataclass(frozen=True, slots=True)
class Approval:
    """A wish to move a protected label, and what became of it."""

    id: str
    prompt_id: str
    prompt_name: str
    label: str
    version: int
    from_version: int | None
    state: ApprovalState
    comment: str
    asked_by: str
    asked_by_id: str
    asked_at: datetime
    author_id: str
    decided_by: str = ""
    decided_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LabelChange:
    """What became of a wish to move a label: it moved, or `approval` waits for a second person."""

    label: Label | None
    approval: Approval | None = None


@dataclass(frozen=True, slots=True)
class Taking:
    """Who takes what a label points at: a run, and the conversation that it goes on with (empty: a new one).

    `session_id` is of a conversation that is held elsewhere, which has no run here. Nothing at all is nobody.
    """

    run_id: str = ""
    conversation_id: str = ""
    session_id: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What somebody gets of a label that a live test splits; not `is_drawn` where they keep the label's own version."""

    version: int
    live_test_id: str
    is_drawn: bool = True
