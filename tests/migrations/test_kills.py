"""A migration that is killed, and the next start."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest

from alembic import command as alembic
from backend.bootstrap.migrations import COPIES, alembic_config, migrate
from backend.bootstrap.versions import newest_version
from backend.settings import SQLITE_FILE, Settings
from tests.migrations.databases import rows, version
from tests.serving import ROOT, command, environment, free_port

NUM_KILLS = 3
# The copy stands before the first migration begins; all of them take about this long.
SPREAD_SECONDS = 0.25


@pytest.mark.fault
@pytest.mark.server
def test_kill_9_in_a_migration_leaves_a_database_that_the_next_one_ends(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    for number in range(NUM_KILLS):
        data = tmp_path / f"data-{number}"
        data.mkdir(mode=0o700)
        url = f"sqlite:///{data / SQLITE_FILE}"
        alembic.upgrade(alembic_config(url), "0001")
        with closing(sqlite3.connect(data / SQLITE_FILE)) as connection:
            connection.execute("INSERT INTO organisation VALUES ('org_1', 'Kept', '2026-01-01')")
            connection.commit()
        migrating = subprocess.Popen(command("migrate"), cwd=ROOT, env=environment(data, free_port()))
        while migrating.poll() is None and not list((data / COPIES).glob("*")):
            time.sleep(0.002)
        time.sleep(chance.random() * SPREAD_SECONDS)
        migrating.kill()
        migrating.wait(10)
        print("killed at version", version(url))
        migrate(Settings(data_dir=data))
        assert version(url) == newest_version()
        alembic.check(alembic_config(url))
        assert rows(url)["organisation"] == 1
