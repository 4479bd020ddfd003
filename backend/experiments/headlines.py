"""What an experiment ended in, kept with what it was told of: it is shown while that stands."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import msgspec

from backend.experiments.models import ExperimentRow
from backend.experiments.types import Headline, Progress, Status

# Raise it where the same scores would be told otherwise: a change of the statistics, of an evaluator, of the advice.
VERSION = 1


def mark_of(row: ExperimentRow, progress: Progress | None, revisions: Mapping[str, int]) -> str:
    """Return what a headline rests on: the wish, every change of a cell, and the rows that say what belongs together.

    `revisions` are those of the datasets that are there still.
    """
    cells = (progress.num_cells, progress.num_changes) if progress else (0, 0)
    wish = [row.definition, row.baseline, row.decided, row.dataset_version]
    told = json.dumps([VERSION, wish, cells, revisions.get(row.dataset_id)], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:24]


def kept_as(headline: Headline, mark: str) -> dict[str, Any]:
    return {"mark": mark, "said": asdict(headline)}


def kept_in(row: ExperimentRow, mark: str) -> Headline | None:
    """Return what was told of exactly this; None where nothing was, or anything changed since."""
    if row.status != Status.DONE or row.headline.get("mark") != mark:
        return None
    return msgspec.convert(row.headline["said"], Headline)
