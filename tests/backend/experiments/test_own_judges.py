"""Beside a verdict stands whether the judge scored what its own model answered."""

from __future__ import annotations

from typing import Any

import pytest

from backend.experiments.types import FlowChoice, VariantDraft
from console.state.experiment_rows import verdict_cards
from console.state.experiment_unscored import own_lines
from tests.backend.experiments.conftest import Lab, prompt
from tests.backend.experiments.test_paying import asks
from tests.factories import flows

JUDGES: tuple[dict[str, Any], ...] = (
    {"kind": "judge", "name": "own", "rubric": "?", "models": ["no-usage", "lab:echo"]},
    {"kind": "judge", "name": "other", "rubric": "?", "model": "lab:no-usage"},
    {"kind": "pairwise"},
    {"kind": "exact"},
)


async def test_a_judge_is_named_with_the_variants_that_its_model_answered(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was the default then is kept: it is another one now."""
    asks(lab, monkeypatch, lambda _, asked: '{"verdict": true, "better": "equal"}' if "Rubric" in asked else asked)
    await lab.services.providers.set_default(lab.operator, "lab:scripted")
    await lab.services.flows.create(lab.operator, "Desk", document=flows.relay(""))
    lab.fill(2)
    answers = prompt("old", "{{ good }}", "lab:scripted"), prompt("new", "{{ good }}")
    done = await lab.ran(*answers, VariantDraft("desk", flow=FlowChoice("desk", "draft")), evaluators=JUDGES)
    await lab.services.providers.set_default(lab.operator, "lab:no-usage")
    found = await lab.service.comparison(lab.operator, done.id)
    assert found.own_judges == {"own": ("new",), "pairwise": ("old", "desk")}
    assert own_lines(found)[0] == "own: Judges its own answers: the model of new is the judge."
    said = {card.metric: card.own for card in verdict_cards(found, "new")}
    assert said["pairwise"] == "Judges its own answers: the model of old and desk is the judge."
    assert (said["other"], said["exact"]) == ("", "")
