"""A judge that was changed says whether it still agrees with people, where an experiment asks it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from backend.experiments.analysis.drifting import is_changed
from backend.experiments.evaluators.registry import read
from backend.experiments.types import Drift, Experiment
from console.state.experiment_rows import AgreedLine, agreement_lines
from tests.backend.experiments.conftest import Lab, prompt
from tests.backend.experiments.test_paying import YES, asks

KIND: dict[str, Any] = {"kind": "judge", "name": "kind", "rubric": "Is it kind?", "model": "lab:echo"}
HARSH = {**KIND, "rubric": "Is it harsh?"}
PEOPLE: dict[str, Any] = {"kind": "human", "name": "Helpful"}
NO = '{"verdict": false}'


def says(_model: str, asked: str) -> str:
    """Say yes of odd rows by the one rubric, and of even ones by the other."""
    return asked if "Rubric" not in asked else YES if ("odd" in asked) is ("kind" in asked) else NO


@pytest.fixture
def asked(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Lab:
    asks(lab, monkeypatch, says)
    lab.fill(24)
    lab.rows = [replace(one, input={"good": "odd" if one.number % 2 else "even"}) for one in lab.rows]
    return lab


async def run(lab: Lab, *evaluators: dict[str, Any]) -> Experiment:
    """Carry out an experiment, in which people say yes of odd rows where they are asked."""
    done = await lab.ran(prompt("only", "{{ good }}"), evaluators=evaluators)
    for cell in await lab.cells(done) if PEOPLE in evaluators else ():
        await lab.service.review(lab.operator, done.id, cell.number, "Helpful", value=float(cell.row % 2))
    return done


async def told(lab: Lab, done: Experiment) -> list[tuple[str, Drift, float | None]]:
    return [(one.metric, one.drift, one.before) for one in await lab.service.drifts(lab.operator, done.id)]


async def test_a_changed_judge_is_held_against_people_as_before(asked: Lab) -> None:
    first = await run(asked, KIND, PEOPLE)
    assert await told(asked, await run(asked, KIND)) == []
    unmeasured = await run(asked, HARSH)
    assert await told(asked, unmeasured) == [("kind and people", Drift.UNMEASURED, 1.0)]
    worse = await run(asked, HARSH, PEOPLE)
    assert await told(asked, worse) == [("kind and people", Drift.WORSE, 1.0)]
    assert await told(asked, await run(asked, HARSH)) == []  # the run before measured this wording
    assert await told(asked, await run(asked, {**KIND, "rubric": "Is it very kind?"}, PEOPLE)) == [
        ("kind and people", Drift.SAME, -1.0)
    ]
    assert await told(asked, first) == []


async def test_the_card_says_it_in_the_words_of_a_queue(asked: Lab) -> None:
    await run(asked, KIND, PEOPLE)
    unmeasured, worse = await run(asked, HARSH), await run(asked, HARSH, PEOPLE)
    lines = []
    for done in (unmeasured, worse):
        found = await asked.service.comparison(asked.operator, done.id)
        lines += agreement_lines(found.agreements, await asked.service.drifts(asked.operator, done.id))
    assert [(one.drift_mark, one.drift) for one in lines] == [
        ("wait", "Not measured since the judge was changed. It was 1.00."),
        ("fail", "Worse than before the judge was changed. It was 1.00."),
    ]
    assert lines[0] == AgreedLine("kind and people:", lines[0].drift_mark, lines[0].drift)
    assert lines[1].words.startswith("kind and people: the same in 0% of 24 answers, kappa -1.00")


def test_a_judge_whose_model_was_not_kept_is_told_by_its_wording() -> None:
    nobody, named, harsh, other = read([{**KIND, "model": ""}, KIND, HARSH, {**KIND, "model": "lab:no-usage"}])
    assert [is_changed(nobody, one) for one in (named, harsh)] == [False, True]
    assert is_changed(named, other)
