"""How the answers of a variant did in pairs, in words."""

from __future__ import annotations

from backend.experiments.types import MetricComparison


def duel_words(one: MetricComparison, baseline: str) -> str:
    """Say how many rows it won, tied and lost, and who the other was where that is not the baseline."""
    if one.duels is None:
        return ""
    if one.duels.against == one.variant:
        return f"{baseline} was judged against {one.variant}, not the other way round."
    told = f"{one.duels.won:,} won, {one.duels.tied:,} tied, {one.duels.lost:,} lost"
    if one.duels.against == baseline:
        return told
    return f"Each was judged against {one.duels.against}, not against each other: {one.variant} {told}."
