"""A repeated POST through a real FastAPI application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import StreamingResponse
from sqlalchemy import func
from sqlmodel import select

from backend.api import errors
from backend.api.access import SESSION_COOKIE, allowed
from backend.api.app import create_api
from backend.api.bodies import MAX_BODY_BYTES
from backend.api.idempotent import IdempotentRoute
from backend.bootstrap import Services
from backend.errors import InvalidInput
from backend.flows.errors import RunInterrupted
from backend.idempotency.models import IdempotencyRow
from backend.identity.permissions import Role
from backend.operator import Operator, Permission
from tests.factories.people import join
from tests.tenancy import EVERYWHERE

made: list[str] = []
began: list[str] = []
gates: list[asyncio.Event] = []
router = APIRouter(route_class=IdempotentRoute)


@router.post("/things", status_code=201)
async def make(body: dict[str, Any], operator: Annotated[Operator, allowed(Permission.FLOWS_EDIT)]) -> dict[str, str]:
    await asyncio.sleep(body.get("seconds", 0))
    if body.get("gated"):
        began.append("one")
        await gates[0].wait()
    if body.get("bad"):
        raise InvalidInput("No.")
    made.append(operator.project_id)
    if body.get("stops"):
        raise RunInterrupted("The server stops; the run goes on at its next start.")
    return {"id": str(len(made))}


@router.post("/streams")
async def stream(operator: Annotated[Operator, allowed(Permission.FLOWS_EDIT)]) -> StreamingResponse:
    async def words() -> AsyncIterator[bytes]:
        yield b"one"

    made.append(operator.project_id)
    return StreamingResponse(words())


@pytest.fixture
async def client(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    made.clear()
    began.clear()
    gates[:] = [asyncio.Event()]
    app = FastAPI()
    errors.install(app)
    app.include_router(router)
    key = await services.identity.create_key(await services.identity.ensure_owner(), "test")
    headers = {"X-API-Key": key.secret}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://test", headers=headers
    ) as found:
        yield found


async def test_the_same_request_twice_makes_one_thing(client: httpx.AsyncClient) -> None:
    first = await client.post("/things", json={"a": 1}, headers={"Idempotency-Key": "k"})
    second = await client.post("/things", json={"a": 1}, headers={"Idempotency-Key": "k"})
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second.headers["Idempotency-Replayed"] == "true"
    assert len(made) == 1


async def test_another_request_under_the_same_key_is_refused(client: httpx.AsyncClient) -> None:
    await client.post("/things", json={"a": 1}, headers={"Idempotency-Key": "k"})
    other = await client.post("/things", json={"a": 2}, headers={"Idempotency-Key": "k"})
    assert other.status_code == 422
    assert len(made) == 1


async def test_two_at_once_make_one_thing(client: httpx.AsyncClient) -> None:
    body = {"seconds": 0.3}
    answers = await asyncio.gather(
        *(client.post("/things", json=body, headers={"Idempotency-Key": "k"}) for _ in range(5))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    assert len(made) == 1


async def test_a_refused_request_may_be_sent_again(client: httpx.AsyncClient) -> None:
    for _ in range(2):
        assert (await client.post("/things", json={"bad": True}, headers={"Idempotency-Key": "k"})).status_code == 422
    assert made == []


async def _left_waiting(client: httpx.AsyncClient, body: dict[str, Any]) -> None:
    """Ask, and be cut off while the answer is made, as by a watch over one's rights."""
    asking = asyncio.create_task(client.post("/things", json=body, headers={"Idempotency-Key": "k"}))
    while not began:
        await asyncio.sleep(0.01)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking


async def test_a_call_that_was_cut_off_is_done_once(client: httpx.AsyncClient) -> None:
    body = {"gated": True}
    await _left_waiting(client, body)
    headers = {"Idempotency-Key": "k"}
    assert (await client.post("/things", json=body, headers=headers)).status_code == 409
    gates[0].set()
    while (answer := await client.post("/things", json=body, headers=headers)).status_code == 409:
        await asyncio.sleep(0.01)
    assert (answer.status_code, answer.headers["Idempotency-Replayed"]) == (201, "true")
    assert len(made) == 1


async def test_a_call_that_was_cut_off_and_failed_may_be_sent_again(client: httpx.AsyncClient) -> None:
    await _left_waiting(client, {"gated": True, "bad": True})
    gates[0].set()
    body = {"gated": True, "bad": True}
    while (answer := await client.post("/things", json=body, headers={"Idempotency-Key": "k"})).status_code == 409:
        await asyncio.sleep(0.01)
    assert answer.status_code == 422
    assert made == []


async def test_what_goes_on_without_its_answer_is_not_begun_again(client: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "k"}
    first = await client.post("/things", json={"stops": True}, headers=headers)
    again = await client.post("/things", json={"stops": True}, headers=headers)
    assert (first.status_code, again.status_code) == (503, 409)
    assert again.json()["detail"].startswith("The server stops; the run goes on at its next start.")
    assert len(made) == 1


async def test_what_was_streamed_is_not_begun_again(client: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "k"}
    assert (await client.post("/streams", json={}, headers=headers)).text == "one"
    assert (await client.post("/streams", json={}, headers=headers)).status_code == 409
    assert len(made) == 1


async def test_without_a_key_each_request_stands_for_itself(client: httpx.AsyncClient) -> None:
    await client.post("/things", json={})
    await client.post("/things", json={})
    assert len(made) == 2


