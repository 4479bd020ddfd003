"""The statements of flows and runs, once on each database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from backend import bootstrap
from backend.columns import utc_now
from backend.engines.events.in_process import InProcessEvents
from backend.engines.templates.jinja import JinjaTemplates
from backend.errors import InvalidInput
from backend.flows.document import FlowDocument
from backend.flows.models import NodeRunRow, RunRow
from backend.flows.nodes.registry import KINDS
from backend.flows.published import Published
from backend.flows.repository.ownership import Ownership
from backend.flows.repository.runs import RunRepository
from backend.flows.service import FlowService
from backend.flows.types import RunStatus, RunWish
from backend.identity.service import IdentityService
from backend.ids import new_id
from backend.paging import Page
from backend.ports.database import Database
from backend.settings import Settings
from backend.unit_of_work import Units
from tests.factories.flows import document, echo, form, greeting, node
from tests.tenancy import EVERYWHERE


async def test_flows_live_through_their_whole_life(any_database: Database, templates: JinjaTemplates) -> None:
    units = Units(any_database)
    owner = await IdentityService(units).ensure_owner()
    flows = FlowService(units, InProcessEvents(), templates, KINDS, Published())
    made = await flows.create(owner, "Desk", document=echo(), description="For all.")
    assert (await flows.create(owner, "Desk")).slug == "desk-2"
    first = (await flows.publish(owner, "desk", "first")).version
    assert first is not None
    assert first.number == 1
    saved = await flows.apply(owner, "desk", 1, [{"op": "rename", "node": "input", "title": "Ask"}])
    second = (await flows.publish(owner, "desk", "second", saved.version)).version
    assert second is not None
    assert (second.number, second.approved_by) == (2, "")
    saved = await flows.save_draft(owner, "desk", greeting(), saved.version)
    assert [version.number for version in (await flows.list_versions(owner, "desk", Page(1))).items] == [2]
    assert [version.number for version in (await flows.list_versions(owner, "desk", Page(5, "2"))).items] == [1]
    await flows.restore(owner, "desk", 1, saved.version)
    assert (await flows.get(owner, made.id)).draft == made.draft
    renamed = await flows.rename(owner, "desk", new_name="Support", slug="support")
    assert (renamed.name, renamed.slug) == ("Support", "support")
    await flows.delete(owner, "support")
    assert [flow.slug for flow in (await flows.list(owner)).items] == ["desk-2"]
    assert (await flows.undelete(owner, made.id)).slug == "support"
    assert [flow.slug for flow in (await flows.list(owner)).items] == ["desk-2", "support"]


async def test_what_no_database_keeps_is_taken_out_of_a_flow(any_database: Database, templates: JinjaTemplates) -> None:
    """NUL and a lone half of a surrogate pair; two halves together are an emoji. All else of the save stands."""
    units = Units(any_database)
    owner = await IdentityService(units).ensure_owner()
    flows = FlowService(units, InProcessEvents(), templates, KINDS, Published())
    odd, clean = "a\0\ud83d\ude00\ud800", "a😀\ufffd"

    def talk(text: str) -> FlowDocument:
        nodes = [
            node("input", "input", form()),
            node("hello", "template", {"template": text}),
            node("output", "output"),
        ]
        return document(nodes, [("input.question", "hello.data"), ("hello.text", "output.value")])

    made = await flows.create(owner, "De\0sk", document=talk(odd), description=odd)
    assert (made.name, made.description, made.draft.nodes[1].config) == ("Desk", clean, {"template": clean})
    edits = [
        {"op": "rename", "node": "hello", "title": odd},
        {"op": "configure", "node": "hello", "config": {odd: [odd], "template": "Hello"}},
    ]
    await flows.apply(owner, "desk", 1, edits)
    kept = (await flows.get(owner, "desk")).draft.nodes[1]
    assert (kept.title, kept.config) == (clean, {clean: [clean], "template": "Hello"})
    saved = await flows.save_draft(owner, "desk", talk(f"{odd} b"), 2)
    kept = (await flows.get(owner, "desk")).draft.nodes[1]
    assert (kept.config, saved.plates["hello"]) == ({"template": f"{clean} b"}, kept.plate)
    said = (await flows.publish(owner, "desk", odd)).version
    assert said is not None
    assert said.comment == clean
    twins = talk("Hello").as_json()
    twins["edges"][0]["id"], twins["edges"][1]["id"] = "a", "a\0"
    with pytest.raises(InvalidInput, match="two edges have the same id"):
        await flows.save_draft(owner, "desk", FlowDocument.model_validate(twins), 3)


async def test_what_no_database_keeps_is_taken_out_of_a_chat(
    settings: Settings, make_postgres: Callable[[str], str]
) -> None:
    """Out of the question, and out of what a template makes of it."""
    running = await bootstrap.start(settings.model_copy(update={"database": make_postgres("chat")}), serving=False)
    try:
        owner = await running.identity.ensure_owner()
        nodes = [node("input", "input"), node("talk", "template", {"template": r'{{ input.question }} {{ "\x00b" }}'})]
        edges = [("input.question", "talk.data"), ("talk.text", "output.value")]
        flow = document([*nodes, node("output", "output")], edges)
        slug = (await running.flows.create(owner, "Chat", document=flow)).slug
        asked = RunWish({"question": "a\0\ud83d\ude00\ud800"}, "draft")
        result = await running.runs.run(owner, slug, asked)
        assert result.output == {"answer": "a😀\ufffd b"}
        transcript = await running.conversations.transcript(owner, str(result.conversation_id))
        assert [message.text for message in transcript.messages] == ["a😀\ufffd", "a😀\ufffd b"]
    finally:
        await bootstrap.stop(running)


async def test_two_saves_at_once_keep_one(any_database: Database, templates: JinjaTemplates) -> None:
    units = Units(any_database)
    owner = await IdentityService(units).ensure_owner()
    flows = FlowService(units, InProcessEvents(), templates, KINDS, Published())
    await flows.create(owner, "Desk", document=echo())
    edits = [[{"op": "rename", "node": "input", "title": f"By {number}"}] for number in range(8)]
    told = await asyncio.gather(*(flows.apply(owner, "desk", 1, edit) for edit in edits), return_exceptions=True)
    kept = [edit[0]["title"] for edit, answer in zip(edits, told, strict=True) if not isinstance(answer, Exception)]
    assert len(kept) == 1
    draft = await flows.get(owner, "desk")
    assert (draft.draft_version, draft.draft.nodes[0].title) == (2, kept[0])


STEP = {"tool": "look_up", "arguments": {"number": "a-1"}, "failed": False, "time_ms": 1.5}


async def test_what_answered_and_was_called_is_read_from_the_nodes(any_database: Database) -> None:
    units = Units(any_database)
    owner = await IdentityService(units).ensure_owner()
    made = await FlowService(units, InProcessEvents(), None, KINDS, Published()).create(owner, "Desk")  # type: ignore[arg-type]  # as above
    run = RunRow(
        id="run_1",
        project_id=owner.project_id,
        flow_id=made.id,
        snapshot_id="s",
        status="done",
        trigger="api",
        input={},
    )
    details = {
        "one": {"model": "a:b", "steps": []},
        "two": {"model": "c:d", "steps": [STEP]},
        "three": {"model": "a:b"},
        "four": {},
    }
    async with units.write(EVERYWHERE) as work:
        work.session.add(run)
        await work.session.flush()
        for name, detail in details.items():
            work.session.add(NodeRunRow(run_id=run.id, node=name, attempt=1, status="done", detail=detail))
    async with units.read(EVERYWHERE) as session:
        assert await Ownership(session).models_that_answered([run.id, "run_2"]) == {"run_1": {"a:b", "c:d"}}
        assert await Ownership(session).models_that_answered([]) == {}
        assert await Ownership(session).steps([run.id, "run_2"]) == {"run_1": [STEP]}
        assert await Ownership(session).steps([]) == {}


async def test_a_queued_run_is_claimed_once_and_changes_hands_whole(any_database: Database) -> None:
    units = Units(any_database)
    owner = await IdentityService(units).ensure_owner()
    flows = FlowService(units, InProcessEvents(), None, KINDS, Published())  # type: ignore[arg-type]  # no template is read
    made = await flows.create(owner, "Desk")
    run_id = new_id("run")
    async with units.write(EVERYWHERE) as work:
        work.session.add(
            RunRow(
                id=run_id,
                project_id=owner.project_id,
                flow_id=made.id,
                snapshot_id="s",
                status="queued",
                trigger="api",
                input={"question": "x"},
            )
        )

    async def claim(worker: str) -> int | None:
        async with units.write(EVERYWHERE) as work:
            return await Ownership(work.session).claim(run_id, worker, utc_now())

    claims = await asyncio.gather(*(claim(f"worker_{number}") for number in range(6)))
    assert sorted(claims, key=str) == [1, None, None, None, None, None]
    owning = f"worker_{claims.index(1)}"
    async with units.write(EVERYWHERE) as work:
        ownership = Ownership(work.session)
        await ownership.beat(owning)
        assert await ownership.owners() == {owning}
        assert await ownership.take_over(owning, "heir") == [(run_id, 2)]
        assert await ownership.beats() == {}
        assert await ownership.take_back(run_id, owning) is None
        assert await ownership.take_back(run_id, "heir") == 3
        assert await ownership.owned("heir") == {run_id}
    async with units.write(EVERYWHERE) as work:
        rows = RunRepository(work.session, owner.project_id)
        await rows.ask_to_cancel(run_id)
        assert await Ownership(work.session).asked_to_cancel([run_id]) == [run_id]
        assert not await rows.cancel_idle(run_id, "Cancelled.", utc_now())
        found = await rows.run(run_id)
        assert found is not None
        assert found[0].status == RunStatus.RUNNING, "only a queued run is ended from outside"
        assert (await rows.last_runs([made.id]))[made.id].id == run_id
    async with units.write(EVERYWHERE) as work:
        kept_back = await Ownership(work.session).row(run_id)
        assert kept_back is not None
        kept_back.output, kept_back.citations = {"answer": "A draft"}, [{"number": 1}]
        work.session.add(kept_back)
    async with units.write(EVERYWHERE) as work:
        await Ownership(work.session).give_up(run_id, 3, "It cannot go on.", utc_now())
    async with units.read(EVERYWHERE) as session:
        row = await Ownership(session).row(run_id)
    assert row is not None
    assert (row.status, row.error, row.output, row.citations) == ("failed", "It cannot go on.", None, [])
