"""The secret key: made once, kept away from the data, and never replaced by a wrong one."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import update
from sqlmodel import col, select

from backend import bootstrap
from backend.audit.models import AuditHeadRow
from backend.audit.repository import AuditTrail
from backend.audit.service import AuditService
from backend.audit.signing import SIGNER
from backend.audit.types import BreachKind, Target
from backend.bootstrap.sealing import key_file, secret_keys
from backend.engines.sealing.fernet import FernetSealer
from backend.identity.service import IdentityService
from backend.installation.errors import WrongSecretKey
from backend.installation.models import ONLY, InstallationRow
from backend.installation.service import BEFORE_SIGNING, InstallationService
from backend.ports.database import Database
from backend.settings import Settings
from backend.unit_of_work import Units
from tests.tenancy import EVERYWHERE


@pytest.fixture(autouse=True)
def config_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config"


def with_keys(settings: Settings, *keys: str) -> Settings:
    return settings.model_copy(update={"secret_key": tuple(SecretStr(key) for key in keys)})


async def start_and_stop(settings: Settings) -> None:
    await bootstrap.stop(await bootstrap.start(settings, serving=False))


async def sealed_check(settings: Settings) -> str:
    made = await bootstrap.start(settings, serving=False)
    async with made.units.read(EVERYWHERE) as session:
        found = (await session.exec(select(col(InstallationRow.seal_check)))).one()
    await bootstrap.stop(made)
    return str(found)


async def test_the_first_start_makes_a_key_that_only_its_owner_reads(settings: Settings, config_folder: Path) -> None:
    await start_and_stop(with_keys(settings))
    made = key_file()
    assert made.is_relative_to(config_folder)
    assert made.stat().st_mode & 0o777 == 0o600
    assert len(made.read_text()) >= 32
    first = made.read_text()
    await start_and_stop(with_keys(settings))
    assert made.read_text() == first
    assert list(made.parent.iterdir()) == [made]


async def test_a_wrong_key_stops_the_start_and_overwrites_nothing(settings: Settings) -> None:
    right, wrong = "the right key of enough characters", "the wrong key of enough characters"
    before = await sealed_check(with_keys(settings, right))
    with pytest.raises(WrongSecretKey, match="not the one"):
        await bootstrap.start(with_keys(settings, wrong), serving=False)
    assert await sealed_check(with_keys(settings, right)) == before


async def test_a_lost_key_is_said_and_no_new_one_is_made(settings: Settings) -> None:
    await start_and_stop(with_keys(settings))
    key_file().unlink()
    with pytest.raises(WrongSecretKey, match="missing"):
        await bootstrap.start(with_keys(settings), serving=False)
    assert not key_file().exists()


async def test_a_new_key_before_the_old_one_starts(settings: Settings) -> None:
    old, new = "the old key of enough characters 1", "the new key of enough characters 2"
    before = await sealed_check(with_keys(settings, old))
    assert await sealed_check(with_keys(settings, new, old)) == before


def test_two_first_starts_at_once_get_the_same_key(settings: Settings) -> None:
    assert secret_keys(with_keys(settings), may_make=True) == secret_keys(with_keys(settings), may_make=True)


def test_a_short_key_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNALBOX_SECRET_KEY", "short, but two of them")
    with pytest.raises(ValueError, match="at least 32 characters"):
        Settings()


async def test_the_key_is_checked_on_both_databases(any_database: Database) -> None:
    right, wrong = (
        FernetSealer(["the right key of enough characters"]),
        FernetSealer(["a wrong key of many characters"]),
    )
    installation = InstallationService(Units(any_database))
    assert not await installation.is_sealed()
    await installation.check_secret_key(right)
    assert await installation.is_sealed()
    await installation.check_secret_key(right)
    with pytest.raises(WrongSecretKey):
        await installation.check_secret_key(wrong)


async def test_logs_of_an_older_installation_are_signed_once(any_database: Database) -> None:
    """Else whoever wiped the signatures would only have to wait for the next start."""
    sealer, units = FernetSealer(["the right key of enough characters"]), Units(any_database)
    owner = await IdentityService(units).ensure_owner()
    async with units.write(EVERYWHERE) as work:
        await AuditTrail(work.session).record(owner, "flow.publish", Target("flow", "flow_1"))
        work.session.add(InstallationRow(seal_check=sealer.seal(BEFORE_SIGNING, ONLY)))
    await InstallationService(units).check_secret_key(sealer)
    units.lent[SIGNER] = sealer
    assert (await AuditService(units).verify(owner)).breaches == ()
    async with units.write(EVERYWHERE) as work:
        await work.session.exec(update(AuditHeadRow).values(signed_end=""))
    await InstallationService(units).check_secret_key(sealer)
    assert [one.kind for one in (await AuditService(units).verify(owner)).breaches] == [BreachKind.REWRITTEN]
