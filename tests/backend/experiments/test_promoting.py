"""From a verdict to production."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from backend.errors import Conflict, Forbidden, InvalidInput
from backend.experiments.errors import GateRefused, WrongState
from backend.experiments.types import Experiment, FlowChoice, PromptChoice, Requirement, VariantDraft
from backend.identity.permissions import Role
from backend.prompts.types import PRODUCTION, Content, NewPrompt, Prompt, VersionRef
from backend.providers.types import ModelDraft, ProviderDraft
from tests.backend.experiments.conftest import DATASET, Lab
from tests.factories import flows
from tests.factories.people import join, operator_of


async def kept(lab: Lab, *texts: str, model: str = "") -> Prompt:
    """Keep a prompt with a version for each text."""
    first, *more = (Content(text=text, model=model) for text in texts)
    made = await lab.services.prompts.create(lab.operator, NewPrompt("Support", first))
    for content in more:
        await lab.services.prompts.save_version(lab.operator, made.id, content)
    return await lab.services.prompts.get(lab.operator, made.id)


def version(of: Prompt, number: int, model: str = "", **parameters: object) -> VariantDraft:
    return VariantDraft(f"v{number}", PromptChoice(id=of.id, version=number), model=model, parameters=dict(parameters))


async def test_the_winner_gets_the_label_with_its_evidence(lab: Lab) -> None:
    lab.fill(40, wrong=range(1, 20))
    of = await kept(lab, "{{ weak }}", "{{ good }}", model="lab:echo")
    for row in lab.rows:
        del row.input["question"]
    done = await lab.ran(version(of, 1), version(of, 2))
    made = await lab.service.promote(lab.operator, done.id, "v2", comment="It answers more.")
    assert (made.kind, made.version, made.label, made.waits_for) == ("prompt", 2, PRODUCTION, "")
    move = (await lab.services.prompts.moves(lab.operator, of.id))[0]
    assert move.version == 2
    lines = move.comment.split("\n")
    assert lines[:2] == ["It answers more.", "Experiment Support: v2 beside v1, on 40 rows of Questions v1."]
    assert lines[2].startswith("Better: exact 52.5 to 100 % (by +")
    assert " points)" in lines[2]
    assert lines[-1] == f"({done.id})"
    assert (await lab.services.prompts.get(lab.operator, of.id)).latest == 2
    assert await told(lab, done) == [("v2", "there", 2, lab.operator.name)]
    ella = replace(lab.operator, user_id="user_ella", name="Ella")
    await lab.service.promote(ella, done.id, "v2")
    assert await told(lab, done) == [("v2", "there", 2, lab.operator.name)]  # it was there already
    await lab.services.prompts.set_label(ella, of.id, PRODUCTION, 1)
    assert await told(lab, done) == [("v2", "left", 1, "Ella")]
    await lab.service.promote(ella, done.id, "v2")
    assert await told(lab, done) == [("v2", "there", 2, "Ella")]
    viewer = await operator_of(lab.services.identity, await join(lab.services.units, lab.operator, "Vera", Role.VIEWER))
    assert len(await lab.service.whereabouts(viewer, done.id)) == 1
    await lab.services.prompts.delete(lab.operator, of.id)
    assert [one[:2] for one in await told(lab, done)] == [("v2", "gone")]


async def test_evidence_beside_a_label_says_which_version_that_was(lab: Lab) -> None:
    lab.fill(4)
    of = await kept(lab, "{{ weak }}", "{{ good }}", model="lab:echo")
    await lab.services.prompts.set_label(lab.operator, of.id, PRODUCTION, 1)
    served = VariantDraft(PRODUCTION, PromptChoice(id=of.id, label=PRODUCTION))
    done = await lab.ran(served, version(of, 2))
    await lab.service.promote(lab.operator, done.id, "v2")
    move = (await lab.services.prompts.moves(lab.operator, of.id))[0]
    assert "v2 beside production (v1 then), on 4 rows" in move.comment


async def told(lab: Lab, of: Experiment) -> list[tuple[str, str, int | None, str]]:
    """Return what became of each promotion: the variant, how it stands, what is there now, and by whom it was."""
    found = await lab.service.whereabouts(lab.operator, of.id)
    return [(one.variant, one.stands, one.now, one.promoted.by) for one in found]


async def test_a_protected_label_waits_for_somebody_else(lab: Lab) -> None:
    lab.fill(4)
    of = await kept(lab, "{{ weak }}", "{{ good }}", model="lab:echo")
    await lab.services.prompts.protect_label(lab.operator, PRODUCTION, protected=True)
    done = await lab.ran(version(of, 1), version(of, 2))
    made = await lab.service.promote(lab.operator, done.id, "v2")
    waiting = (await lab.services.prompts.approvals(lab.operator, of.id))[0]
    assert (made.waits_for, done.id in waiting.comment) == (waiting.id, True)
    assert await lab.services.prompts.labels(lab.operator, of.id) == []
    assert await told(lab, done) == [("v2", "waits", None, lab.operator.name)]
    ella = replace(lab.operator, user_id="user_ella", name="Ella")
    await lab.services.prompts.refuse(ella, waiting.id, "Too short.")
    assert await told(lab, done) == [("v2", "declined", None, lab.operator.name)]
    end = (await lab.service.whereabouts(lab.operator, done.id))[0].end
    assert end is not None
    assert (end.state, end.by, end.reason) == ("refused", "Ella", "Too short.")
    wish = (await lab.service.promote(lab.operator, done.id, "v2")).waits_for
    await lab.services.prompts.approve(ella, wish)
    assert await told(lab, done) == [("v2", "there", 2, lab.operator.name)]


async def test_another_model_becomes_a_version_that_names_it(lab: Lab) -> None:
    lab.fill(4)
    of = await kept(lab, "{{ good }}", model="lab:echo")
    done = await lab.ran(version(of, 1), VariantDraft("other", PromptChoice(id=of.id, version=1), model="no-usage"))
    will = await lab.service.promotion(lab.operator, done.id, "other")
    assert (will.ran, will.version, will.is_new) == (1, 2, True)
    assert (await lab.services.prompts.get(lab.operator, of.id)).latest == 1
    made = await lab.service.promote(lab.operator, done.id, "other", label="staging")
    assert (made.version, made.ran, made.is_new, made.label) == (2, 1, True, "staging")
    will = await lab.service.promotion(lab.operator, done.id, "other")
    assert (will.ran, will.version, will.is_new) == (1, 2, False)
    will = await lab.service.promotion(lab.operator, done.id, "v1")
    assert (will.ran, will.version, will.is_new) == (1, 1, False)
    content = (await lab.services.prompts.get_version(lab.operator, of.id, VersionRef("", 2))).content
    assert (content.model, content.text) == ("lab:no-usage", "{{ good }}")
    again = await lab.service.promote(lab.operator, done.id, "other", label="staging")
    assert again.version == 2


async def test_the_gate_knows_what_ran(lab: Lab) -> None:
    lab.services.prompts.gates[:] = [lab.service]
    lab.fill(30, wrong=range(1, 20))
    for row in lab.rows:
        del row.input["question"]
    of = await kept(lab, "{{ weak }}", "{{ good }}", model="lab:echo")
    await lab.service.require(lab.operator, "prompt", of.slug, Requirement(DATASET, ({"kind": "exact"},)))
    base_url = (await lab.services.providers.get(lab.operator, lab.provider_id)).base_url
    other = ProviderDraft("Other", base_url, (ModelDraft("echo"),), api_key="lab-key-0001", allow_private_address=True)
    await lab.services.providers.create(lab.operator, other)
    done = await lab.ran(version(of, 1), version(of, 2, model="other:echo"))
    with pytest.raises(GateRefused, match="must pass"):
        await lab.services.prompts.set_label(lab.operator, of.id, PRODUCTION, 2)
    lab.version = 2  # a row came
    with pytest.raises(GateRefused, match="must pass"):
        await lab.service.promote(lab.operator, done.id, "v2")
    with pytest.raises(InvalidInput):
        await lab.service.promote(lab.operator, done.id, "v2", label="not a label!")
    assert (await lab.services.prompts.get(lab.operator, of.id)).latest == 2
    lab.version = 1
    assert (await lab.service.promote(lab.operator, done.id, "v2")).version == 3


async def test_a_draft_of_a_flow_is_published_unless_it_changed(lab: Lab) -> None:
    lab.fill(3)
    flow = await lab.services.flows.create(lab.operator, "Desk", document=flows.echo())
    pair = [VariantDraft(name, flow=FlowChoice("desk", "draft")) for name in ("old", "new")]
    done = await lab.ran(*pair)
    will = await lab.service.promotion(lab.operator, done.id, "new")
    assert (will.kind, will.version) == ("flow", 1)
    made = await lab.service.promote(lab.operator, done.id, "new")
    assert (made.kind, made.version, made.label) == ("flow", 1, "")
    published = (await lab.services.flows.list_versions(lab.operator, flow.id)).items[0]
    assert done.id in published.comment
    assert await told(lab, done) == [("new", "there", 1, lab.operator.name)]
    await lab.services.flows.save_draft(lab.operator, flow.id, flows.greeting(), flow.draft_version)
    with pytest.raises(Conflict, match="has changed since"):
        await lab.service.promote(lab.operator, done.id, "new")
    await lab.services.flows.publish(lab.operator, "desk")
    assert await told(lab, done) == [("new", "left", 2, lab.operator.name)]


async def test_a_protected_flow_waits_for_somebody_else_with_its_evidence(lab: Lab) -> None:
    lab.fill(3)
    flow = await lab.services.flows.create(lab.operator, "Desk", document=flows.echo())
    await lab.services.flows.protect(lab.operator, "desk", protected=True)
    done = await lab.ran(*[VariantDraft(name, flow=FlowChoice("desk", "draft")) for name in ("old", "new")])
    ella = replace(lab.operator, user_id="user_ella", name="Ella")
    made = await lab.service.promote(lab.operator, done.id, "new")
    (waiting,) = await lab.services.flows.publish_approvals(lab.operator, flow.id)
    assert (made.waits_for, made.version, done.id in waiting.comment) == (waiting.id, 1, True)
    assert await told(lab, done) == [("new", "waits", None, lab.operator.name)]
    await lab.services.flows.refuse_publish(ella, waiting.id, "Not yet.")
    await lab.services.flows.approve_publish(ella, (await lab.service.promote(lab.operator, done.id, "new")).waits_for)
    assert await told(lab, done) == [("new", "there", 1, lab.operator.name)]


async def test_the_number_of_a_declined_promotion_is_another_flows(lab: Lab) -> None:
    lab.fill(3)
    flow = await lab.services.flows.create(lab.operator, "Desk", document=flows.echo())
    await lab.services.flows.protect(lab.operator, "desk", protected=True)
    done = await lab.ran(*[VariantDraft(name, flow=FlowChoice("desk", "draft")) for name in ("old", "new")])
    made = await lab.service.promote(lab.operator, done.id, "new")
    await lab.services.flows.withdraw_publish(lab.operator, made.waits_for)
    await lab.services.flows.protect(lab.operator, "desk", protected=False)
    await lab.services.flows.save_draft(lab.operator, flow.id, flows.greeting(), flow.draft_version)
    await lab.services.flows.publish(lab.operator, "desk")
    assert await told(lab, done) == [("new", "declined", 1, lab.operator.name)]


@pytest.mark.parametrize(
    ("variant", "label", "error", "words"),
    [
        ("old", PRODUCTION, Conflict, "a text of this experiment alone"),
        ("nobody", PRODUCTION, InvalidInput, "no variant called nobody"),
    ],
)
async def test_what_has_no_home_is_not_promoted(
    lab: Lab, variant: str, label: str, error: type[Exception], words: str
) -> None:
    lab.fill(3)
    done = await lab.ran()
    with pytest.raises(error, match=words):
        await lab.service.promote(lab.operator, done.id, variant, label=label)


async def test_only_an_end_is_a_verdict_and_only_editors_act_on_it(lab: Lab) -> None:
    lab.fill(3)
    waiting = await lab.service.create(lab.operator, lab.draft())
    with pytest.raises(WrongState):
        await lab.service.promote(lab.operator, waiting.id, "new")
    viewer = await operator_of(lab.services.identity, await join(lab.services.units, lab.operator, "Vera", Role.VIEWER))
    with pytest.raises(Forbidden):
        await lab.service.promote(viewer, waiting.id, "new")


async def test_two_who_promote_at_once_make_one_version(lab: Lab) -> None:
    lab.fill(20)
    prompts = lab.services.prompts
    kept = await prompts.create(lab.operator, NewPrompt("Support", Content(text="{{ good }}")))
    choice = PromptChoice(id=kept.id, version=1)
    done = await lab.ran(
        VariantDraft("plain", prompt=choice, model="echo"),
        VariantDraft("cool", prompt=choice, model="echo", parameters={"temperature": 0.1}),
    )
    made = await asyncio.gather(*(lab.service.promote(lab.operator, done.id, "cool") for _ in range(3)))
    assert {one.version for one in made} == {2}
    assert (await prompts.get(lab.operator, kept.id)).latest == 2
    assert [one.version for one in await prompts.moves(lab.operator, kept.id)] == [2]
    assert len(await told(lab, done)) == 1


async def test_only_what_ran_as_it_would_be_served_passes(lab: Lab) -> None:
    """A prompt that names no model is served on the project's; another model proves the version that names it."""
    lab.services.prompts.gates[:] = [lab.service]
    prompts, models = lab.services.prompts, lab.services.providers
    lab.fill(30)
    for row in lab.rows:
        del row.input["question"]
    base_url = (await models.get(lab.operator, lab.provider_id)).base_url
    other = ProviderDraft("Other", base_url, (ModelDraft("echo"),), api_key="lab-key-0001", allow_private_address=True)
    await models.create(lab.operator, other)
    await models.set_default(lab.operator, "lab:echo")
    of = await kept(lab, "{{ weak }}", "{{ good }}", model="")
    await prompts.set_label(lab.operator, of.id, PRODUCTION, 1)
    await lab.service.require(lab.operator, "prompt", of.slug, Requirement(DATASET, ({"kind": "exact"},)))
    await lab.ran(version(of, 1, model="other:echo"), version(of, 2))
    with pytest.raises(GateRefused) as refusal:
        await prompts.set_label(lab.operator, of.id, PRODUCTION, 2)
    assert refusal.value.hint.startswith("v1, which is in production, was measured as a variant on echo alone;")
    done = await lab.ran(version(of, 1), version(of, 2, model="other:echo"))
    with pytest.raises(GateRefused, match="must pass the dataset Questions") as refusal:
        await prompts.set_label(lab.operator, of.id, PRODUCTION, 2)
    words = "v2 was measured on echo alone; promote it from the experiment, or measure v2 with its own model."
    assert refusal.value.hint == words
    await models.set_default(lab.operator, "other:echo")  # now it is what ran
    said = (await prompts.get_version(lab.operator, of.id, VersionRef("", 2))).content.fingerprint()
    found = await lab.service.gate_result(lab.operator, "prompt", of.id, said, 2)
    assert (found.passed, found.experiment_id) == (True, done.id)
    await models.set_default(lab.operator, "lab:echo")
    made = await lab.service.promote(lab.operator, done.id, "v2")
    assert ((await prompts.get(lab.operator, of.id)).labels[PRODUCTION], made.version) == (3, 3)
