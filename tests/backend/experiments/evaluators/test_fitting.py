"""Numbers that mean nothing on the scale of an evaluator are refused in words, and make no old verdict."""

from __future__ import annotations

from typing import Any

import pytest

from backend.errors import InvalidInput
from backend.experiments.analysis.verdicts import compared
from backend.experiments.evaluators.fitting import fit
from backend.experiments.evaluators.registry import read
from backend.experiments.repository import Experiments
from tests.backend.experiments.conftest import Lab, prompt

SHARES = "Scores of contains go from 0 to 1,"
GRADES = {"kind": "judge", "rubric": "Is it right?", "output": "score", "min": 1, "max": 5}


@pytest.mark.parametrize(
    ("spec", "field", "words"),
    [
        ({"kind": "contains", "margin": 15}, "margin",
         f"{SHARES} so a margin of 15 is 1,500 points and takes in every difference. Enter 0.15 for 15 points."),
        ({"kind": "contains", "margin": 1}, "margin",
         f"{SHARES} so a margin of 1 is 100 points and takes in every difference. Enter 0.05, for example."),
        ({**GRADES, "margin": 4}, "margin",
         "Scores of judge go from 1 to 5, so a margin takes in every difference. Enter 0.2, for example."),
        ({"kind": "exact", "target": 90}, "target",
         "Scores of exact go from 0 to 1, so none reaches a target of 90. Enter 0.9 for 90 %."),
        ({**GRADES, "threshold": 6}, "threshold",
         "Scores of judge go from 1 to 5, so none reaches a threshold of 6. Enter 3, for example."),
        ({**GRADES, "min": -1e308}, "min", "A score lies between -1,000,000,000 and 1,000,000,000."),
        ({**GRADES, "max": 1e10}, "max", "A score lies between -1,000,000,000 and 1,000,000,000."),
        ({**GRADES, "output": "category", "categories": ["a"], "values": {"a": 1e200}}, "values",
         "A score lies between -1,000,000,000 and 1,000,000,000."),
        ({"kind": "latency", "weight": 2}, "weight",
         "latency has no scale, so it is no part of the overall score. Leave its weight at 1."),
        ({"kind": "human", "question": "Is it right?", "weight": 0}, "weight",
         "human waits for a person, so it is no part of the overall score. Leave its weight at 1."),
        ({"kind": "pairwise", "weight": 3}, "weight",
         "pairwise tells of a pair, not of one answer, so it is no part of the overall score. Leave its weight at 1."),
        ({"kind": "judge", "rubric": "Is {{ output }} what {{truth}} says of {{input}}?"}, "rubric",
         "The rubric names {{truth}}, which nothing fills. There are {{input}} and {{groundtruth}} and {{output}}."),
        ({"kind": "pairwise", "rubric": "Is {{output}} as {{expected_output}}?"}, "rubric",
         "The rubric names {{output}}, which nothing fills. There are {{input}} and {{groundtruth}}."),
    ],
)  # fmt: skip
def test_a_number_off_the_scale_is_refused_with_an_example(spec: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        fit(read([{"kind": "exact", "name": "fine", "margin": 0.2, "target": 1, "threshold": 1}, spec]))
    assert refusal.value.fields == {f"evaluators.1.{field}": words}


def test_a_scale_without_an_end_has_room_for_any_number() -> None:
    fit(read([{"kind": "latency", "margin": 200, "target": 3_000}, {**GRADES, "margin": 3.9, "target": 5}]))


async def test_neither_an_experiment_nor_a_requirement_is_kept_with_one(lab: Lab) -> None:
    wide = ({"kind": "exact", "margin": 15},)
    lab.fill(4)
    for asking in (
        lab.service.create(lab.operator, lab.draft(prompt("own", "{{ good }}"), evaluators=wide)),
        lab.service.plan(lab.operator, lab.draft(prompt("own", "{{ good }}"), evaluators=wide)),
    ):
        with pytest.raises(InvalidInput, match="for 15 points"):
            await asking


def test_an_old_margin_of_the_whole_scale_calls_no_collapse_the_same() -> None:
    told = [(row, at, 0, "done", {"exact": {"value": 1.0 - at, "passed": not at}}, 0.0, 9.0)
            for row in range(20) for at in (0, 1)]  # fmt: skip
    found = compared(
        told, read([{"kind": "exact", "margin": 15}]), [("old", ""), ("new", "")], baseline=0,
        repetitions=1, was_decided=False, labels={},
    )  # fmt: skip
    assert (found.metrics[0].verdict, found.metrics[0].margin) == ("worse", 0.0)


async def test_an_old_margin_of_the_whole_scale_ends_nothing_early(lab: Lab) -> None:
    lab.fill(30)
    made = await lab.service.create(lab.operator, lab.draft(early_stop=True, concurrency=1))
    async with lab.services.units.write(lab.operator) as work:  # as it was kept before such a margin was refused
        row = await Experiments(work.session, lab.operator.project_id).get(made.id)
        row.definition = {**row.definition, "evaluators": [{"kind": "exact", "margin": 15}]}
        work.session.add(row)
    await lab.service.start(lab.operator, made.id)
    await lab.executor.execute(made.id)
    done = await lab.service.get(lab.operator, made.id)
    assert (done.decided, done.progress.num_done, done.progress.num_skipped) == ("", 60, 0)
