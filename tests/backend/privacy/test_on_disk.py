"""A removal on a server as it runs: no word of the person is in its vectors, its objects, its uploads or its logs."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.factories.flows import document, form, node
from tests.planting import files_with
from tests.serving import Server

pytestmark = pytest.mark.server
DEADLINE_SECONDS = 60
PERSON, WORD, PASSAGE = "ada@lamps.example", "zwiebelkuchen", "schraubenzieher"
HANDBOOK = f"# Lamps\n\nA lamp is mended with a {PASSAGE}. A repair takes nine working days.\n"


@pytest.fixture(params=["sqlite", "postgres"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    settings = {"SIGNALBOX_MODELS": "scripted"}
    if request.param == "postgres":
        make: Callable[[str], str] = request.getfixturevalue("make_postgres")
        settings["SIGNALBOX_DATABASE"] = make("privacy_on_disk")
    with Server(tmp_path / "data", **settings) as running:
        yield running


@pytest.fixture
def api(server: Server) -> Iterator[httpx.Client]:
    headers = {"X-API-Key": server.make_key()}
    with httpx.Client(base_url=f"{server.base_url}/api", headers=headers, timeout=60) as client:
        yield client


def until(ask: Callable[[], Any], is_so: Callable[[Any], bool]) -> Any:
    """Ask until it is so."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not is_so(found := ask()):
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
    return found


def post(api: httpx.Client, path: str, body: Any) -> Any:
    answer = api.post(path, json=body)
    assert answer.is_success, answer.text
    return answer.json()


def published(api: httpx.Client, name: str, drawn: Any) -> str:
    slug = str(post(api, "/flows", {"name": name, "document": drawn.model_dump(mode="json")})["slug"])
    post(api, f"/flows/{slug}/publish", {})
    return slug


def searching(api: httpx.Client) -> str:
    """Publish a chat that looks in a document for what is said, and answers from it."""
    base = post(api, "/knowledge-bases", {"name": "Lamps"})["id"]
    added = api.post(f"/knowledge-bases/{base}/documents", files={"files": ("lamps.md", HANDBOOK)}).json()
    address = f"/documents/{added['documents'][0]['id']}"
    until(lambda: api.get(address).json()["status"], {"done", "failed"}.__contains__)
    nodes = [
        node("in", "input", {"mode": "chat", "fields": [{"name": "question"}]}),
        node("answer", "rag_answer", {"knowledge_bases": [base]}),
        node("out", "output"),
    ]
    return published(api, "Ask", document(nodes, [("in.question", "answer.question"), ("answer.answer", "out.value")]))


def failing(api: httpx.Client) -> str:
    """Publish a form that fails in a child process, with what was said in the error."""
    template = "{{ {}[in.question].there }}"
    nodes = [node("in", "input", form()), node("fails", "template", {"template": template}), node("out", "output")]
    return published(api, "Fails", document(nodes, [("in.question", "fails.data"), ("fails.text", "out.value")]))


def say_it(api: httpx.Client) -> str:
    """Let the person say the word by every way that has to do with files, children and the log of the server.

    Return the document that they were answered from.
    """
    chat, fails = searching(api), failing(api)
    said = f"Is a lamp mended by {WORD}?"
    asked = post(api, f"/flows/{chat}/run", {"input": {"question": said}, "user": PERSON})
    assert asked["citations"][0]["text"].count(PASSAGE) == 1  # the search found it
    failed = api.post(f"/flows/{fails}/run", json={"input": {"question": WORD}, "user": PERSON}).json()
    assert WORD in json.dumps(failed)
    row = {"id": "one", "user_id": PERSON, "question": said, "answer": f"Not by {WORD}."}
    answer = api.post("/conversations/import", files={"files": (f"{WORD}.jsonl", json.dumps(row).encode())})
    assert '"result"' in answer.text
    broken = api.post("/conversations/import", files={"files": (f"{WORD}.csv", f"{WORD}\n{WORD}".encode())})
    assert '"result"' not in broken.text
    assert api.post("/conversations", json={"session_id": WORD, "turn_count": WORD}).status_code == 422
    traced = api.post("/otlp/v1/traces", content=WORD.encode(), headers={"Content-Type": "application/json"})
    assert traced.status_code == 400
    return str(asked["citations"][0]["document_id"])


def test_a_removal_leaves_no_word_in_the_files_of_a_server(server: Server, api: httpx.Client) -> None:
    document_id = say_it(api)
    until(lambda: post(api, "/privacy/people/look", {"user": PERSON})["conversations"], lambda num: num == 3)
    removal = post(api, "/privacy/people/remove", {"user": PERSON})["id"]
    ended = until(lambda: api.get(f"/privacy/removals/{removal}").json(), lambda job: job["finished_at"] is not None)
    assert (ended["state"], ended["done"]) == ("done", 3)
    server.stop()
    # The eyes can see: the document is there still, as a file and in the index, and the log tells of what was done.
    assert files_with(server.data / "objects", PASSAGE)
    assert files_with(server.data / "vectors", document_id)
    assert files_with(server.data / "logs", "The template engine started")
    assert files_with(server.data, WORD, PERSON) == []
    assert WORD not in server.output
