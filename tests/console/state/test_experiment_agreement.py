"""How far judges and people agree, in words."""

from __future__ import annotations

from backend.experiments.types import Agreement
from console.state.experiment_rows import agreement_lines


def test_how_far_judges_agree_is_said_with_kappa_where_there_is_one() -> None:
    found = (
        Agreement("tone", 0.8, None, 20),
        Agreement("tone: a and b", 0.75, 0.5, 1),
        Agreement("tone and people", 0.9, 0.6, 40, 0.311, 0.88),
    )
    assert [one.words for one in agreement_lines(found)] == [
        "tone: the same in 80% of 20 answers",
        "tone: a and b: the same in 75% of 1 answer, kappa 0.50 (too few for an interval)",
        "tone and people: the same in 90% of 40 answers, kappa 0.60 (0.31 to 0.88)",
    ]  # fmt: skip
