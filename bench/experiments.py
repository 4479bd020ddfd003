"""What carrying out an experiment adds to the time of the model: 1,000 cells, 20 in flight, 100 ms each, over REST.

Alone the model would need 5.0 s. The comparison was measured on a machine like this one.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from backend.experiments.analysis.verdicts import compared
from backend.experiments.evaluators.registry import read
from backend.settings import SQLITE_FILE
from bench.table import Figure, main
from tests.serving import Server

NUM_ROWS, IN_FLIGHT, LATENCY = 1_000, 20, 0.1
WAIT_SECONDS = 120
MODEL = """
import asyncio, sys
from backend.engines.language_model.scripted_server import ScriptedServer

async def serve():
    server = ScriptedServer(key="bench-key-0001", latency_seconds=float(sys.argv[1]), keeps_alive=True)
    print(await server.start(), flush=True)
    await server.serve_forever()

asyncio.run(serve())
"""


def call(client: httpx.Client, method: str, path: str, body: Any = None) -> Any:
    answer = client.request(method, path, json=body)
    assert answer.status_code < 300, answer.text
    return answer.json()


def measure(server: Server, key: str, model_url: str) -> float:
    """Return the seconds from the start of the experiment to its end."""
    with httpx.Client(base_url=server.base_url, headers={"X-API-Key": key}, timeout=60) as client:
        provider = {
            "name": "Bench", "base_url": model_url, "api_key": "bench-key-0001", "allow_private_address": True,
            "models": [{"name": "echo"}],
        }  # fmt: skip
        made = call(client, "POST", "/api/providers", provider)
        # As whoever connects one does; it loads the libraries, which is 1 s and no cell's.
        assert call(client, "POST", f"/api/providers/{made['id']}/test")["ok"]
        dataset = call(client, "POST", "/api/datasets", {"name": "Bench"})["id"]
        items = [{"input": {"question": f"q{number}"}, "expected_output": f"q{number}"} for number in range(NUM_ROWS)]
        for start in range(0, NUM_ROWS, 500):
            call(client, "POST", f"/api/datasets/{dataset}/items", items[start : start + 500])
        wish = {
            "name": "Bench", "dataset_id": dataset, "concurrency": IN_FLIGHT, "evaluators": [{"kind": "exact"}],
            "variants": [{"name": "only", "prompt": {"template": "{{ question }}"}, "model": "bench:echo"}],
        }  # fmt: skip
        made = call(client, "POST", "/api/experiments", wish)["id"]
        began = time.perf_counter()
        call(client, "POST", f"/api/experiments/{made}/start")
        while (found := call(client, "GET", f"/api/experiments/{made}"))["status"] == "running":
            assert time.perf_counter() - began < WAIT_SECONDS, found
            time.sleep(0.1)
        took = time.perf_counter() - began
        assert (found["status"], found["num_done"]) == ("done", NUM_ROWS), found
    return took


def until_example_is_made(server: Server) -> None:
    """Wait for what the first start makes behind a server that is ready: it is no cell's."""
    with sqlite3.connect(server.data / SQLITE_FILE) as rows:
        for _ in range(10 * WAIT_SECONDS):
            if rows.execute("SELECT count(seeded_at) FROM demo").fetchone() == (1,):
                return
            time.sleep(0.1)
    raise AssertionError("the example project is not made")


def count(server: Server) -> None:
    """Fail unless every cell stands in the record, answered once."""
    with sqlite3.connect(server.data / SQLITE_FILE) as rows:
        found = rows.execute("SELECT count(*), max(tries) FROM experiment_cell WHERE status = 'done'").fetchone()
    assert found == (NUM_ROWS, 1), found


def comparing() -> float:
    """Return the seconds that ten runs of 10,000 rows take, from the cells as they are read to the verdicts."""
    scores = [{"exact": {"value": float(one), "passed": bool(one)}} for one in (0, 1)]
    cells = [
        (row, variant, 0, "done", scores[(row * 7 + variant * row) % 5 > 0], 0, 100.0 + row % 97)
        for row in range(10_000)
        for variant in range(10)
    ]
    evaluators = read([{"kind": "exact"}])
    variants = [(f"v{number}", "") for number in range(10)]
    began = time.perf_counter()
    compared(cells, evaluators, variants, baseline=0, repetitions=1, was_decided=False, labels={})
    return time.perf_counter() - began


def figures() -> Iterator[Figure]:
    with (
        subprocess.Popen([sys.executable, "-c", MODEL, str(LATENCY)], stdout=subprocess.PIPE, text=True) as model,
        tempfile.TemporaryDirectory() as folder,
    ):
        try:
            assert model.stdout
            url = model.stdout.readline().strip()
            with Server(Path(folder) / "data") as server:
                key = server.run("api-key", "create", "--name", "bench").stdout.split()[-1]
                until_example_is_made(server)
                took = measure(server, key, url)
                count(server)
        finally:
            model.kill()
    yield Figure("1,000 cells of 100 ms, 20 in flight", took, "s", 6, "promptfoo 0.123: 11 s", 11)
    yield Figure("10 runs of 10,000 rows compared, intervals included", comparing(), "s", 2)


if __name__ == "__main__":
    main(figures)