async def test_without_a_credential_nothing_is_remembered(client: httpx.AsyncClient) -> None:
    client.headers.pop("X-API-Key")
    refused = await client.post("/things", json={}, headers={"Idempotency-Key": "k"})
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"] == "Bearer"


class Pouring(httpx.AsyncByteStream):
    """A body that counts what was taken of it."""

    def __init__(self, num_bytes: int) -> None:
        self._left = num_bytes
        self.taken = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while self._left > 0:
            self.taken += 65_536
            self._left -= 65_536
            yield b" " * 65_536


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "k"}])
async def test_nothing_is_read_of_a_stranger(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    """The shape of a body is no business of a stranger either: 401 comes before 422."""
    pouring = Pouring(MAX_BODY_BYTES)
    answer = await client.post(
        "/things", content=pouring, headers={**headers, "X-API-Key": "sbx_guessed", "Content-Type": "application/json"}
    )
    assert answer.status_code == 401
    assert pouring.taken == 0


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data; boundary=b"])
@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "k"}])
async def test_a_body_without_end_is_refused_early(
    client: httpx.AsyncClient, kind: str, headers: dict[str, str]
) -> None:
    pouring = Pouring(3 * MAX_BODY_BYTES)
    answer = await client.post("/things", content=pouring, headers={**headers, "Content-Type": kind})
    assert answer.status_code == 413
    assert "10 MB" in answer.json()["detail"]
    assert pouring.taken <= MAX_BODY_BYTES + 2 * 65_536


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": 1' + b"0" * 30 + b"}",
        b'{"a": 1' + b"0" * 9_000 + b"}",
        b'{"a": "\\ud800"}',
        b'{"\\u0000": 1}',
        b'{"a": "x\\\\\\u0000"}',
        b'{"a": "\xff"}',
    ],
)
async def test_json_that_no_database_could_keep_is_refused_in_words(client: httpx.AsyncClient, body: bytes) -> None:
    answer = await client.post("/things", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["detail"]
    assert not made


@pytest.mark.parametrize("body", [b'{"a": "\\\\u0000"}', b'{"a": "\\ud83d\\ude00"}', b'{"a": -9223372036854775808}'])
async def test_what_only_looks_like_it_is_taken(client: httpx.AsyncClient, body: bytes) -> None:
    assert (await client.post("/things", content=body, headers={"Content-Type": "application/json"})).status_code == 201


async def test_the_character_zero_in_an_address_is_refused(client: httpx.AsyncClient) -> None:
    assert (await client.post("/things?after=%00", json={})).status_code == 422


@router.post("/uploads", status_code=201)
async def take(request: Request, operator: Annotated[Operator, allowed(Permission.FLOWS_EDIT)]) -> dict[str, int]:
    made.append(operator.project_id)
    return {"length": len(await request.body())}


async def test_an_upload_is_told_from_another_of_the_same_length(client: httpx.AsyncClient) -> None:
    async def send(content: bytes) -> httpx.Response:
        return await client.post("/uploads", files={"file": ("a.md", content)}, headers={"Idempotency-Key": "u"})

    first, again = await send(b"one" * 50_000), await send(b"one" * 50_000)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (await send(b"two" * 50_000)).status_code == 422
    assert len(made) == 1


async def test_an_answer_is_nobody_elses(services: Services, client: httpx.AsyncClient) -> None:
    owner = await services.identity.ensure_owner()
    first = await client.post("/things", json={"a": 1}, headers={"Idempotency-Key": "k"})
    assert first.status_code == 201
    narrow = await services.identity.create_key(owner, "narrow", scopes=[Permission.PROJECT_READ])
    wide = await services.identity.create_key(owner, "wide")
    for key, status in ((narrow, 403), (wide, 201)):
        answer = await client.post("/things", json={"a": 1}, headers={"Idempotency-Key": "k", "X-API-Key": key.secret})
        assert answer.status_code == status
        assert "Idempotency-Replayed" not in answer.headers
    assert len(made) == 2


async def test_who_may_it_no_more_gets_no_answer_of_before(services: Services, client: httpx.AsyncClient) -> None:
    owner = await services.identity.ensure_owner()
    token = await join(services.units, owner, "Kai", Role.EDITOR)
    cookie = {"Cookie": f"{SESSION_COOKIE}={token}", "Idempotency-Key": "k", "Origin": "http://test"}
    client.headers.pop("X-API-Key")
    assert (await client.post("/things", json={"a": 1}, headers=cookie)).status_code == 201
    kai = (await services.identity.by_session(token))[0].user_id
    await services.identity.change_role(owner, kai, Role.VIEWER)
    assert (await client.post("/things", json={"a": 1}, headers=cookie)).status_code == 403


async def test_no_invitation_is_remembered(services: Services) -> None:
    owner = await services.identity.ensure_owner()
    key = await services.identity.create_key(owner, "test")
    headers = {"X-API-Key": key.secret, "Idempotency-Key": "k"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(create_api()), base_url="http://test") as api:
        first = await api.post("/api/invitations", json={"email": "a@b.example", "role": "viewer"}, headers=headers)
        assert (first.status_code, bool(first.json()["token"])) == (201, True)
    async with services.units.read(EVERYWHERE) as session:
        assert (await session.exec(select(func.count()).select_from(IdempotencyRow))).one() == 0
