"""A whole server that is killed, and one whose disk is full."""

from __future__ import annotations

import os
import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.factories.samples import handbook
from tests.serving import Server, command

pytestmark = pytest.mark.server
NUM_PASSAGES = 6_000
SLOW_SECONDS = 90


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path / "data", SIGNALBOX_MODELS="scripted")
    running.start()
    yield running
    running.kill()


def client_of(server: Server) -> httpx.Client:
    key = server.make_key()
    return httpx.Client(base_url=server.base_url, headers={"X-API-Key": key}, timeout=30)


def wait_for(client: httpx.Client, document_id: str, *wanted: str) -> dict[str, object]:
    """Return the document once its status or stage is one of the wanted."""
    deadline = time.monotonic() + SLOW_SECONDS
    while time.monotonic() < deadline:
        document = client.get(f"/api/documents/{document_id}").json()
        if document["status"] in wanted or (document["status"] == "running" and document["stage"] in wanted):
            return dict(document)
        time.sleep(0.02)
    raise TimeoutError(str(document))


@pytest.mark.fault
@pytest.mark.parametrize("stage", ["parse", "embed"])
def test_kill_9_in_ingestion_loses_and_doubles_nothing(server: Server, stage: str, seed: int) -> None:
    with client_of(server) as client:
        base = client.post("/api/knowledge-bases", json={"name": "Killed"}).json()["id"]
        path, search = f"/api/knowledge-bases/{base}/documents", f"/api/knowledge-bases/{base}/search"
        [older] = client.post(path, files={"files": ("handbook.md", b"Rule 1 of old.")}).json()["documents"]
        wait_for(client, older["id"], "done")
        sent = {"files": ("handbook.md", handbook(NUM_PASSAGES).encode())}
        [document] = client.post(path, params={"replace": "true"}, files=sent).json()["documents"]
        wait_for(client, document["id"], stage)
        time.sleep(random.Random(seed).random() / 2)
        server.kill()
        server.start()
        question = {"query": "Rule 1 of old", "mode": "keyword", "limit": 20}
        answering = [older["id"]]
        while answering == [older["id"]] and client.get(f"/api/documents/{document['id']}").json()["status"] != "done":
            found = client.post(search, json=question).json()["passages"]
            answering = sorted({passage["document_id"] for passage in found})
            assert answering in ([older["id"]], [document["id"]]), "one of them answers, and never both"
        ended = wait_for(client, document["id"], "done", "failed", "cancelled")
        assert (ended["status"], ended["num_chunks"]) == ("done", NUM_PASSAGES)
        assert client.get(f"/api/documents/{older['id']}").status_code == 404

        ordinals: list[int] = []
        after = ""
        while len(ordinals) <= NUM_PASSAGES:
            page = client.get(f"/api/documents/{document['id']}/chunks", params={"limit": 500, "after": after}).json()
            ordinals += [chunk["ordinal"] for chunk in page["chunks"]]
            if page["next"] is None:
                break
            after = page["next"]
        assert ordinals == list(range(NUM_PASSAGES))
        for mode in ("semantic", "keyword"):
            found = client.post(
                f"/api/knowledge-bases/{base}/search", json={"query": "Rule 4321", "mode": mode, "limit": 100}
            ).json()["passages"]
            ids = [passage["chunk_id"] for passage in found]
            assert len(ids) == len(set(ids)) == 100
        first = client.post(f"/api/knowledge-bases/{base}/search", json={"query": "4321", "mode": "keyword"}).json()
        assert first["passages"][0]["ordinal"] == 4_321


def test_kill_9_in_an_upload_leaves_no_file_behind(server: Server) -> None:
    with client_of(server) as client:
        base = client.post("/api/knowledge-bases", json={"name": "Killed"}).json()["id"]

        def slowly() -> Iterator[bytes]:
            yield b'--cut\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
            for number in range(40):
                if number == 20:
                    assert list((server.data / "uploads").rglob("tmp*")), "nothing was being received"
                    server.kill()
                yield b"x" * 1024 * 1024
                time.sleep(0.02)

        with pytest.raises(httpx.TransportError):
            client.post(
                f"/api/knowledge-bases/{base}/documents",
                content=slowly(),
                headers={"Content-Type": "multipart/form-data; boundary=cut"},
            )
        server.start()
        assert list((server.data / "uploads").rglob("*")) == []
        assert client.get(f"/api/knowledge-bases/{base}/documents").json()["documents"] == []


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_full_disk_is_told_in_words_and_the_server_goes_on(tmp_path: Path) -> None:
    """Serve from a disk of 160 MB, in a mount namespace that ends with the server (the search index keeps 64 free)."""
    data = tmp_path / "data"
    data.mkdir()
    server = Server(data, SIGNALBOX_MODELS="scripted")
    mount = f'mount -t tmpfs -o size=160m tmpfs {data} && exec "$@"'
    server.start("unshare", "-m", "sh", "-c", mount, "sh")
    try:
        key = _key(server)
        with httpx.Client(base_url=server.base_url, headers={"X-API-Key": key}, timeout=60) as client:
            base = client.post("/api/knowledge-bases", json={"name": "Full"}).json()["id"]
            path = f"/api/knowledge-bases/{base}/documents"
            big = [("files", (f"big {i}.txt", b"word " * 9_000_000)) for i in range(4)]
            refused = client.post(path, files=big)
            assert refused.status_code == 503, refused.text
            assert "disk" in refused.json()["detail"]
            # What was not read cuts the connection; a client that is not told would call into the cut next.
            assert refused.headers["connection"] == "close"
            assert client.get("/api/health").status_code == 200
            sent = {"files": ("small.txt", b"There is room for this one.")}
            [document] = client.post(path, files=sent).json()["documents"]
            ended = wait_for(client, document["id"], "done", "failed")
            assert ended["status"] == "done", str(ended)
    finally:
        server.kill()


def _key(server: Server) -> str:
    """Make a key inside the server's mount namespace."""
    arguments = ["nsenter", "-m", "-t", str(server.pid), *command("api-key", "create", "--name", "full")]
    made = subprocess.run(arguments, env=server.environment, capture_output=True, text=True, timeout=60, check=True)
    return made.stdout.splitlines()[-1]
