"""Changing the key that seals: on both databases, and through a kill."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import SQLModel

from backend import bootstrap
from backend.engines.sealing.fernet import FernetSealer
from backend.errors import Conflict
from backend.identity.service import IdentityService
from backend.installation.errors import WrongSecretKey
from backend.installation.resealing import Resealing, sealed_columns
from backend.installation.service import InstallationService
from backend.ports.database import Database
from backend.providers.models import ProviderRow
from backend.secrets.service import SecretService
from backend.unit_of_work import Units
from tests.serving import ROOT
from tests.tenancy import EVERYWHERE

OLD, NEW = "an old key of enough characters 1", "a new key of enough characters 22"
COUNT = 250
# Killed by itself after its N-th row, in the middle of a batch that another batch went before.
KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from backend.engines.database.sqlite import SqliteDatabase
from backend.engines.sealing.fernet import FernetSealer
from backend.installation.resealing import Resealing
from backend.unit_of_work import Units

class Dying(FernetSealer):
    left = int(sys.argv[2])
    def reseal(self, token):
        self.left -= 1
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().reseal(token)

async def main():
    units = Units(SqliteDatabase(Path(sys.argv[1])))
    async for _ in Resealing(units, Dying(sys.argv[3:5])).run():
        pass

import backend.bootstrap
asyncio.run(main())
"""


async def stocked(units: Units) -> None:
    """Fill each sealed column under the old key."""
    sealer = FernetSealer([OLD])
    await InstallationService(units).check_secret_key(sealer)
    owner = await IdentityService(units).ensure_owner()
    secrets = SecretService(units, sealer)
    for number in range(COUNT):
        await secrets.put_secret(owner, f"S{number}", f"secret number {number}")
    async with units.write(EVERYWHERE) as work:
        work.session.add(
            ProviderRow(
                id="prov_1",
                project_id=owner.project_id,
                slug="one",
                name="One",
                base_url="https://one.example",
                sealed_key=sealer.seal("sk-of-the-provider", f"{owner.project_id}:prov_1"),
            )
        )


async def tokens(database: Database) -> list[str]:
    found: list[str] = []
    async with database.read(EVERYWHERE) as session:
        for column in sealed_columns():
            connection = await session.connection()
            found += [token for (token,) in await connection.execute(select(column)) if token]
    return found


def opens(key: str, token: str) -> bool:
    try:
        FernetSealer([key]).open(token, "nowhere")
    except Conflict as refused:
        return "wrong place" in refused.message
    return True


async def rotated(units: Units) -> list[str]:
    return [line async for line in Resealing(units, FernetSealer([NEW, OLD])).run()]


async def test_d4_everything_is_sealed_anew_and_the_old_key_alone_opens_nothing(any_database: Database) -> None:
    units = Units(any_database)
    await stocked(units)
    lines = await rotated(units)
    assert f"secret.sealed_value: {COUNT} sealed anew" in lines
    assert "provider.sealed_key: 1 sealed anew" in lines
    found = await tokens(any_database)
    assert len(found) == COUNT + 2
    assert not any(opens(OLD, token) for token in found)
    owner = await IdentityService(units).ensure_owner()
    secrets = SecretService(units, FernetSealer([NEW]))
    assert await secrets.secrets_of(owner, ["S7"]) == {"S7": "secret number 7"}
    await InstallationService(units).check_secret_key(FernetSealer([NEW]))
    assert not any("1 sealed" in line for line in await rotated(units))


@pytest.mark.parametrize("row", [1, 150, COUNT + 2])
async def test_d4_a_killed_rotation_is_finished_by_the_next(
    sqlite_database: Database, tmp_path: Path, row: int
) -> None:
    units = Units(sqlite_database)
    await stocked(units)
    arguments = [str(tmp_path / "signalbox.db"), str(row), NEW, OLD]
    killed = subprocess.run([sys.executable, "-c", KILLED, *arguments], cwd=ROOT, check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    with pytest.raises(WrongSecretKey):  # the new key alone does not start before all is done
        await InstallationService(units).check_secret_key(FernetSealer([NEW]))
    assert all(opens(NEW, token) or opens(OLD, token) for token in await tokens(sqlite_database))
    await rotated(units)
    assert not any(opens(OLD, token) for token in await tokens(sqlite_database))


async def test_d4_what_no_key_opens_is_named_and_left_and_the_new_key_alone_stays_refused(
    any_database: Database,
) -> None:
    units = Units(any_database)
    await stocked(units)
    owner = await IdentityService(units).ensure_owner()
    await SecretService(units, FernetSealer(["a key that was lost, of some length"])).put_secret(owner, "S1", "x" * 20)
    before = {token for token in await tokens(any_database) if not opens(OLD, token)}
    with pytest.raises(Conflict, match="secret sec_"):
        await rotated(units)
    assert before <= set(await tokens(any_database))
    with pytest.raises(WrongSecretKey):
        await InstallationService(units).check_secret_key(FernetSealer([NEW]))


def test_every_sealed_column_is_known_to_the_rotation() -> None:
    assert bootstrap
    named = {
        f"{table.name}.{column.name}"
        for table in SQLModel.metadata.tables.values()
        for column in table.columns
        if re.search(r"seal|cipher|encrypted", column.name)
    }
    assert named == {f"{column.table.name}.{column.name}" for column in sealed_columns()}
    assert len(named) >= 3
    assert sealed_columns()[-1].table.name == "installation"
    assert all(len(column.table.primary_key.columns) == 1 for column in sealed_columns())
