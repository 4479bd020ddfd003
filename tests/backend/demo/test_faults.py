"""The first start, killed while it makes the example."""

from __future__ import annotations

import random
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from backend.demo.content import CHATS, HANDBOOK
from backend.demo.types import SLUG
from backend.settings import SQLITE_FILE
from tests.serving import Server

pytestmark = pytest.mark.server
SLOW_SECONDS = 90
NUM_KILLS = 2


@pytest.mark.fault
def test_kill_9_while_the_example_is_made_ends_in_one_whole_example(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    server = Server(tmp_path / "data", SIGNALBOX_MODELS="scripted")
    for _ in range(NUM_KILLS):
        server.start()
        time.sleep(chance.random() * 1.5)
        server.kill()
    with server:
        key = server.make_key()
        with httpx.Client(base_url=f"{server.base_url}/api", headers={"X-API-Key": key}, timeout=30) as client:
            wait_for_the_example(server)
            check(server, client)
            assert server.ask("demo reset") == "The example project is as it came."
            check(server, client)


def check(server: Server, client: httpx.Client) -> None:
    bases = client.get("/knowledge-bases").json()["knowledge_bases"]
    known = {base["name"]: base["id"] for base in bases}
    assert sorted(known) == ["Handbook", "My documents"]
    documents = client.get(f"/knowledge-bases/{known['Handbook']}/documents").json()["documents"]
    assert sorted((one["name"], one["status"]) for one in documents) == [(name, "done") for name in sorted(HANDBOOK)]
    assert [flow["slug"] for flow in client.get("/flows").json()["flows"]] == [SLUG]
    assert num_conversations(server) == len(CHATS)


def num_conversations(server: Server) -> int:
    with closing(sqlite3.connect(server.data / SQLITE_FILE)) as rows:
        return int(rows.execute("SELECT count(*) FROM conversation").fetchone()[0])


def wait_for_the_example(server: Server) -> None:
    """Wait until the last step is done: the conversations, which cite what was read in."""
    deadline = time.monotonic() + SLOW_SECONDS
    while num_conversations(server) < len(CHATS):
        assert time.monotonic() < deadline, "the example was not made"
        time.sleep(0.1)
