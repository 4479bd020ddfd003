"""The whole way on Postgres: a server and a worker share it, and the worker borrows the index."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.backend.cli.processes import family, left_of
from tests.serving import ROOT, Server, command

pytestmark = [pytest.mark.server, pytest.mark.enable_socket]
WARRANTY = "# Warranty\n\nThe warranty of a lantern lasts seven years from the day it was bought.\n"


@pytest.fixture(scope="module")
def postgres(make_postgres: Callable[[str], str]) -> str:
    return make_postgres("the_whole_way")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, postgres: str) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("postgres") / "data"
    with Server(data, SIGNALBOX_DATABASE=postgres, SIGNALBOX_MODELS="scripted") as running:
        yield running


@pytest.fixture(scope="module")
def api(server: Server) -> Iterator[httpx.Client]:
    key = server.make_key()
    with httpx.Client(base_url=server.base_url, headers={"X-API-Key": key}, timeout=60) as client:
        yield client


@pytest.fixture
def worker(server: Server) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        command("worker"), cwd=ROOT, env=server.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == f"worker-1 works beside {server.base_url}\n"
    yield process
    if process.poll() is None:
        process.kill()
    process.wait(10)


def wait_until_done(api: httpx.Client, document: str, seconds: float = 60) -> dict[str, object]:
    deadline = time.monotonic() + seconds
    while True:
        row: dict[str, object] = api.get(f"/api/documents/{document}").json()
        if row["status"] not in {"queued", "running"}:
            return row
        assert time.monotonic() < deadline, row
        time.sleep(0.1)


def knowledge_base(api: httpx.Client, name: str) -> str:
    made = api.post("/api/knowledge-bases", json={"name": name})
    assert made.status_code < 300, made.text
    return str(made.json()["id"])


def add_document(api: httpx.Client, base: str, name: str, text: str) -> str:
    sent = api.post(f"/api/knowledge-bases/{base}/documents", files={"files": (name, text.encode())})
    assert sent.status_code < 300, sent.text
    return str(sent.json()["documents"][0]["id"])


def question_flow(base: str) -> dict[str, object]:
    """A flow that asks one question and answers it out of a knowledge base."""
    nodes = [
        {"id": "ask", "kind": "input", "config": {"fields": [{"name": "question", "type": "text"}]}},
        {"id": "answer", "kind": "rag_answer", "config": {"knowledge_bases": [base]}},
        {"id": "out", "kind": "output", "config": {}},
    ]
    edges = [
        {"id": "e1", "source": "ask", "source_port": "question", "target": "answer", "target_port": "question"},
        {"id": "e2", "source": "answer", "source_port": "answer", "target": "out", "target_port": "value"},
    ]
    return {"format": "signalbox.flow/1", "nodes": nodes, "edges": edges, "layout": {}}


def test_from_a_document_to_a_cited_answer(api: httpx.Client) -> None:
    base = knowledge_base(api, "Handbook")
    done = wait_until_done(api, add_document(api, base, "warranty.md", WARRANTY))
    assert done["status"] == "done", done
    found = api.post(f"/api/knowledge-bases/{base}/search", json={"query": "warranty of a lantern"}).json()
    assert "seven years" in json.dumps(found)
    made = api.post("/api/flows", json={"name": "Question", "document": question_flow(base)})
    assert made.status_code < 300, made.text
    published = api.post("/api/flows/question/publish", json={"comment": "first"})
    assert published.status_code < 300, published.text
    ran = api.post("/api/flows/question/run", json={"input": {"question": "How long does the warranty last?"}})
    assert ran.status_code == 200, ran.text
    assert ran.json()["status"] == "done", ran.text
    assert "seven years" in json.dumps(ran.json()["output"])
    assert ran.json()["citations"]


def test_a_worker_ingests_what_the_server_then_finds(
    api: httpx.Client, server: Server, worker: subprocess.Popen[str]
) -> None:
    base = knowledge_base(api, "Many")
    documents = [
        add_document(api, base, f"note-{number}.md", f"# Note {number}\n\nLamp {number} burns green.\n")
        for number in range(12)
    ]
    assert [wait_until_done(api, document)["status"] for document in documents] == ["done"] * 12
    found = api.post(f"/api/knowledge-bases/{base}/search", json={"query": "Lamp 11 burns green", "limit": 50}).json()
    assert len(found["passages"]) >= 12
    # Both processes took part, and a worker's children are its own.
    assert len(family(worker.pid)) > 1
    os.kill(worker.pid, signal.SIGTERM)
    assert worker.wait(15) == 0
    assert (server.data / "logs" / "worker-1.log").exists()


def test_a_killed_worker_leaves_no_process_and_its_name_is_free(worker: subprocess.Popen[str], server: Server) -> None:
    before = family(worker.pid)
    worker.kill()
    worker.wait(5)
    assert not left_of(before)
    again = subprocess.Popen(command("worker"), cwd=ROOT, env=server.environment, stdout=subprocess.PIPE, text=True)
    assert again.stdout is not None
    assert again.stdout.readline().startswith("worker-1 works")
    again.terminate()
    assert again.wait(15) == 0


def test_the_server_is_well_on_postgres(server: Server) -> None:
    done = server.run("doctor")
    assert done.returncode == 0, done.stdout
    assert "postgres answers" in done.stdout


def test_a_worker_is_refused_on_sqlite_and_without_a_server(tmp_path: Path, postgres: str) -> None:
    alone = Server(tmp_path / "data")
    alone.data.mkdir()
    refused = alone.run("worker")
    assert refused.returncode == 1
    assert "A worker needs Postgres" in refused.stderr
    alone.environment["SIGNALBOX_DATABASE"] = postgres
    refused = alone.run("worker")
    assert refused.returncode == 1
    assert "No server runs" in refused.stderr
