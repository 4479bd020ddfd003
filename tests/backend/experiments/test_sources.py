"""Rows that were taken from the same conversation."""

from __future__ import annotations

from tests.backend.experiments.conftest import Lab


async def test_rows_of_one_conversation_are_told_together(lab: Lab) -> None:
    """Forty turns that got better, all of four conversations: as rows they are sure, as conversations four coins."""
    lab.fill(40, wrong=range(1, 41))
    done = await lab.ran()
    (alone,) = [one for one in (await lab.service.comparison(lab.operator, done.id)).metrics if one.metric == "exact"]
    for row in lab.rows:
        row.metadata["conversation"] = f"conversation_{row.number % 4}"
    (found,) = [one for one in (await lab.service.comparison(lab.operator, done.id)).metrics if one.metric == "exact"]
    assert (alone.verdict, found.verdict) == ("better", "cannot_tell")
