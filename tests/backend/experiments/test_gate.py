"""What must pass before it is published."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from backend.errors import InvalidInput, NotFound
from backend.experiments.errors import GateRefused
from backend.experiments.repository import Experiments
from backend.experiments.types import FlowChoice, GateResult, PromptChoice, Requirement, VariantDraft
from backend.prompts.types import PRODUCTION, Content, NewPrompt
from tests.backend.experiments.conftest import DATASET, Lab, prompt
from tests.factories import flows

WISH = Requirement(DATASET, ({"kind": "exact"},))
# Passes whatever is answered.
TRIVIAL = {"kind": "regex", "pattern": ".*"}


@pytest.fixture
async def gated(lab: Lab) -> Lab:
    """Let the lab's own service be the gate, for its rows are the test's; prompts that name no model are echoed."""
    await lab.services.providers.set_default(lab.operator, "lab:echo")
    lab.services.flows.gates[:] = [lab.service]
    lab.services.prompts.gates[:] = [lab.service]
    return lab


async def test_a_flow_is_published_only_once_its_draft_passed(gated: Lab) -> None:
    gated.fill(30)
    for row in gated.rows:
        row.input["question"] = f"a{row.number}"
    flow = await gated.services.flows.create(gated.operator, "Desk", document=flows.echo())
    await gated.service.require(gated.operator, "flow", "desk", WISH)
    found = await gated.service.requirement(gated.operator, "flow", flow.id)
    assert found == replace(WISH, dataset_name="Questions")
    with pytest.raises(GateRefused, match="must pass the dataset Questions"):
        await gated.services.flows.publish(gated.operator, "desk")
    await gated.ran(
        VariantDraft("old", flow=FlowChoice("desk", "draft")), VariantDraft("new", flow=FlowChoice("desk", "draft"))
    )
    made = (await gated.services.flows.publish(gated.operator, "desk")).version
    assert made is not None
    assert made.number == 1


async def test_a_prompt_that_got_worse_does_not_go_to_production(gated: Lab) -> None:
    gated.fill(40, wrong=range(1, 20))
    prompts = gated.services.prompts
    kept = await prompts.create(gated.operator, NewPrompt("Support", Content(text="{{ good }}")))
    for row in gated.rows:
        del row.input["question"]
    await prompts.save_version(gated.operator, kept.id, Content(text="{{ weak }}"))
    await gated.service.require(gated.operator, "prompt", kept.slug, WISH)
    variants = [VariantDraft(f"v{number}", prompt=PromptChoice(id=kept.id, version=number)) for number in (1, 2)]
    done = await gated.ran(*variants)
    with pytest.raises(GateRefused, match="exact of v2 got worse") as refusal:
        await prompts.set_label(gated.operator, kept.id, PRODUCTION, 2)
    said = [
        await gated.service.gate_result(gated.operator, "prompt", kept.slug, Content(text=text).fingerprint(), number)
        for number, text in enumerate(("{{ good }}", "{{ weak }}"), 1)
    ]
    assert said[0] == GateResult(passed=True, experiment_id=done.id)
    assert refusal.value.hint == "Experiment Support says more."  # the page finds it too
    assert said[1] == replace(said[0], passed=False, words=refusal.value.message, hint=refusal.value.hint)
    await prompts.set_label(gated.operator, kept.id, "staging", 2)
    assert (await prompts.set_label(gated.operator, kept.id, PRODUCTION, 1)).label is not None
    await gated.service.release(gated.operator, "prompt", kept.id)
    assert (await prompts.set_label(gated.operator, kept.id, PRODUCTION, 2)).label is not None


async def published(gated: Lab) -> str:
    """Make a prompt with v1 in production and a worse v2, which must pass; return its id."""
    gated.fill(40, wrong=range(1, 20))
    prompts = gated.services.prompts
    kept = await prompts.create(gated.operator, NewPrompt("Support", Content(text="{{ good }}")))
    for row in gated.rows:
        del row.input["question"]
    gated.rows = [replace(row, split="hard" if row.number < 20 else "easy") for row in gated.rows]
    await prompts.set_label(gated.operator, kept.id, PRODUCTION, 1)
    await prompts.save_version(gated.operator, kept.id, Content(text="{{ weak }}"))
    await gated.service.require(gated.operator, "prompt", kept.slug, WISH)
    return kept.id


@pytest.mark.parametrize(
    ("versions", "given"),
    [
        ((2,), {}),
        ((1, 2), {"evaluators": ()}),
        ((1, 2), {"split": "easy"}),
        ((1, 2), {"rows": (20, 21, 22)}),
        ((1, 2), {"evaluators": ({"kind": "exact", "negate": True},)}),
        ((1, 2), {"evaluators": ({"kind": "exact", "direction": "lower"},)}),
        ((1, 2), {"evaluators": ({"kind": "exact", "margin": 0.9},)}),
        ((1, 2), {"evaluators": ({"kind": "exact", "threshold": -1},)}),
        ((1, 2), {"evaluators": ({"kind": "exact", "ignore_case": True},)}),
        ((1, 2), {"evaluators": (TRIVIAL,)}),
    ],
)
async def test_an_experiment_that_asks_too_little_lets_nothing_pass(
    gated: Lab, versions: tuple[int, ...], given: dict[str, Any]
) -> None:
    prompt_id = await published(gated)
    await gated.ran(
        *(VariantDraft(f"v{one}", prompt=PromptChoice(id=prompt_id, version=one)) for one in versions),
        **given,
    )
    with pytest.raises(GateRefused, match="must pass the dataset Questions"):
        await gated.services.prompts.set_label(gated.operator, prompt_id, PRODUCTION, 2)


async def test_what_an_experiment_lacks_of_the_required_evaluators_is_said(gated: Lab) -> None:
    prompt_id = await published(gated)
    one, two = (VariantDraft(f"v{at}", prompt=PromptChoice(id=prompt_id, version=at)) for at in (1, 2))
    await gated.ran(one, two, evaluators=(TRIVIAL,))
    with pytest.raises(GateRefused) as refusal:
        await gated.services.prompts.set_label(gated.operator, prompt_id, PRODUCTION, 2)
    assert "with exact set as the requirement has it" in refusal.value.hint
    assert refusal.value.hint.endswith("Support asks exact in no such way.")


async def test_evaluators_beside_the_required_ones_can_only_refuse(gated: Lab) -> None:
    """Nineteen questions more would each take a share of what may be found by chance."""
    prompt_id = await published(gated)
    for row in gated.rows:
        row.input["weak"] = "no" if row.number < 9 else f"a{row.number}"  # enough for one question, not for twenty
    one, two = (VariantDraft(f"v{at}", prompt=PromptChoice(id=prompt_id, version=at)) for at in (1, 2))
    others = tuple({**TRIVIAL, "name": f"other {at}"} for at in range(19))
    done = await gated.ran(one, two, evaluators=({"kind": "exact", "name": "renamed"}, *others))
    found = (await gated.service.comparison(gated.operator, done.id)).metrics
    assert {one.verdict for one in found if one.metric == "renamed"} == {"cannot_tell"}
    with pytest.raises(GateRefused, match=r"renamed of v2 got worse, from 100\.0 % to 80\.0 %\.") as refusal:
        await gated.services.prompts.set_label(gated.operator, prompt_id, PRODUCTION, 2)
    assert "than the page, which guards 20 comparisons at once" in refusal.value.hint
    await gated.service.require(gated.operator, "prompt", prompt_id, Requirement(DATASET, (TRIVIAL,)))
    await gated.ran(one, two, evaluators=(TRIVIAL, {"kind": "exact"}))
    with pytest.raises(GateRefused, match="exact of v2 got worse"):
        await gated.services.prompts.set_label(gated.operator, prompt_id, PRODUCTION, 2)


async def test_the_evaluators_of_an_experiment_become_the_requirement(gated: Lab) -> None:
    prompt_id = await published(gated)
    both = ({"kind": "exact"}, {"kind": "contains", "values": ["a"]})
    done = await gated.ran(evaluators=both)
    made = await gated.service.require(gated.operator, "prompt", prompt_id, Requirement(experiment_id=done.id))
    assert (made.dataset_id, made.evaluators) == (DATASET, both)
    for wish in (Requirement(DATASET), Requirement(), Requirement("dset_2", experiment_id=done.id)):
        with pytest.raises(InvalidInput):
            await gated.service.require(gated.operator, "prompt", prompt_id, wish)


async def test_a_requirement_of_before_that_names_no_evaluators_takes_any_plain_one(gated: Lab) -> None:
    prompt_id = await published(gated)
    async with gated.services.units.write(gated.operator) as work:
        row = await Experiments(work.session, gated.operator.project_id).requirement("prompt", prompt_id)
        assert row is not None
        row.evaluators = []
        work.session.add(row)
    one, two = (VariantDraft(f"v{at}", prompt=PromptChoice(id=prompt_id, version=at)) for at in (1, 2))
    for evaluators in ((), ({"kind": "exact", "negate": True},)):
        await gated.ran(one, two, evaluators=evaluators)
        with pytest.raises(GateRefused, match="must pass the dataset Questions"):
            await gated.services.prompts.set_label(gated.operator, prompt_id, PRODUCTION, 2)
    await gated.ran(one, two, evaluators=(TRIVIAL,))
    await gated.services.prompts.set_label(gated.operator, prompt_id, PRODUCTION, 2)


async def test_what_is_published_is_the_baseline_whatever_the_experiment_says(gated: Lab) -> None:
    prompt_id = await published(gated)
    one, two = (VariantDraft(f"v{at}", prompt=PromptChoice(id=prompt_id, version=at)) for at in (1, 2))
    plain = {"kind": "exact", "negate": False, "direction": "higher", "margin": 0}
    await gated.ran(one, two, baseline="v2", evaluators=(plain,))
    with pytest.raises(GateRefused, match="exact of v2 got worse"):
        await gated.services.prompts.set_label(gated.operator, prompt_id, PRODUCTION, 2)
    await gated.services.prompts.set_label(gated.operator, prompt_id, PRODUCTION, 1)


async def test_a_published_flow_is_the_baseline_and_older_rows_do_not_count(gated: Lab) -> None:
    gated.fill(30)
    for row in gated.rows:
        row.input["question"] = f"a{row.number}"
    flow = await gated.services.flows.create(gated.operator, "Desk", document=flows.echo())
    await gated.services.flows.publish(gated.operator, flow.id)
    await gated.services.flows.save_draft(gated.operator, flow.id, flows.greeting(), flow.draft_version)
    await gated.service.require(gated.operator, "flow", "desk", WISH)
    old, new = VariantDraft("old", flow=FlowChoice("desk")), VariantDraft("new", flow=FlowChoice("desk", "draft"))
    await gated.ran(old, new, version=1)
    with pytest.raises(GateRefused, match="exact of new got worse"):
        await gated.services.flows.publish(gated.operator, "desk")
    gated.version = 2
    with pytest.raises(GateRefused, match="must pass the dataset Questions"):
        await gated.services.flows.publish(gated.operator, "desk")


async def test_what_is_not_there_needs_nothing(gated: Lab) -> None:
    with pytest.raises(NotFound):
        await gated.service.require(gated.operator, "flow", "nowhere", WISH)


async def test_an_experiment_that_ended_early_lets_nothing_pass(gated: Lab) -> None:
    prompt_id = await published(gated)
    gated.fill(200, wrong=range(150, 201))
    for row in gated.rows:
        del row.input["question"]
    one, two = (VariantDraft(f"v{at}", prompt=PromptChoice(id=prompt_id, version=at)) for at in (1, 2))
    sure = {"kind": "regex", "pattern": ".*", "margin": 0.5}
    done = await gated.ran(one, two, evaluators=(sure, {"kind": "exact"}), early_stop=True)
    assert (bool(done.decided), done.progress.num_skipped > 0) == (True, True)
    with pytest.raises(GateRefused) as refusal:
        await gated.services.prompts.set_label(gated.operator, prompt_id, PRODUCTION, 2)
    assert refusal.value.hint.endswith("Support ended early, before it had asked all of them.")


async def test_what_nobody_scored_lets_nothing_pass(gated: Lab) -> None:
    prompt_id = await published(gated)
    one, two = (VariantDraft(f"v{at}", prompt=PromptChoice(id=prompt_id, version=at)) for at in (1, 2))
    for asked, words in (
        ({"kind": "human"}, "80 answers wait for a person's score of human"),
        ({"kind": "judge", "rubric": "Is it right?", "model": "echo"}, "judge gave no verdict on 80 of 80 answers"),
    ):
        await gated.service.require(gated.operator, "prompt", prompt_id, Requirement(DATASET, (asked,)))
        await gated.ran(one, two, evaluators=(asked,))
        with pytest.raises(GateRefused, match=words):
            await gated.services.prompts.set_label(gated.operator, prompt_id, PRODUCTION, 2)


async def test_nothing_passes_on_the_verdicts_that_a_judge_did_not_give(gated: Lab) -> None:
    prompt_id = await published(gated)
    for row in gated.rows:
        row.input["good"] = '{"verdict": true}'  # a judge that echoes says what it was given
        row.input["weak"] = '{"verdict": true}' if row.number > 3 else "no"
    one, two = (VariantDraft(f"v{at}", prompt=PromptChoice(id=prompt_id, version=at)) for at in (1, 2))
    asked = {"kind": "judge", "rubric": "?", "model": "echo"}
    await gated.service.require(gated.operator, "prompt", prompt_id, Requirement(DATASET, (asked,)))
    await gated.ran(one, two, evaluators=(asked,))
    with pytest.raises(
        GateRefused, match="yet: judge gave no verdict on 3 of 40 answers: The judge did not"
    ) as refusal:
        await gated.services.prompts.set_label(gated.operator, prompt_id, PRODUCTION, 2)
    assert refusal.value.hint.startswith("Retry the experiment")


async def test_variants_beside_the_two_make_nothing_easier(gated: Lab) -> None:
    """Nine variants would each take a share of what may be found by chance."""
    prompt_id = await published(gated)
    for row in gated.rows:
        row.input["weak"] = "no" if row.number < 9 else f"a{row.number}"  # enough for one question, not for nine
    one, two = (VariantDraft(f"v{at}", prompt=PromptChoice(id=prompt_id, version=at)) for at in (1, 2))
    done = await gated.ran(one, two, *(prompt(f"other {at}", "{{ good }}") for at in range(8)))
    found = (await gated.service.comparison(gated.operator, done.id)).metrics
    assert [one.verdict for one in found if (one.metric, one.variant) == ("exact", "v2")] == ["cannot_tell"]
    with pytest.raises(GateRefused, match="exact of v2 got worse"):
        await gated.services.prompts.set_label(gated.operator, prompt_id, PRODUCTION, 2)


async def test_a_first_version_has_to_reach_its_targets_also_as_the_baseline(gated: Lab) -> None:
    gated.fill(20, wrong=range(1, 11))
    for row in gated.rows:
        del row.input["question"]
    prompts = gated.services.prompts
    kept = await prompts.create(gated.operator, NewPrompt("Support", Content(text="{{ weak }}")))
    asked = {"kind": "exact", "target": 0.9}
    await gated.service.require(gated.operator, "prompt", kept.id, Requirement(DATASET, (asked,)))
    only = VariantDraft("only", prompt=PromptChoice(id=kept.id, version=1))
    for variants in ((only,), (only, prompt("other", "{{ good }}"))):
        await gated.ran(*variants, evaluators=(asked,))
        with pytest.raises(GateRefused, match=r"exact of only is 50\.0 %, its target 90\.0 %"):
            await prompts.set_label(gated.operator, kept.id, PRODUCTION, 1)


async def test_a_dataset_that_is_gone_is_told(gated: Lab) -> None:
    prompt_id = await published(gated)
    async with gated.services.units.write(gated.operator) as work:
        row = await Experiments(work.session, gated.operator.project_id).requirement("prompt", prompt_id)
        assert row is not None
        row.dataset_id = "dset_gone"
        work.session.add(row)
    with pytest.raises(GateRefused, match="The dataset Questions, which Support must pass, was deleted"):
        await gated.services.prompts.set_label(gated.operator, prompt_id, PRODUCTION, 2)


async def test_what_a_prompt_takes_in_must_have_passed_with_it(gated: Lab) -> None:
    prompt_id = await published(gated)
    prompts = gated.services.prompts
    tone = await prompts.create(gated.operator, NewPrompt("Tone", Content(text="{{ good }}")))
    await prompts.set_label(gated.operator, tone.id, PRODUCTION, 1)
    await prompts.save_version(gated.operator, prompt_id, Content(text='{% prompt "tone" %}'))
    await gated.ran(*(VariantDraft(f"v{at}", prompt=PromptChoice(id=prompt_id, version=at)) for at in (1, 3)))
    await prompts.save_version(gated.operator, tone.id, Content(text="{{ weak }}"))
    await prompts.set_label(gated.operator, tone.id, PRODUCTION, 2)
    with pytest.raises(GateRefused, match="must pass the dataset Questions"):
        await prompts.set_label(gated.operator, prompt_id, PRODUCTION, 3)
    await prompts.set_label(gated.operator, tone.id, PRODUCTION, 1)
    assert (await prompts.set_label(gated.operator, prompt_id, PRODUCTION, 3)).label is not None
