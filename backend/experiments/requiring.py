"""What must be passed, from the row and from a wish."""

from __future__ import annotations

from collections.abc import Sequence

from backend.errors import InvalidInput
from backend.experiments.models import PublishRequirementRow
from backend.experiments.types import Requirement
from backend.prompts.checks import checked_label
from backend.prompts.types import PRODUCTION

MAX_LABELS = 20


def requirement_of(row: PublishRequirementRow) -> Requirement:
    labels = tuple(row.labels) if row.kind == "prompt" else ()
    return Requirement(row.dataset_id, tuple(row.evaluators), dataset_name=row.dataset_name, labels=labels)


def guarded_labels(kind: str, wished: Sequence[str]) -> list[str]:
    """Return the labels that are to be guarded. Raise InvalidInput."""
    if kind == "prompt":
        labels = list(dict.fromkeys(checked_label(one) for one in wished)) or [PRODUCTION]
        if len(labels) <= MAX_LABELS:
            return labels
        words = f"At most {MAX_LABELS} labels can be guarded."
    elif not wished:
        return []
    else:
        words = "A flow has no labels."
    raise InvalidInput(words, fields={"labels": words})
