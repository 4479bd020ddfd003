"""The main job over REST, once on each database: from a document to a grounded answer in a flow that was drawn."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest

from backend.cli.experiment import NOT_DONE
from tests.serving import Server, command, environment, free_port

pytestmark = pytest.mark.server
DEADLINE_SECONDS = 60
HANDBOOK = """# Lamps

## Guarantee

A Lumen desk lamp has a guarantee of seven years. The bulb is not part of it.

## Repair

Send a broken lamp to the workshop in Ghent. A repair takes nine working days.
"""
QUESTION = "How long is the guarantee of a Lumen desk lamp?"


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = {"SIGNALBOX_MODELS": "scripted"}
    if request.param == "postgres":
        make: Callable[[str], str] = request.getfixturevalue("make_postgres")
        settings["SIGNALBOX_DATABASE"] = make("main_job")
    with Server(tmp_path_factory.mktemp(request.param) / "data", **settings) as running:
        yield running


@pytest.fixture(scope="module")
def api(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(
        base_url=f"{server.base_url}/api", headers={"X-API-Key": server.make_key()}, timeout=60
    ) as client:
        yield client


@pytest.fixture(scope="module")
def base(api: httpx.Client) -> dict[str, Any]:
    """A knowledge base with one document, indexed."""
    base = api.post("/knowledge-bases", json={"name": "Lamps"}).raise_for_status().json()
    answer = api.post(f"/knowledge-bases/{base['id']}/documents", files={"files": ("lamps.md", HANDBOOK)})
    (document,) = answer.raise_for_status().json()["documents"]
    ended = wait(lambda: api.get(f"/documents/{document['id']}").json(), "status", {"done", "failed"})
    assert (ended["status"], ended["progress"], ended["error"] or "") == ("done", 100, "")
    assert ended["num_chunks"] >= 2
    assert ended["name"] == "lamps.md"
    return base


@pytest.fixture(scope="module")
def flow(api: httpx.Client, base: dict[str, Any]) -> dict[str, Any]:
    """A published flow that answers from the base."""
    made = api.post("/flows", json={"name": "Ask lamps", "document": drawn(base["id"])}).raise_for_status().json()
    assert made["slug"] == "ask-lamps"
    api.post("/flows/ask-lamps/publish", json={"comment": "First."}).raise_for_status()
    return made


def drawn(base_id: str) -> dict[str, Any]:
    nodes = [
        {"id": "in", "kind": "input", "config": {"fields": [{"name": "question"}]}},
        {"id": "search", "kind": "knowledge_search", "config": {"knowledge_bases": [base_id], "limit": 3}},
        {"id": "answer", "kind": "rag_answer", "config": {}},
        {"id": "out", "kind": "output", "config": {}},
    ]
    tracks = [
        ("in", "question", "search", "query"),
        ("in", "question", "answer", "question"),
        ("search", "passages", "answer", "passages"),
        ("answer", "answer", "out", "value"),
    ]
    return {
        "format": "signalbox.flow/1",
        "nodes": nodes,
        "edges": [
            {"id": f"e{number}", "source": a, "source_port": b, "target": c, "target_port": d}
            for number, (a, b, c, d) in enumerate(tracks)
        ],
        "layout": {node["id"]: {"x": 240 * number, "y": 0} for number, node in enumerate(nodes)},
    }


def wait(ask: Callable[[], dict[str, Any]], key: str, ends: set[str]) -> dict[str, Any]:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while (found := ask())[key] not in ends:
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    return found


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
def test_a_pipeline_here_and_elsewhere_goes_by_the_exit_code(server: Server, api: httpx.Client, tmp_path: Path) -> None:
    """The command in a process of its own: with an address and a key alone, and beside the server's data."""
    made = api.post("/datasets", json={"name": "Lamps"}).raise_for_status().json()
    rows = [{"input": {"question": f"q{number}"}, "expected_output": "x"} for number in range(4)]
    api.post(f"/datasets/{made['id']}/items", json=rows).raise_for_status()
    variants = [{"name": name, "prompt": {"template": "{{ question }}"}} for name in ("old", "new")]
    file, junit = tmp_path / "ci.json", tmp_path / "verdicts.xml"
    wish: dict[str, Any] = {"name": "CI", "dataset": "Lamps", "variants": variants}
    given = ("experiment", "run", str(file), "--gate", "--junit", str(junit))
    afar = environment(tmp_path / "nothing", free_port(), SIGNALBOX_API_KEY=api.headers["X-API-Key"])
    file.write_text(json.dumps({**wish, "evaluators": [{"kind": "regex", "pattern": "."}]}))
    done = subprocess.run(
        command(*given, "--server", server.base_url), cwd=tmp_path, env=afar, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    lines = done.stdout.splitlines()
    assert (lines[0].startswith("CI: exp_"), lines[-1].startswith("Passed: nothing got worse")) == (True, True)
    assert any(line.startswith("8 of 8 answers, 0 failed, $") for line in lines), lines
    assert ET.fromstring(junit.read_text()).get("name") == "CI"
    assert not (tmp_path / "nothing").exists()
    file.write_text(json.dumps({**wish, "evaluators": [{"kind": "contains", "values": ["?!"], "target": 0.9}]}))
    done = server.run(*given)
    assert (done.returncode, done.stderr) == (1, ""), done.stdout
    assert done.stdout.splitlines()[-1].startswith("Failed: contains of ")
    file.write_text(json.dumps({**wish, "evaluators": [{"kind": "nonsense"}]}))
    assert server.run(*given).returncode == NOT_DONE


@pytest.mark.parametrize("mode", ["semantic", "keyword", "hybrid"])
def test_each_mode_finds_the_passage(api: httpx.Client, base: dict[str, Any], mode: str) -> None:
    wish = {"query": QUESTION, "limit": 3, "mode": mode}
    found = api.post(f"/knowledge-bases/{base['id']}/search", json=wish).raise_for_status().json()
    assert "seven years" in json.dumps(found)


def test_a_published_flow_answers_with_citations(api: httpx.Client, flow: dict[str, Any]) -> None:
    answer = api.post(f"/flows/{flow['slug']}/run", json={"input": {"question": QUESTION}}).raise_for_status().json()
    assert answer["status"] == "done", answer
    assert "seven years" in json.dumps(answer["output"])
    assert answer["citations"]
    assert answer["usage"]
    assert answer["conversation_id"]
    kept = api.get(f"/runs/{answer['run_id']}").raise_for_status().json()
    assert (kept["status"], kept["output"]) == ("done", answer["output"])
    assert [node["status"] for node in kept["nodes"]] == ["done"] * 4


def test_a_stream_tells_the_nodes_and_the_tokens_in_order(api: httpx.Client, flow: dict[str, Any]) -> None:
    wish = {"input": {"question": QUESTION}, "stream": True}
    with api.stream("POST", f"/flows/{flow['id']}/run", json=wish) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = [line for line in answer.iter_lines() if line]
    events = [line.removeprefix("event: ") for line in lines if line.startswith("event: ")]
    data = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]
    assert set(events) <= {"node.started", "token", "node.done", "run.done"}
    assert events[0] == "node.started"
    assert events[-1] == "run.done"
    text = "".join(told["text"] for event, told in zip(events, data, strict=True) if event == "token")
    assert "seven years" in text
    assert data[-1]["status"] == "done"


