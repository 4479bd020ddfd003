"""Keys as several processes see them, and what a use of one waits for."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time

from backend.engines.database.postgres import PostgresDatabase
from backend.identity.service import IdentityService
from backend.ports.database import Database
from backend.unit_of_work import Units
from tests.serving import ROOT
from tests.tenancy import EVERYWHERE

PROMISED_SECONDS = 5.0
# Whoever waits for the writer that is held here waits for ever; a busy machine took more than two seconds.
NEVER_SECONDS = 45.0
PROGRAM = [sys.executable, "-m", "tests.backend.identity.key_process"]


async def test_d3_a_revoked_key_is_dead_in_two_other_processes_within_five_seconds(
    postgres_database: PostgresDatabase,
) -> None:
    identity = IdentityService(Units(postgres_database))
    owner = await identity.ensure_owner()
    key = await identity.create_key(owner, "ci")
    url = postgres_database._writers.url.render_as_string(hide_password=False)
    workers = [
        subprocess.Popen([*PROGRAM, url, key.secret], cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    try:
        for worker in workers:
            assert worker.stdout
            assert await asyncio.to_thread(worker.stdout.readline) == "known\n"
        revoked_at = time.time()
        await identity.revoke_key(owner, key.id)
        for worker in workers:
            assert worker.stdout
            refused_at = float(await asyncio.to_thread(worker.stdout.readline))
            assert refused_at - revoked_at < PROMISED_SECONDS
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()


async def test_d1_the_use_of_a_key_waits_for_no_writer(sqlite_database: Database) -> None:
    identity = IdentityService(Units(sqlite_database))
    key = await identity.create_key(await identity.ensure_owner(), "ci")
    async with sqlite_database.write(EVERYWHERE):  # the one writer of the file, held until the use is through
        operator = await asyncio.wait_for(identity.by_key(key.secret), NEVER_SECONDS)
        assert operator.key_id == key.id
        assert (await identity.list_keys(operator))[0].last_used_at is None
    await identity.settle()
    assert (await identity.list_keys(operator))[0].last_used_at is not None
