"""What people say of answers stays, whoever and whatever else writes meanwhile."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from backend.errors import Conflict, InvalidInput
from backend.experiments.engine.scoring import Scoring
from tests.backend.experiments.conftest import Lab


async def test_a_person_scores_answers_that_wait(lab: Lab) -> None:
    lab.fill(2)
    done = await lab.ran(evaluators=({"kind": "human", "name": "Helpful"},))
    cell = (await lab.cells(done))[0]
    assert cell.scores["Helpful"] == {"value": None, "passed": None, "label": "waiting"}
    scored = await lab.service.review(lab.operator, done.id, cell.number, "Helpful", value=1, reason="yes")
    assert scored.scores["Helpful"]["value"] == 1
    with pytest.raises(InvalidInput, match="Nobody is asked"):
        await lab.service.review(lab.operator, done.id, cell.number, "exact", value=1)


async def test_of_two_people_at_one_answer_the_second_hears_of_the_first(lab: Lab) -> None:
    lab.fill(1)
    done = await lab.ran(evaluators=({"kind": "human", "name": "Helpful"},))
    other = replace(lab.operator, user_id="user_b", name="Cleo")
    review = partial(lab.service.review, experiment_id=done.id, number=0, name="Helpful", over_others=False)
    await review(other, value=1)
    with pytest.raises(Conflict, match="Cleo has scored this answer meanwhile"):
        await review(lab.operator, value=0)
    assert (await review(other, value=0, reason="on second thought")).scores["Helpful"]["value"] == 0


async def test_what_a_person_says_while_pairs_are_judged_stays(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.fill(2)
    judged = Scoring.pair

    async def reviewed_meanwhile(self: Scoring, *given: Any) -> Any:
        for one in (await lab.service.reviews(lab.operator, made.id)).items:
            await lab.service.review(lab.operator, made.id, one.number, "Helpful", value=1)
        return await judged(self, *given)

    monkeypatch.setattr(Scoring, "pair", reviewed_meanwhile)
    specs = ({"kind": "pairwise", "model": "echo"}, {"kind": "human", "name": "Helpful"})
    made = await lab.started(evaluators=specs)
    await lab.executor.execute(made.id)
    scores = [cell.scores for cell in await lab.cells(made)]
    assert [one["Helpful"]["value"] for one in scores] == [1, 1, 1, 1]
    assert all("pairwise" in one for one in scores)
