"""Which rows of an experiment are listed: by how they changed, by what is missing, or a slice of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from backend.experiments.types import Comparison, RowCounts
from console.state import formats

GROUPS: dict[str, tuple[str, ...]] = {
    "flipped": ("broken", "fixed"),
    "fail": ("both_fail",),
    "pass": ("both_pass",),
    "unsteady": (),
    "failed": (),
    "all": (),
}
WITHIN = "in:"


@dataclass(frozen=True)
class SliceLine:
    """Rows of the dataset that got worse; `group` lists them."""

    words: str
    group: str


def is_known(group: str, slices: Sequence[SliceLine]) -> bool:
    return group in GROUPS or any(one.group == group for one in slices)


def asked_by(group: str) -> dict[str, Any]:
    """Return with what the rows of a group are asked for."""
    within = group.removeprefix(WITHIN) if group.startswith(WITHIN) else ""
    marks = {"unsteady": group == "unsteady", "failed": group == "failed"}
    return {"changes": GROUPS.get(group, ()), "within": within, **marks}


def slice_lines(found: Comparison, variant: str) -> list[SliceLine]:
    """Return the slices in which a variant got worse, the worst first."""
    return [
        SliceLine(f"{one.key} {one.value}: {formats.counted(one.num_rows, 'row')}", f"{WITHIN}{one.key}:{one.value}")
        for one in found.slices
        if one.variant == variant
    ]


def group_words(counts: RowCounts, *, is_alone: bool) -> tuple[str, str, str]:
    """Say how many rows flipped, fail and pass: with the baseline, or of a single variant."""
    fail, passed = ("Fail", "Pass") if is_alone else ("Both fail", "Both pass")
    return (
        f"Flipped {formats.count(counts.fixed + counts.broken)}",
        f"{fail} {formats.count(counts.both_fail)}",
        f"{passed} {formats.count(counts.both_pass)}",
    )
