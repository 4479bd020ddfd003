"""Rows that belong together: taken from the same conversation, or alike in their metadata."""

from __future__ import annotations

from backend.bootstrap.experiments import put_together
from console.state.experiment_groups import slice_lines
from tests.backend.experiments.conftest import Lab


async def test_rows_of_one_conversation_are_told_together(lab: Lab) -> None:
    """Forty turns that got better, all of four conversations: as rows they are sure, as conversations four coins."""
    lab.fill(40, wrong=range(1, 41))
    done = await lab.ran()
    (alone,) = [one for one in (await lab.service.comparison(lab.operator, done.id)).metrics if one.metric == "exact"]
    for row in lab.rows:
        row.metadata["conversation"] = f"conversation_{row.number % 4}"
    anew = put_together(lab.opened.outside).service  # the other remembers: no dataset says that its rows changed
    (found,) = [one for one in (await anew.comparison(lab.operator, done.id)).metrics if one.metric == "exact"]
    assert (alone.verdict, found.verdict) == ("better", "cannot_tell")


async def test_the_rows_of_a_slice_are_listed_alone(lab: Lab) -> None:
    """Twelve rows of one topic got worse: the comparison names it, and lists those."""
    lab.fill(40, wrong=range(5, 17))
    done = await lab.ran()
    said = await lab.service.comparison(lab.operator, done.id, "new")
    (worse,) = [one for one in said.slices if one.variant == "old"]
    assert (worse.key, worse.value, worse.num_rows) == ("topic", "returns", 12)
    (line,) = slice_lines(said, "old")
    assert (line.words, line.group) == ("topic returns: 12 rows", "in:topic:returns")
    within = line.group.removeprefix("in:")
    some = await lab.service.compared_rows(lab.operator, done.id, "old", baseline="new", within=within, limit=10)
    rest = await lab.service.compared_rows(lab.operator, done.id, "old", baseline="new", within=within, after=10)
    assert [one.row for one in (*some.items, *rest.items)] == list(range(5, 17))
    assert (some.next, some.counts.broken, some.counts.both_pass) == (10, 12, 28)
    none = await lab.service.compared_rows(lab.operator, done.id, "old", baseline="new", within="topic:gone")
    assert none.items == ()
