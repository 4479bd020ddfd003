"""What speaks against a promotion, and what is said of pairs."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock

import pytest

from backend.bootstrap import Services
from backend.experiments.types import Duels, Pinned, Status
from backend.prompts.types import Content, NewPrompt
from console.state.experiment_promote import _beside_labels
from console.state.experiment_promoted import against, setbacks
from console.state.experiment_rows import verdict_cards
from tests.console.state.test_experiment_rows import METRIC, compared, experiment
from tests.console.tab import tab

__all__ = ["tab"]


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ("better", []),
        ("worse", []),
        ("cannot_tell", ["exact is not decided. Needs about 520 more rows."]),
    ],
)
def test_all_that_is_worse_is_told_with_figures(verdict: Any, said: list[str]) -> None:
    decides = replace(METRIC, metric="exact", verdict=verdict, rows_needed=520)
    dear: dict[str, Any] = {"metric": "cost", "unit": "$", "statistic": "mean", "verdict": "worse"}
    cost = replace(METRIC, **dear, baseline_value=9.6e-5, value=1.41e-4, difference=4.5e-5)
    also = "exact p95 (1.0 s to 900 ms) and " if verdict == "worse" else ""
    told = f"B is worse than A in {also}cost per 1,000 ($0.096 to $0.141)."
    assert against(compared(decides, cost), "B") == [told, *said]
    assert against(compared(replace(cost, verdict="better")), "B") == []
    open_too = [replace(METRIC, metric=name, verdict="cannot_tell") for name in ("judge", "tone", "cost")]
    beside = "Nobody can tell yet whether judge and tone got worse."
    assert against(compared(decides, cost, *open_too), "B") == [told, *said, beside]


async def test_what_a_label_points_at_is_compared_too(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = await services.identity.ensure_owner()
    kept = await services.prompts.create(owner, NewPrompt("Short", Content(text="Say it.")))
    await services.prompts.set_label(owner, kept.id, "production", 1)
    ran = (Pinned("A", "prompt", prompt_id=kept.id, version=1), Pinned("B", "prompt", prompt_id=kept.id, version=2))
    found = replace(experiment(Status.DONE), pinned=ran)
    worse = compared(replace(METRIC, verdict="worse"))
    monkeypatch.setattr(services.experiments, "comparison", AsyncMock(return_value=worse))
    looked_at: Any = SimpleNamespace(variant="B", baseline="C")
    assert await _beside_labels(owner, looked_at, found, ran[1]) == [
        "B is worse than A, now in production, in latency p95 (1.0 s to 900 ms)."
    ]
    looked_at.baseline = "A"  # the page has said it
    assert await _beside_labels(owner, looked_at, found, ran[1]) == []


@pytest.mark.parametrize(
    ("against", "words", "own"),
    [
        ("A", "0 won, 5 tied, 6 lost", ""),
        ("C", "Each was judged against C, not against each other: B 0 won, 5 tied, 6 lost.", "45.8 %"),
        ("B", "A was judged against B, not the other way round.", "45.8 %"),
    ],
)
def test_pairs_say_what_was_won_and_against_whom(against: str, words: str, own: str) -> None:
    pairs = replace(METRIC, metric="pairwise", unit="", statistic="mean", baseline_value=0.4583, value=0.1667,
                    verdict="worse", duels=Duels(against, 0, 5, 6))  # fmt: skip
    (card,) = verdict_cards(compared(pairs), "B")
    assert (card.duels, card.baseline_value, card.value) == (words, own, "16.7 %")
    figures = words if against == "A" else "45.8 % to 16.7 %"
    assert setbacks(compared(pairs), "B") == f"B is worse than A in pairwise ({figures})."
