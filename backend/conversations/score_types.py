"""What a judge says of a conversation, or of one answer in it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

BETWEEN = ": "


@dataclass(frozen=True, slots=True)
class JudgeScore:
    """`message_id` is empty where it is of the whole conversation; `version` changes with the rubric and the models.

    `verdict` is the word that the log is filtered by. `value` is None for a category without a number, `high` is the
    end of a scale. `is_old` where somebody spoke since in a conversation that was judged as a whole.
    """

    conversation_id: str
    message_id: str
    judge: str
    version: str
    judgement_id: str
    verdict: str
    value: float | None
    label: str
    passed: bool | None
    high: float | None
    reason: str
    judged_at: datetime
    is_old: bool = False


def as_json(score: JudgeScore) -> dict[str, Any]:
    """Return a score as an export and REST tell it."""
    told = {field.name: getattr(score, field.name) for field in fields(score)}
    return {**told, "judged_at": score.judged_at.isoformat()}


def judged_choice(judge: str, verdict: str) -> str:
    """Return how a filter names what a judge says."""
    return f"{judge}{BETWEEN}{verdict}"
