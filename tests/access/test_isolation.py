"""Whoever belongs to one organisation finds nothing of another, in every configuration and over every edge."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlmodel import SQLModel

from backend.api.app import create_api
from backend.bootstrap import Services
from backend.errors import SignInNeeded
from backend.identity.errors import WrongCredentials
from backend.ids import new_id
from backend.trace_ids import caller_address
from tests.access import verdicts
from tests.access.naming import BODIES, bodies, experiment_on, of_experiments, of_the_log
from tests.access.world import PASSWORD, Side, World
from tests.tenancy import EVERYWHERE, SCOPES

pytestmark = pytest.mark.asyncio(loop_scope="module")
# What belongs to the other side in these is one's own as well: the route names nothing of anybody.
STATUS_OF_UNKNOWN = {404, 405, 409, 422}


async def rows_of(services: Services, side: Side) -> dict[str, list[Any]]:
    """Return all that the database holds of a side."""
    found = {}
    own = {"project_id": side.owner.project_id, "organisation_id": side.owner.organisation_id}
    async with services.units.read(EVERYWHERE) as session:
        connection = await session.connection()
        for table in SQLModel.metadata.sorted_tables:
            scope = next((one for one in SCOPES if one in table.c), "")
            if scope and table.name not in {"session", "audit_event", "audit_head", "api_key"}:
                rows = await connection.execute(select(table).where(table.c[scope] == own[scope]))
                found[table.name] = sorted(map(str, rows.all()))
    return found


@pytest_asyncio.fixture(loop_scope="module")
async def api(world: World) -> AsyncIterator[httpx.AsyncClient]:
    assert world
    transport = httpx.ASGITransport(create_api(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def asked(api: httpx.AsyncClient, headers: dict[str, str], route: str, ids: dict[str, str]) -> httpx.Response:
    method, _, path = route.partition(" ")
    caller_address.set(new_id("address"))
    body = BODIES.get(route)
    return await api.request(method, verdicts.address(path, ids), headers=headers, json=body)


def unknown(ids: dict[str, str]) -> dict[str, str]:
    """Return ids that look like these and that nothing has."""
    return {name: f"{value[:-6]}zzzzzz" for name, value in ids.items()}


def same(answer: httpx.Response, ids: dict[str, str]) -> tuple[int, str]:
    """Return status and words of an answer, without the ids that were asked for."""
    words = answer.text
    for value in ids.values():
        words = words.replace(value, "ID")
    return answer.status_code, words


@pytest.mark.security("4", "7", "10", "26", "30", "34")
async def test_a_foreign_id_reads_like_an_unknown_one_to_everybody(
    world: World, api: httpx.AsyncClient, ours: Side, theirs: Side
) -> None:
    before = await rows_of(world.services, ours)
    callers = [theirs.cookie(who) for who in ("owner", "admin", "editor", "viewer")]
    callers += [theirs.key("all"), {**theirs.key("all"), "X-Project-Id": theirs.owner.project_id}]
    num_refused = 0
    for method, path in verdicts.routes():
        if not any(f"{{{name}}}" in path for name in ours.ids):
            continue
        route = f"{method} {path}"
        for caller in callers:
            foreign = await asked(api, caller, route, ours.ids)
            known = await asked(api, caller, route, unknown(ours.ids))
            assert same(foreign, ours.ids) == same(known, unknown(ours.ids)), route
            assert foreign.status_code >= 400, route
            assert ours.word not in foreign.text, route
            num_refused += foreign.status_code in STATUS_OF_UNKNOWN
    assert num_refused > 60
    assert await rows_of(world.services, ours) == before


@pytest.mark.security("5", "7", "25")
async def test_lists_hold_nothing_of_the_other_side(api: httpx.AsyncClient, ours: Side, theirs: Side) -> None:
    num_read = 0
    for method, path in verdicts.routes():
        if method != "GET" or "{" in path:
            continue
        for caller in (theirs.cookie("owner"), theirs.cookie("viewer"), theirs.key("all")):
            answer = await asked(api, caller, f"GET {path}", {})
            assert ours.word not in answer.text, path
            num_read += theirs.word in answer.text
        mine = await asked(api, ours.cookie("owner"), f"GET {path}", {})
        assert theirs.word not in mine.text, path
    assert num_read > 10


@pytest.mark.security("25", "7")
async def test_a_foreign_project_is_not_entered(api: httpx.AsyncClient, ours: Side, theirs: Side) -> None:
    foreign, nowhere = ours.owner.project_id, "proj_nowhere"
    for headers, status in ((theirs.cookie("owner"), 404), (theirs.key("all"), 403)):
        told = [
            await api.get("/api/flows", headers={**headers, "X-Project-Id": project}) for project in (foreign, nowhere)
        ]
        assert [one.status_code for one in told] == [status, status]
        assert told[0].text == told[1].text
    file = f"/api/documents/{ours.ids['document_id']}/file?project_id="
    told = [await api.get(f"{file}{project}", headers=theirs.cookie("owner")) for project in (foreign, nowhere)]
    assert [one.status_code for one in told] == [404, 404]
    assert told[0].text == told[1].text


@pytest.mark.security("10")
async def test_a_foreign_file_is_not_read_in_any_form(api: httpx.AsyncClient, ours: Side, theirs: Side) -> None:
    ids, lost = ours.ids, unknown(ours.ids)
    for form in ("", "/file", "/chunks"):
        path = f"/api/documents/{{}}{form}"
        mine = await api.get(path.format(ids["document_id"]), headers=ours.cookie("owner"))
        foreign = await api.get(path.format(ids["document_id"]), headers=theirs.cookie("owner"))
        known = await api.get(path.format(lost["document_id"]), headers=theirs.cookie("owner"))
        assert mine.status_code == 200
        assert ours.word in mine.text
        assert (foreign.status_code, foreign.text) == (known.status_code, known.text) == (404, known.text)


@pytest.mark.security("11")
async def test_an_id_inside_a_body_opens_nothing(
    world: World, api: httpx.AsyncClient, ours: Side, theirs: Side
) -> None:
    before = await rows_of(world.services, ours)
    for (route, foreign), (_, lost) in zip(bodies(ours.ids), bodies(unknown(ours.ids)), strict=True):
        method, _, path = route.partition(" ")
        told = [await api.request(method, path, json=body, headers=theirs.cookie("owner")) for body in (foreign, lost)]
        assert same(told[0], ours.ids)[0] == same(told[1], unknown(ours.ids))[0], route
        assert ours.word not in told[0].text, route
    # A flow that names a foreign knowledge base may be drawn; a run of it finds what an unknown one finds.
    for name in ("thief", "thief-2"):
        ran = await api.post(
            f"/api/flows/{name}/run",
            json={"input": {"question": "How long can a sofa be returned?"}, "version": "draft"},
            headers=theirs.cookie("owner"),
        )
        assert ours.word not in ran.text
        assert ran.status_code in {200, 404, 422}, ran.text
        assert ran.json().get("status") != "done", ran.text
    chat = {"input": {"question": "x"}, "conversation_id": ours.ids["conversation_id"]}
    own_flow = await api.post(f"/api/flows/{theirs.ids['name']}/run", json=chat, headers=theirs.cookie("owner"))
    assert own_flow.status_code in {404, 422}
    assert await rows_of(world.services, ours) == before


@pytest.mark.security("11", "4")
async def test_an_id_in_a_filter_or_a_body_of_the_log_opens_nothing(
    world: World, api: httpx.AsyncClient, ours: Side, theirs: Side
) -> None:
    before, lost = await rows_of(world.services, ours), unknown(ours.ids)
    num_found = 0
    for (route, foreign), (unknown_route, known) in zip(
        of_the_log(theirs.ids, ours.ids), of_the_log(theirs.ids, lost), strict=True
    ):
        told = []
        for address, body in ((route, foreign), (unknown_route, known)):
            caller_address.set(new_id("address"))
            method, _, path = address.partition(" ")
            told.append(await api.request(method, path, json=body, headers=theirs.cookie("owner")))
        assert told[0].status_code == told[1].status_code < 500, (route, told[0].text)
        assert ours.word not in told[0].text, route
        if "conversation-search" in route or "alert-firings" in route:
            assert same(told[0], ours.ids) == same(told[1], lost), route
        num_found += told[0].status_code < 300
    assert num_found > 10  # most are answered, with nothing in it
    queue = await api.get(f"/api/annotation-queues/{theirs.ids['queue_id']}", headers=theirs.cookie("owner"))
    assert queue.json()["num_items"] == 1
    assert await rows_of(world.services, ours) == before


@pytest.mark.security("11")
@pytest.mark.parametrize("who", ["viewer", "reviewer", "editor"])
async def test_an_id_in_a_body_of_an_experiment_opens_nothing(
    world: World, api: httpx.AsyncClient, ours: Side, theirs: Side, who: str
) -> None:
    mine, foreign = await _with_experiment(api, theirs), await _with_experiment(api, ours)
    before, own = await rows_of(world.services, ours), await rows_of(world.services, theirs)
    answered, lost = set(), unknown(foreign)
    for one, other in zip(of_experiments(mine, foreign), of_experiments(mine, lost), strict=True):
        told, known = [await _sent(api, theirs.cookie(who), *asked) for asked in (one, other)]
        assert told.status_code == known.status_code < 500, (one, told.text)
        assert ours.word not in told.text, one
        if told.status_code < 400:
            answered.add(one[0])
        else:
            assert same(told, foreign) == same(known, lost), one
    # A list narrowed by an unknown id is empty; a version keeps the name of a model until it is asked.
    versions = {f"POST /api/prompts/{mine['prompt_id']}/versions"} if who == "editor" else set()
    assert answered == {f"GET /api/experiments?dataset_id={foreign['dataset_id']}", *versions}
    assert await rows_of(world.services, ours) == before
    if who != "editor":
        assert await rows_of(world.services, theirs) == own


async def _with_experiment(api: httpx.AsyncClient, side: Side) -> dict[str, str]:
    draft = experiment_on(side.ids["dataset_id"])
    made = await api.post("/api/experiments", json=draft, headers=side.cookie("editor"))
    return {**side.ids, "experiment_id": made.json()["id"]}


async def _sent(api: httpx.AsyncClient, caller: dict[str, str], route: str, body: Any) -> httpx.Response:
    method, _, path = route.partition(" ")
    caller_address.set(new_id("address"))
    return await api.request(method, path, json=body, headers=caller)


@pytest.mark.security("34")
async def test_a_foreign_stream_gives_no_byte(api: httpx.AsyncClient, ours: Side, theirs: Side) -> None:
    body = {"input": {"question": "x"}, "stream": True}
    mine = await api.post(f"/api/flows/{ours.ids['name']}/run", json=body, headers=ours.cookie("owner"))
    assert "event: run.done" in mine.text
    told = [
        await api.post(f"/api/flows/{flow}/run", json=body, headers=theirs.cookie("owner"))
        for flow in (ours.ids["name"], "flow_nowhere")
    ]
    assert [(one.status_code, one.headers["content-type"]) for one in told] == [(404, "application/json")] * 2
    assert told[0].text == told[1].text


@pytest.mark.security("4")
async def test_a_foreign_flow_runs_by_none_of_its_names(
    world: World, api: httpx.AsyncClient, ours: Side, theirs: Side
) -> None:
    before = await rows_of(world.services, ours)
    for caller in (theirs.cookie("owner"), theirs.key("all"), theirs.key("flows:run")):
        for act in ("run", "runs"):
            for version in ("published", "draft", 1):
                body = {"input": {"question": "x"}, "version": version}
                told = [
                    await api.post(f"/api/flows/{name}/{act}", json=body, headers=caller)
                    for name in (ours.ids["name"], "zebra-flow", "flow_nowhere", "no-such-flow")
                ]
                assert {(one.status_code, one.text) for one in told} == {(404, told[-1].text)}
    assert await rows_of(world.services, ours) == before


@pytest.mark.security("26")
async def test_a_foreign_conversation_is_not_continued(
    world: World, api: httpx.AsyncClient, ours: Side, theirs: Side
) -> None:
    before = await rows_of(world.services, ours)
    foreign, nowhere = ours.ids["conversation_id"], unknown(ours.ids)["conversation_id"]
    for caller in (theirs.cookie("owner"), theirs.key("all")):
        told = [
            await api.post(
                f"/api/flows/{theirs.ids['chat']}/run",
                json={"input": {"message": "Go on."}, "conversation_id": conversation},
                headers=caller,
            )
            for conversation in (foreign, nowhere)
        ]
        assert [one.status_code for one in told] == [404, 404]
        assert told[0].text == told[1].text
    begun = await api.post(
        f"/api/flows/{theirs.ids['chat']}/run", json={"input": {"message": "Hello"}}, headers=theirs.key("all")
    )
    assert begun.json()["conversation_id"], begun.text  # without this a refusal would mean nothing
    assert await rows_of(world.services, ours) == before


@pytest.mark.security("7", "39")
async def test_the_configuration_lets_in_by_its_own_way_alone(world: World, ours: Side) -> None:
    """Who was removed is out everywhere; where providers alone let in, passwords and links do not."""
    identity, signing_in = world.services.identity, world.services.sign_in
    with pytest.raises(SignInNeeded):
        await identity.by_session(ours.sessions["removed"])
    operator, _ = await identity.by_session(ours.sessions["owner"])
    assert operator.project_id == ours.owner.project_id
    if world.way == "providers only":
        with pytest.raises(WrongCredentials):
            await signing_in.by_password("owner@zebra.example", PASSWORD)
