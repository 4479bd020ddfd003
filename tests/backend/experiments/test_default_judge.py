"""A judge that nobody named is the project's default model of the day on which the experiment began."""

from __future__ import annotations

from typing import Any

import pytest

from backend.experiments.evaluators.registry import matched, read
from backend.experiments.types import PromptChoice, Requirement, VariantDraft
from backend.prompts.types import Content
from tests.backend.experiments.conftest import DATASET, Lab, prompt
from tests.backend.experiments.test_gate import gated, published
from tests.backend.experiments.test_paying import YES, asks

__all__ = ["gated"]

ALONE: dict[str, Any] = {"kind": "judge", "rubric": "?"}
FORMS: tuple[dict[str, Any], ...] = (
    ALONE,
    {**ALONE, "model": ""},
    {**ALONE, "models": ["", "lab:echo"]},
    {"kind": "pairwise"},
)


@pytest.mark.parametrize("asked", FORMS)
async def test_it_keeps_its_model_where_the_default_changes(
    gated: Lab, monkeypatch: pytest.MonkeyPatch, asked: dict[str, Any]
) -> None:
    """Not under way, not where its answers are scored again, and not in the next run."""
    model = asks(gated, monkeypatch, lambda _, asked: YES if "Rubric" in asked else asked)
    gated.fill(1)
    answers = [prompt(name, "{{ good }}", "lab:scripted") for name in ("old", "new")]
    made = await gated.started(*answers, evaluators=(asked, {"kind": "exact"}))
    await gated.services.providers.set_default(gated.operator, "lab:no-usage")
    await gated.executor.execute(made.id)
    assert set(model.asked) == {"scripted", "echo"}
    model.asked.clear()
    done = await gated.service.get(gated.operator, made.id)
    scored = await gated.service.score_again(gated.operator, done.id, (*done.draft.evaluators, {"kind": "contains"}))
    await gated.service.start(gated.operator, scored.id)
    await gated.executor.execute(scored.id)
    again = await gated.service.run_again(gated.operator, done.id)
    await gated.executor.execute(again.id)
    assert set(model.asked) <= {"scripted", "echo"}
    since = await gated.service.since(gated.operator, again.id)
    assert since is not None
    assert since.judges == ()


async def test_the_plan_of_scoring_again_counts_no_judge_that_is_the_same_by_default(gated: Lab) -> None:
    gated.fill(2)
    done = await gated.ran(evaluators=(ALONE,))
    for default, calls in (("lab:echo", 0), ("lab:no-usage", 4)):
        await gated.services.providers.set_default(gated.operator, default)
        made = await gated.service.score_again(gated.operator, done.id, (ALONE, {"kind": "contains"}))
        assert (await gated.service.plan_of(gated.operator, made.id)).num_judge_calls == calls


@pytest.mark.parametrize("asked", FORMS[:3])
async def test_a_gate_means_by_it_the_default_of_now(gated: Lab, asked: dict[str, Any]) -> None:
    prompt_id = await published(gated)
    for row in gated.rows:
        row.input["good"] = row.input["weak"] = '{"verdict": true}'  # a judge that echoes says what it was given
    variants = [VariantDraft(f"v{at}", prompt=PromptChoice(id=prompt_id, version=at), model="echo") for at in (1, 2)]
    await gated.service.require(gated.operator, "prompt", prompt_id, Requirement(DATASET, (asked,)))
    done = await gated.ran(*variants, evaluators=(asked,))
    content, told = Content(text="{{ weak }}").fingerprint(), []
    for default in ("lab:echo", "lab:no-usage", "lab:echo"):
        await gated.services.providers.set_default(gated.operator, default)
        told.append(await gated.service.gate_result(gated.operator, "prompt", prompt_id, content, 2))
    assert [(each.passed, each.experiment_id) for each in told] == [(True, done.id), (False, ""), (True, done.id)]
    assert told[1].hint.endswith("Support asks judge in no such way.")


def test_an_experiment_that_began_before_models_were_kept_counts_as_it_did() -> None:
    required, named = read([ALONE]), read([{**ALONE, "model": "lab:echo"}])
    assert matched(required, required, named) == (["judge"], [])
    assert matched(named, required, named) == ([], ["judge"])
