"""What an experiment ended in is kept, and told in a list for as long as nothing changed of what it rests on."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

import pytest

from backend.bootstrap.experiments import put_together
from backend.experiments import headlines
from backend.experiments.service import headlining
from backend.experiments.types import Aim, Comparison, Experiment, Headline, MetricComparison, headline_of
from backend.operator import Operator
from tests.backend.experiments.conftest import Lab, prompt

CELLS_OF = {"better": range(1, 25), "cannot_tell": (1, 2)}
ONE = MetricComparison(
    "exact", "new", 0.5, 0.9, 0.4, 0.3, 0.5, 0.01, "better", 0, 20, 1.0, 1.0, "higher", "", 0.0, "mean", None, 0, 0
)  # fmt: skip


async def listed(lab: Lab) -> Headline | None:
    return (await lab.service.list(lab.operator)).items[0].headline


async def human(lab: Lab) -> Experiment:
    """Return an experiment that a person scores, of which nothing is known yet."""
    lab.fill(30)
    return await lab.ran(evaluators=({"kind": "human", "name": "Helpful"},))


@pytest.mark.parametrize(("verdict", "num_rows"), [("better", 60), ("cannot_tell", 12)])
async def test_the_end_of_a_run_keeps_what_its_comparison_ends_in(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, verdict: str, num_rows: int
) -> None:
    lab.fill(num_rows, wrong=CELLS_OF[verdict])
    done = await lab.ran()
    monkeypatch.setattr(headlining, "headline_of", None)  # a list asks for no statistics
    said = await listed(lab)
    assert said is not None
    assert (said.verdict, said.variant) == (verdict, "new" if verdict == "better" else "")
    found = await lab.service.comparison(lab.operator, done.id)
    assert said == headline_of(found)
    assert (await lab.service.get(lab.operator, done.id)).headline == said


async def test_a_persons_score_takes_the_word_back_until_it_is_compared_again(lab: Lab) -> None:
    done = await human(lab)
    before = await listed(lab)
    assert before == Headline("none"), "it was told at the end that nobody has scored anything"
    for cell in await lab.cells(done):
        value = 1 if cell.variant == "new" else 0
        await lab.service.review(lab.operator, done.id, cell.number, "Helpful", value=value)
        assert await listed(lab) is None
    await lab.service.comparison(lab.operator, done.id)
    assert await listed(lab) == Headline("better", "new")
    last = (await lab.cells(done))[-1]
    await lab.service.review(lab.operator, done.id, last.number, "Helpful", value=1 - last.scores["Helpful"]["value"])
    assert await listed(lab) is None, "a score in the place of another has as many characters"


async def test_a_retry_takes_the_word_back_at_once_and_its_end_tells_the_new_one(lab: Lab) -> None:
    lab.fill(12)
    done = await lab.ran(prompt("old", "{{ good }}"), prompt("new", "{{ good }}", model="400"))
    assert await listed(lab) is not None
    await lab.service.retry(lab.operator, done.id)
    assert await listed(lab) is None
    await lab.executor.execute(done.id)
    assert await listed(lab) is not None


async def test_scores_of_older_answers_are_told_apart_from_what_they_score(lab: Lab) -> None:
    lab.fill(60, wrong=range(1, 25))
    done = await lab.ran()
    again = await lab.service.score_again(lab.operator, done.id, ({"kind": "human", "name": "Helpful"},))
    assert await listed(lab) is None, "a draft ends in nothing"
    await lab.service.start(lab.operator, again.id)
    await lab.executor.execute(again.id)
    told = [one.headline for one in (await lab.service.list(lab.operator)).items]
    assert told == [Headline("none"), Headline("better", "new")]


async def test_another_version_of_the_statistics_or_of_the_dataset_makes_it_old(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.fill(12)
    await lab.ran()
    assert await listed(lab) is not None

    async def removed(_: Operator, ids: Collection[str]) -> dict[str, int]:
        return dict.fromkeys(ids, 2)

    elsewhere = put_together(replace(lab.opened.outside, revisions=removed)).service
    assert (await elsewhere.list(lab.operator)).items[0].headline is None
    monkeypatch.setattr(headlines, "VERSION", headlines.VERSION + 1)
    assert await listed(lab) is None


async def test_another_baseline_and_a_part_of_the_metrics_keep_nothing(lab: Lab) -> None:
    lab.fill(60, wrong=range(1, 25))
    done = await lab.ran()
    told = await listed(lab)
    await lab.service.comparison(lab.operator, done.id, "new")
    await lab.service.comparison(lab.operator, done.id, metrics=["exact"])
    assert await listed(lab) == told == Headline("better", "new")


def said(*metrics: MetricComparison, **more: Any) -> Comparison:
    return Comparison("old", "exact", metrics, (), (), (), is_complete=True, **more)


def of(verdict: Any, **more: Any) -> MetricComparison:
    return replace(ONE, verdict=verdict, **more)


TONE: Callable[..., MetricComparison] = lambda verdict: of(verdict, metric="tone")  # noqa: E731


@pytest.mark.parametrize(
    ("found", "headline"),
    [
        (said(of("better")), Headline("better", "new")),
        (said(of("same"), of("better", metric="cost")), Headline("cheaper", "new")),
        (said(of("better"), TONE("worse")), Headline("mixed", "new", "tone")),
        (said(of("better", target=0.95)), Headline("short", "new", "exact")),
        (said(of("same")), Headline("same")),
        (said(of("same"), TONE("worse")), Headline("worse", "new", "tone")),
        (said(of("worse")), Headline("worse", "new")),
        (said(of("worse"), of("same", variant="other")), Headline("none_better")),
        (said(of("same"), of("same", variant="other")), Headline("same")),
        (said(of("cannot_tell", rows_needed=90), of("cannot_tell", variant="other", rows_needed=41)),
         Headline("cannot_tell", rows_needed=41)),
        (said(of("cannot_tell", rows_needed=None)), Headline("cannot_tell")),
        (said(of("cannot_tell", value=0.0, baseline_value=0.0)), Headline("none_passed")),
        (said(of("better", metric="latency")), Headline("none")),
        (said(), Headline("none")),
        (said(aims=(Aim("exact", "higher", "", "mean", 0.9, None, {"old": 0.5}, ("old",)),)),
         Headline("missed", "old", "exact")),
        (said(aims=(Aim("exact", "higher", "", "mean", 0.4, None, {"old": 0.5}, ()),)), Headline("reached", "old")),
    ],
)  # fmt: skip
def test_a_headline_says_no_more_than_the_verdicts(found: Comparison, headline: Headline) -> None:
    assert headline_of(found) == headline
