"""Store a database of this release: `python -m tests.migrations.store`, once, when the release is made.

It holds what a person has after the first hour: the example project, a run, an API key and a sealed provider key.
"""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import httpx

from backend import __version__
from backend.settings import SQLITE_FILE
from bench.start import wait_until_idle
from tests.migrations.test_upgrade import KEY
from tests.serving import Server

PROVIDER = {
    "name": "Stored",
    "base_url": "https://models.example.org/v1",
    "api_key": "sk-sealed-by-this-release",
    "models": [{"name": "stored-1", "capabilities": ["function_calling"], "context_size": 8000}],
}


def use(server: Server) -> None:
    wait_until_idle(server)
    key = server.run("api-key", "create", "--name", "stored").stdout.splitlines()[-1]
    with httpx.Client(base_url=server.base_url, headers={"X-API-Key": key}, timeout=60) as api:
        question = {"input": {"question": "Within how many days can I return an opened sofa?"}}
        for answer in (
            api.post("/api/flows/support-desk/run", json=question),
            api.post("/api/providers", json=PROVIDER),
        ):
            assert answer.status_code < 300, answer.text


def main() -> None:
    target = Path(__file__).parent / "released" / f"{__version__}.sql"
    with tempfile.TemporaryDirectory() as folder:
        settings = {"SIGNALBOX_SECRET_KEY": KEY, "SIGNALBOX_MODELS": "scripted"}
        with Server(Path(folder) / "data", from_nothing=True, **settings) as server:
            use(server)
        with closing(sqlite3.connect(server.data / SQLITE_FILE)) as connection:
            target.write_text("\n".join(connection.iterdump()) + "\n")
    print(f"{target}: {target.stat().st_size / 1000:,.0f} KB")


if __name__ == "__main__":
    main()
