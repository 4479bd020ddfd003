"""Flows, drafts and versions through the service."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.bootstrap import Services
from backend.errors import Conflict, Forbidden, InvalidInput, NotFound
from backend.flows.errors import FlowHasProblems, OperationRefused, StaleDraft
from backend.flows.types import FlowDocument, RunWish
from backend.operator import Operator, Permission
from backend.paging import Page
from tests.factories.flows import document, echo, fork, form, greeting, node


@pytest.fixture
async def operator(services: Services) -> Operator:
    return await services.identity.ensure_owner()


async def test_a_slug_is_made_of_the_name_and_is_free(services: Services, operator: Operator) -> None:
    first = await services.flows.create(operator, "Ärger & Rücksendung!")
    second = await services.flows.create(operator, "Arger, Rucksendung")
    assert (first.slug, second.slug) == ("arger-rucksendung", "arger-rucksendung-2")
    assert (await services.flows.get(operator, first.id)).slug == first.slug
    with pytest.raises(Conflict):
        await services.flows.create(operator, "Other", slug="arger-rucksendung")
    for bad in ("Über", "-x", "a b", "x" * 61, f"flow_{'0' * 32}"):
        with pytest.raises(InvalidInput):
            await services.flows.create(operator, "Other", slug=bad)


async def test_a_stale_save_is_refused_and_says_who_saved(services: Services, operator: Operator) -> None:
    flow = await services.flows.create(operator, "F", document=echo())
    other = replace(operator, name="Priya")
    saved = await services.flows.save_draft(other, flow.slug, greeting(), flow.draft_version)
    with pytest.raises(StaleDraft) as refused:
        await services.flows.save_draft(operator, flow.slug, fork(), flow.draft_version)
    assert "Priya" in refused.value.message
    assert refused.value.version == saved.version == 2
    edit = [{"op": "rename", "node": "input", "title": "Ask"}]
    with pytest.raises(StaleDraft):
        await services.flows.apply(operator, flow.slug, flow.draft_version, edit)
    standing = await services.flows.get(operator, flow.slug)
    assert standing.draft.as_json() == replace_plates(greeting(), saved.plates)


def replace_plates(document, plates):
    json = document.as_json()
    for one in json["nodes"]:
        one["plate"] = plates[one["id"]]
    return json


async def test_edits_answer_with_plates_problems_and_their_inverse(services: Services, operator: Operator) -> None:
    flow = await services.flows.create(operator, "F", document=echo())
    edit = [{"op": "add_node", "node": node("extra", "template"), "position": {"x": 10, "y": 0}}]
    saved = await services.flows.apply(operator, flow.slug, 1, edit)
    assert saved.plates == {"input": 1, "output": 2, "extra": 3} or set(saved.plates) == {"input", "output", "extra"}
    assert {problem.node for problem in saved.problems} == {"extra"}
    undone = await services.flows.apply(operator, flow.slug, saved.version, saved.inverse)
    assert undone.problems == []
    assert (await services.flows.get(operator, flow.slug)).draft == flow.draft
    with pytest.raises(OperationRefused):
        await services.flows.apply(
            operator, flow.slug, undone.version, [{"op": "move", "node": "gone", "x": 1, "y": 1}]
        )
    assert (await services.flows.get(operator, flow.slug)).draft_version == undone.version


async def test_what_has_errors_is_not_published_and_says_why(services: Services, operator: Operator) -> None:
    flow = await services.flows.create(operator, "F")
    with pytest.raises(FlowHasProblems) as refused:
        await services.flows.publish(operator, flow.slug)
    assert refused.value.message == "The flow cannot be published. The flow has no Input. (and 1 more)"
    with pytest.raises(FlowHasProblems):
        await services.runs.run(operator, flow.slug, RunWish({}, version="draft"))
    with pytest.raises(Conflict, match="not published"):
        await services.runs.run(operator, flow.slug, RunWish({"question": "x"}))


async def test_a_version_never_changes_and_comes_back_as_draft(services: Services, operator: Operator) -> None:
    flow = await services.flows.create(operator, "F", document=echo())
    first = (await services.flows.publish(operator, flow.slug, "first")).version
    with pytest.raises(Conflict, match="the same"):
        await services.flows.publish(operator, flow.slug)
    saved = await services.flows.save_draft(operator, flow.slug, greeting(), 1)
    assert (await services.flows.get(operator, flow.slug)).is_changed
    second = (await services.flows.publish(operator, flow.slug, "second", saved.version)).version
    assert first
    assert second
    assert (first.number, second.number) == (1, 2)
    listed = await services.flows.list_versions(operator, flow.slug)
    assert [(one.number, one.comment) for one in listed.items] == [(2, "second"), (1, "first")]
    await services.flows.restore(operator, flow.slug, 1, saved.version)
    assert (await services.flows.get(operator, flow.slug)).draft == flow.draft
    answers = [
        (await services.runs.run(operator, flow.slug, RunWish({"question": "you"}, version=version))).output
        for version in ("published", "draft", 1, 2)
    ]
    assert answers == [{"answer": "Hello you"}, {"answer": "you"}, {"answer": "you"}, {"answer": "Hello you"}]
    with pytest.raises(NotFound):
        await services.runs.run(operator, flow.slug, RunWish({"question": "you"}, version=3))


async def test_a_publish_is_run_at_once(services: Services, operator: Operator) -> None:
    """The look-up is remembered for a second: our own publish must end that."""
    flow = await services.flows.create(operator, "F", document=echo())
    await services.flows.publish(operator, flow.slug)
    await services.runs.run(operator, flow.slug, RunWish({"question": "you"}))
    await services.flows.save_draft(operator, flow.slug, greeting(), 1)
    await services.flows.publish(operator, flow.slug)
    assert (await services.runs.run(operator, flow.slug, RunWish({"question": "you"}))).output == {
        "answer": "Hello you"
    }
    await services.flows.delete(operator, flow.slug)
    with pytest.raises(NotFound):
        await services.runs.run(operator, flow.slug, RunWish({"question": "you"}))


async def test_a_deleted_flow_comes_back_and_its_runs_stay(services: Services, operator: Operator) -> None:
    flow = await services.flows.create(operator, "F", document=echo())
    run = await services.runs.run(operator, flow.slug, RunWish({"question": "x"}, version="draft"))
    await services.flows.delete(operator, flow.slug)
    with pytest.raises(NotFound):
        await services.flows.get(operator, flow.id)
    assert (await services.flows.list(operator)).items == []
    assert (await services.runs.get(operator, run.run_id)).run.output == {"answer": "x"}
    assert (await services.flows.create(operator, "F")).slug == "f"
    with pytest.raises(Conflict):
        await services.flows.undelete(operator, flow.id)
    await services.flows.delete(operator, "f")
    assert (await services.flows.undelete(operator, flow.id)).slug == "f"


async def test_another_project_sees_nothing(services: Services, operator: Operator) -> None:
    flow = await services.flows.create(operator, "F", document=echo())
    await services.flows.publish(operator, flow.slug)
    run = await services.runs.run(operator, flow.slug, RunWish({"question": "x"}))
    stranger = replace(operator, project_id="proj_other", user_id="user_other")
    calls = [
        lambda name: services.flows.get(stranger, name),
        lambda name: services.flows.delete(stranger, name),
        lambda name: services.flows.publish(stranger, name),
        lambda name: services.flows.list_versions(stranger, name),
        lambda name: services.flows.apply(stranger, name, 1, []),
        lambda name: services.runs.run(stranger, name, RunWish({"question": "x"})),
        lambda name: services.runs.enqueue(stranger, name, RunWish({"question": "x"})),
    ]
    for call in calls:
        for name in (flow.id, flow.slug, "flow_unknown"):
            with pytest.raises(NotFound) as refused:
                await call(name)
            assert refused.value.message == "There is no such flow."
    for call in (services.runs.get, services.runs.cancel):
        for run_id in (run.run_id, "run_unknown"):
            with pytest.raises(NotFound, match="There is no such run"):
                await call(stranger, run_id)
    assert (await services.flows.list(stranger)).items == []
    assert (await services.runs.list(stranger)).items == []


async def test_each_act_needs_its_permission(services: Services, operator: Operator) -> None:
    await services.flows.create(operator, "F", document=echo())
    nobody = replace(operator, permissions=frozenset())
    reader = replace(operator, permissions=frozenset({Permission.FLOWS_READ}))
    for call in (services.flows.list(nobody), services.flows.get(nobody, "f"), services.runs.list(nobody)):
        with pytest.raises(Forbidden):
            await call
    for call in (
        services.flows.create(reader, "G"),
        services.flows.save_draft(reader, "f", greeting(), 1),
        services.flows.publish(reader, "f"),
        services.flows.delete(reader, "f"),
        services.runs.run(reader, "f", RunWish({"question": "x"}, version="draft")),
        services.runs.stream(reader, "f", RunWish({"question": "x"}, version="draft")),
        services.runs.cancel(reader, "run_x"),
    ):
        with pytest.raises(Forbidden):
            await call


async def test_flows_and_runs_are_paged_newest_first(services: Services, operator: Operator) -> None:
    for number in range(5):
        await services.flows.create(operator, f"F{number}", document=echo())
    page = await services.flows.list(operator, Page(2))
    assert [flow.name for flow in page.items] == ["F4", "F3"]
    assert page.next is not None
    following = await services.flows.list(operator, Page(2, page.next))
    assert [flow.name for flow in following.items] == ["F2", "F1"]
    ids = [
        (await services.runs.run(operator, "f1", RunWish({"question": str(number)}, version="draft"))).run_id
        for number in range(3)
    ]
    runs = await services.runs.list(operator, Page(2), flow="f1")
    assert [run.id for run in runs.items] == ids[:0:-1]
    listed = {flow.slug: flow for flow in (await services.flows.list(operator)).items}
    assert listed["f1"].last_run is not None
    assert listed["f1"].last_run.id == ids[2]
    assert listed["f2"].last_run is None


async def test_a_model_that_is_gone_stands_in_the_checklist_and_keeps_a_flow_back(
    services: Services, operator: Operator
) -> None:
    def asking(model: str) -> FlowDocument:
        nodes = [node("input", "input", form()), node("say", "llm", {"user": "{{ input.question }}", "model": model})]
        return document(
            [*nodes, node("output", "output")], [("input.question", "say.data"), ("say.text", "output.value")]
        )

    made = await services.flows.create(operator, "Desk", document=asking("gone:small"))
    [found] = await services.flows.problems(operator, made.id)
    assert (found.sentence, found.node, found.plate, found.field) == (
        "There is no model 'gone:small'.",
        "say",
        2,
        "model",
    )
    with pytest.raises(FlowHasProblems, match="gone:small"):
        await services.flows.publish(operator, made.id)
    saved = await services.flows.save_draft(operator, made.id, asking("gone:small"), made.draft_version)
    assert [(one.plate, one.fix) for one in saved.problems] == [(2, "Choose one under Models.")]
    saved = await services.flows.save_draft(operator, made.id, asking(""), saved.version)
    assert saved.problems == []