def test_an_asynchronous_run_is_accepted_and_ends(api: httpx.Client, flow: dict[str, Any]) -> None:
    accepted = api.post(f"/flows/{flow['id']}/runs", json={"input": {"question": QUESTION}})
    assert accepted.status_code == 202
    run_id = accepted.json()["run_id"]
    ended = wait(lambda: api.get(f"/runs/{run_id}").json(), "status", {"done", "failed", "cancelled"})
    assert ended["status"] == "done", ended


def test_a_stale_save_is_refused_and_changes_nothing(api: httpx.Client, flow: dict[str, Any]) -> None:
    path = f"/flows/{flow['id']}"
    seen = api.get(path).json()
    saved = api.put(path, json={"version": seen["version"], "document": seen["document"], "description": "One"})
    saved.raise_for_status()
    stale = api.put(path, json={"version": seen["version"], "document": seen["document"], "description": "Two"})
    if saved.json()["version"] == seen["version"]:  # an identical document makes no new draft
        moved = {**seen["document"], "layout": {**seen["document"]["layout"], "in": {"x": 24, "y": 24}}}
        api.put(path, json={"version": seen["version"], "document": moved}).raise_for_status()
        stale = api.put(path, json={"version": seen["version"], "document": seen["document"], "description": "Two"})
    assert stale.status_code == 409
    assert api.get(path).json()["description"] == "One"


@pytest.mark.parametrize("plural", ["flows", "knowledge-bases", "providers"])
def test_lists_have_one_shape_and_page(api: httpx.Client, flow: dict[str, Any], plural: str) -> None:
    assert flow
    listed = api.get(f"/{plural}/", params={"limit": 1}).raise_for_status().json()
    assert set(listed) == {plural.replace("-", "_"), "next"}
    assert len(listed[plural.replace("-", "_")]) <= 1
    for limit in (0, 501):
        assert api.get(f"/{plural}", params={"limit": limit}).status_code == 422


@pytest.mark.parametrize(
    "path", ["flows/nothing", "runs/nothing", "documents/nothing", "knowledge-bases/nothing/documents"]
)
def test_what_is_unknown_is_not_found_in_a_sentence(api: httpx.Client, path: str) -> None:
    answer = api.get(f"/{path}")
    assert answer.status_code == 404
    assert answer.json()["detail"].endswith(".")
    assert answer.headers["X-Request-Id"]


def test_a_flow_with_errors_is_not_published_and_says_why(api: httpx.Client) -> None:
    api.post("/flows", json={"name": "Empty"}).raise_for_status()
    refused = api.post("/flows/empty/publish", json={})
    assert refused.status_code in {409, 422}
    assert refused.json()["detail"]


def test_two_flows_of_one_name_have_two_slugs(api: httpx.Client, flow: dict[str, Any]) -> None:
    again = api.post("/flows", json={"name": "Ask lamps"}).raise_for_status().json()
    assert again["slug"] != flow["slug"]
    taken = api.post("/flows", json={"name": "Other", "slug": flow["slug"]})
    assert taken.status_code == 409


def test_the_same_upload_under_one_key_is_one_document(api: httpx.Client, base: dict[str, Any]) -> None:
    path, headers = f"/knowledge-bases/{base['id']}/documents", {"Idempotency-Key": "upload-1"}
    answers = [api.post(path, files={"files": ("more.txt", "More about lamps.")}, headers=headers) for _ in range(2)]
    first, second = (answer.json()["documents"][0]["id"] for answer in answers)
    assert first == second
