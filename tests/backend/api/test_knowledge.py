"""Knowledge bases and documents through the real application."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from backend.api.app import create_api
from backend.api.documents import UPLOADS
from backend.api.wire import without_trailing_slash
from backend.bootstrap import Services
from backend.knowledge import tasks
from backend.operator import Permission
from tests.factories.samples import MARKDOWN, samples

BOUNDARY = "cut-here"
MULTIPART = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


@pytest.fixture
async def client(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    key = await services.identity.create_key(await services.identity.ensure_owner(), "test")
    transport = httpx.ASGITransport(without_trailing_slash(create_api()), raise_app_exceptions=False)
    headers = {"X-API-Key": key.secret}
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as found:
        yield found


@pytest.fixture
async def base(client: httpx.AsyncClient) -> str:
    made = await client.post("/api/knowledge-bases", json={"name": "Help centre"})
    assert made.status_code == 201
    return str(made.json()["id"])


@pytest.fixture
def small(services: Services) -> Services:
    """Let a document have 1,000 bytes at most."""
    services.knowledge._parts = replace(services.knowledge._parts, max_document_bytes=1_000)
    return services


def files(*named: tuple[str, bytes]) -> list[tuple[str, tuple[str, bytes]]]:
    return [("files", one) for one in named]


async def upload(client: httpx.AsyncClient, base: str, *named: tuple[str, bytes]) -> httpx.Response:
    return await client.post(f"/api/knowledge-bases/{base}/documents", files=files(*named))


def left_behind(services: Services) -> list[Any]:
    return list((services.settings.folder / UPLOADS).rglob("*"))


async def test_a_base_is_made_read_changed_and_deleted(client: httpx.AsyncClient, base: str) -> None:
    read = (await client.get(f"/api/knowledge-bases/{base}/")).json()
    assert (read["name"], read["version"], read["num_documents"]) == ("Help centre", 1, 0)
    change = {"version": 1, "name": "Desk", "description": "", "chunk_size": 500, "chunk_overlap": 50}
    assert (await client.put(f"/api/knowledge-bases/{base}", json=change)).json()["version"] == 2
    stale = await client.put(f"/api/knowledge-bases/{base}", json=change)
    assert stale.status_code == 409
    assert "Someone else" in stale.json()["detail"]
    listed = (await client.get("/api/knowledge-bases")).json()
    assert [one["name"] for one in listed["knowledge_bases"]] == ["Desk"]
    assert listed["next"] is None
    assert (await client.delete(f"/api/knowledge-bases/{base}")).status_code == 204
    assert (await client.get(f"/api/knowledge-bases/{base}")).status_code == 404


@pytest.mark.parametrize("extra", ["project_id", "id", "created_at", "owner_id", "version"])
async def test_a_field_that_nobody_may_set_is_refused(client: httpx.AsyncClient, extra: str) -> None:
    answer = await client.post("/api/knowledge-bases", json={"name": "Mine", extra: "x"})
    assert answer.status_code == 422


async def test_files_become_documents_whose_passages_are_found(
    client: httpx.AsyncClient, services: Services, base: str
) -> None:
    answer = await upload(client, base, *samples().items())
    assert answer.status_code == 201
    documents = answer.json()["documents"]
    assert [document["name"] for document in documents] == list(samples())
    assert {document["status"] for document in documents} == {"queued"}
    assert answer.json()["refused"] == []
    assert left_behind(services) == []
    for document in documents:
        await tasks.ingest_document(services.knowledge._parts, document["id"])
    read = (await client.get(f"/api/documents/{documents[0]['id']}")).json()
    assert (read["status"], read["progress"], read["num_chunks"], read["error"]) == ("done", 100, 2, None)
    question = {"query": "How long may I send back furniture?", "limit": 2, "mode": "hybrid"}
    found = (await client.post(f"/api/knowledge-bases/{base}/search", json=question)).json()["passages"]
    assert found[0]["document_id"] == documents[0]["id"]
    assert len(found) == 2
    ranks = (await client.post(f"/api/knowledge-bases/{base}/ranks", json={"query": "leather"})).json()
    assert ranks["keyword"]["passages"][0]["document_name"] == "care.docx"
    chunks = (await client.get(f"/api/documents/{documents[0]['id']}/chunks?limit=1")).json()
    assert (chunks["chunks"][0]["ordinal"], chunks["next"]) == (0, "0")
    rest = (await client.get(f"/api/documents/{documents[0]['id']}/chunks?after=0")).json()
    assert ([chunk["ordinal"] for chunk in rest["chunks"]], rest["next"]) == ([1], None)


async def test_a_download_is_never_shown_by_a_browser(client: httpx.AsyncClient, base: str) -> None:
    html = samples()["collection.html"]
    [document] = (await upload(client, base, ("über.html", html))).json()["documents"]
    answer = await client.get(f"/api/documents/{document['id']}/file")
    assert answer.content == html
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''%C3%BCber.html"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]


async def test_the_same_file_twice_is_told_and_not_made_twice(client: httpx.AsyncClient, base: str) -> None:
    first = (await upload(client, base, ("a.md", MARKDOWN.encode()))).json()["documents"][0]
    second = (await upload(client, base, ("b.md", MARKDOWN.encode()))).json()["documents"][0]
    assert (first["already_here"], second["already_here"]) == (False, True)
    assert (second["id"], second["beside"]) == (first["id"], None)
    beside = (await upload(client, base, ("a.md", b"Other words."), ("c.md", b"Of no namesake."))).json()["documents"]
    assert [one["beside"] for one in beside] == [first["id"], None]
    third = (await upload(client, base, ("a.md", b"Words of a third."))).json()["documents"][0]
    assert third["beside"] == beside[0]["id"], "the newest of the name"


async def test_a_file_replaces_the_documents_of_its_name(
    client: httpx.AsyncClient, services: Services, base: str
) -> None:
    path = f"/api/knowledge-bases/{base}/documents"

    async def ids() -> list[str]:
        return [document["id"] for document in (await client.get(path)).json()["documents"]]

    [first] = (await upload(client, base, ("a.md", b"One."))).json()["documents"]
    sent = files(("a.md", b"Two."), ("x/a.md", b"Three."))
    told = (await client.post(path, params={"replace": "true"}, files=sent)).json()
    [second] = told["documents"]
    assert (second["beside"], second["num_beside"], second["replaces"]) == (first["id"], 1, True)
    assert told["refused"][0]["detail"] == "Another file of this request is named “a.md” too. Send it by itself."
    assert (await client.get(f"/api/documents/{second['id']}")).json()["replaces_older"]
    await tasks.ingest_document(services.knowledge._parts, second["id"])
    assert await ids() == [second["id"]]
    [third] = (await upload(client, base, ("a.md", b"Four."))).json()["documents"]
    await tasks.ingest_document(services.knowledge._parts, third["id"])
    replace_older = f"/api/documents/{third['id']}/replace-older"
    assert (await client.post(replace_older)).json()["id"] == third["id"]
    assert ((await client.post(replace_older)).status_code, await ids()) == (409, [third["id"]])


async def test_a_repeated_upload_is_answered_as_before(client: httpx.AsyncClient, base: str) -> None:
    send = {"files": files(("a.txt", b"Words.")), "headers": {"Idempotency-Key": "k"}}
    first = await client.post(f"/api/knowledge-bases/{base}/documents", **send)
    second = await client.post(f"/api/knowledge-bases/{base}/documents", **send)
    assert first.json() == second.json()
    assert not second.json()["documents"][0]["already_here"]


async def test_a_file_that_is_too_large_is_refused_and_its_space_is_free_again(
    client: httpx.AsyncClient, small: Services, base: str
) -> None:
    answer = await upload(client, base, ("big.txt", b"x" * 5_000))
    assert answer.status_code == 413
    assert "larger than" in answer.json()["detail"]
    assert left_behind(small) == []
    mixed = await upload(client, base, ("big.txt", b"x" * 5_000), ("good.txt", b"Fine."))
    assert mixed.status_code == 201
    assert [document["name"] for document in mixed.json()["documents"]] == ["good.txt"]
    assert [refused["name"] for refused in mixed.json()["refused"]] == ["big.txt"]


async def test_a_request_of_many_large_files_is_refused_before_it_is_read(
    client: httpx.AsyncClient, small: Services, base: str
) -> None:
    num_read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal num_read
        yield f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n'.encode()
        while True:
            num_read += 1_000
            yield b"x" * 1_000

    path = f"/api/knowledge-bases/{base}/documents"
    declared = await client.post(path, content=endless(), headers=MULTIPART | {"Content-Length": "99999999"})
    assert (declared.status_code, num_read) == (413, 0)
    undeclared = await client.post(path, content=endless(), headers=MULTIPART)
    assert undeclared.status_code == 413
    assert num_read < 20_000
    assert left_behind(small) == []


@pytest.mark.parametrize("name", ["../../../etc/passwd", "..%2f..%2fetc", "/etc/passwd", "C:\\boot.ini", "..", "."])
async def test_a_name_with_a_path_stays_a_name(
    client: httpx.AsyncClient, services: Services, base: str, name: str
) -> None:
    [document] = (await upload(client, base, (name, f"About {name}".encode()))).json()["documents"]
    assert "/" not in document["name"]
    assert "\\" not in document["name"]
    assert document["name"] not in {"..", "."}
    stored = [path for path in (services.settings.folder / "objects").rglob("*") if path.is_file()]
    assert [path.name for path in stored] == [document["id"]]


def _part(name: str, head: str = 'form-data; name="files"; filename="a.txt"') -> bytes:
    return f"--{BOUNDARY}\r\nContent-Disposition: {head}\r\n\r\n{name}\r\n".encode()


END = f"--{BOUNDARY}--\r\n".encode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "did not arrive whole"),
        (b"no multipart at all", "did not arrive whole"),
        (_part("cut off"), "did not arrive whole"),
        (_part("cut off")[:-20], "did not arrive whole"),
        (END, "no file"),
        (_part("x", 'form-data; name="files"') + END, "no file"),
        (_part("x", 'form-data; name="other"; filename="a"') + END, "no file"),
        (b"".join(_part(str(n)) for n in range(201)) + END, "at most 200 files"),
        (f"--{BOUNDARY}\r\nX: {'y' * 9_000}\r\n\r\n".encode() + END, "did not arrive whole"),
    ],
)
async def test_a_broken_upload_is_refused_in_words_and_leaves_nothing(
    client: httpx.AsyncClient, services: Services, base: str, content: bytes, words: str
) -> None:
    answer = await client.post(f"/api/knowledge-bases/{base}/documents", content=content, headers=MULTIPART)
    assert answer.status_code == 422, answer.text
    assert words in answer.json()["detail"]
    assert left_behind(services) == []


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data", "text/plain", ""])
async def test_an_upload_of_another_content_type_is_refused(client: httpx.AsyncClient, base: str, kind: str) -> None:
    body = b'{"files": [{"filepath": "/etc/passwd"}]}'
    answer = await client.post(f"/api/knowledge-bases/{base}/documents", content=body, headers={"Content-Type": kind})
    assert answer.status_code == 422


async def test_a_base_that_is_not_there_is_told_before_the_body_is_read(client: httpx.AsyncClient) -> None:
    async def never() -> AsyncIterator[bytes]:
        raise AssertionError("the body was read")
        yield b""

    answer = await client.post("/api/knowledge-bases/kb_gone/documents", content=never(), headers=MULTIPART)
    assert answer.status_code == 404


async def test_a_document_is_cancelled_retried_deleted_and_restored(client: httpx.AsyncClient, base: str) -> None:
    [document] = (await upload(client, base, ("a.txt", b"Words."))).json()["documents"]
    path = f"/api/documents/{document['id']}"
    assert (await client.post(f"{path}/retry")).status_code == 409
    assert (await client.post(f"{path}/cancel")).json()["status"] == "cancelled"
    assert (await client.post(f"{path}/retry")).json()["status"] == "queued"
    assert (await client.delete(f"{path}?undo=true")).status_code == 204
    assert (await client.get(path)).status_code == 404
    assert (await client.post(f"{path}/restore")).json()["status"] == "queued"
    assert (await client.delete(path)).status_code == 204
    assert (await client.post(f"{path}/restore")).status_code == 409


@functools.cache
def _routes() -> list[tuple[str, str]]:
    paths = create_api().openapi()["paths"]
    named = {path: methods for path, methods in paths.items() if "knowledge" in path or "document" in path}
    return [
        (method.upper(), path.replace("{knowledge_base_id}", "kb_1").replace("{document_id}", "doc_1"))
        for path, methods in named.items()
        for method in methods
    ]


def test_the_routes_of_knowledge_are_all_looked_at() -> None:
    assert len(_routes()) == 17


async def test_no_route_answers_without_a_key(client: httpx.AsyncClient) -> None:
    answers = {
        route: (await client.request(*route, headers={"X-API-Key": ""}, json={})).status_code for route in _routes()
    }
    assert answers == dict.fromkeys(_routes(), 401)


async def test_a_key_that_may_only_read_changes_nothing(
    client: httpx.AsyncClient, services: Services, base: str
) -> None:
    owner = await services.identity.ensure_owner()
    reader = replace(owner, permissions=frozenset({Permission.KNOWLEDGE_READ, Permission.KEYS_MANAGE}))
    headers = {"X-API-Key": (await services.identity.create_key(reader, "reader")).secret}
    assert (await client.get(f"/api/knowledge-bases/{base}", headers=headers)).status_code == 200
    for method, path in sorted(_routes()):
        if method != "GET" and not path.endswith(("/search", "/ranks")):
            assert (await client.request(method, path, headers=headers, json={})).status_code == 403
    refused = await client.delete(f"/api/knowledge-bases/{base}", headers=headers)
    assert refused.status_code == 403
