"""Secrets and variables: in, never out, and only in their own project; on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text, update
from sqlmodel import select

from backend.audit.models import AuditEventRow
from backend.engines.sealing.fernet import FernetSealer
from backend.errors import Forbidden, InvalidInput, NotFound, QuotaExceeded
from backend.identity.service import IdentityService
from backend.operator import Operator, Permission
from backend.ports.database import Database
from backend.ports.sealing import SealBroken
from backend.secrets import service
from backend.secrets.models import SecretRow
from backend.secrets.service import SecretService
from backend.unit_of_work import Units
from tests.factories.keys import second_project
from tests.tenancy import EVERYWHERE

CANARY = "canary-9f1c-value-4f2a"


@pytest.fixture
def secrets(any_database: Database) -> SecretService:
    return SecretService(Units(any_database), FernetSealer(["a key of enough characters for this"]))


@pytest.fixture
async def owner(any_database: Database) -> Operator:
    return await IdentityService(Units(any_database)).ensure_owner()


async def test_d5_a_secret_is_listed_by_its_end_and_opened_for_a_run(secrets: SecretService, owner: Operator) -> None:
    await secrets.put_secret(owner, "SHOP_KEY", CANARY)
    (shown,) = await secrets.list_secrets(owner)
    assert (shown.name, shown.words, shown.updated_by) == ("SHOP_KEY", "Stored, ends in 4f2a", owner.name)
    assert CANARY not in repr(shown)
    assert await secrets.secrets_of(owner, ["SHOP_KEY"]) == {"SHOP_KEY": CANARY}


async def test_d5_the_database_and_the_audit_log_hold_no_value(
    secrets: SecretService, owner: Operator, any_database: Database
) -> None:
    await secrets.put_secret(owner, "SHOP_KEY", CANARY)
    await secrets.put_secret(owner, "SHOP_KEY", f"{CANARY}-two")
    await secrets.delete_secret(owner, "SHOP_KEY")
    async with any_database.read(EVERYWHERE) as session:
        events = (await session.exec(select(AuditEventRow))).all()
        rows = (await (await session.connection()).execute(text("SELECT * FROM secret"))).all()
    assert [event.action for event in events] == ["secret.create", "secret.replace", "secret.delete"]
    assert CANARY not in f"{[event.model_dump() for event in events]}{rows}"


async def test_d5_a_sealed_value_opens_in_its_own_row_alone(
    secrets: SecretService, owner: Operator, any_database: Database
) -> None:
    await secrets.put_secret(owner, "MINE", CANARY)
    await secrets.put_secret(owner, "OTHER", "another value of it")
    async with any_database.write(EVERYWHERE) as session:
        stolen = (await session.exec(select(SecretRow.sealed_value).where(SecretRow.name == "MINE"))).one()
        await session.exec(update(SecretRow).where(SecretRow.name == "OTHER").values(sealed_value=stolen))  # type: ignore[arg-type]
    with pytest.raises(SealBroken):
        await secrets.secrets_of(owner, ["OTHER"])


@pytest.mark.security("11")
async def test_row_11_another_project_has_none_of_it(
    secrets: SecretService, owner: Operator, any_database: Database
) -> None:
    elsewhere = replace(owner, project_id=await second_project(any_database, owner.organisation_id))
    await secrets.put_secret(owner, "SHOP_KEY", CANARY)
    await secrets.put_variable(owner, "REGION", "eu")
    assert await secrets.list_secrets(elsewhere) == []
    assert await secrets.list_variables(elsewhere) == []
    for act in (
        secrets.delete_secret(elsewhere, "SHOP_KEY"),
        secrets.delete_variable(elsewhere, "REGION"),
        secrets.secrets_of(elsewhere, ["SHOP_KEY"]),
        secrets.variables_of(elsewhere, ["REGION"]),
    ):
        with pytest.raises(NotFound):
            await act
    await secrets.put_secret(elsewhere, "SHOP_KEY", "a value of its own")
    assert (await secrets.secrets_of(owner, ["SHOP_KEY"]))["SHOP_KEY"] == CANARY


async def test_whoever_may_read_names_changes_nothing(secrets: SecretService, owner: Operator) -> None:
    reader = replace(owner, permissions=frozenset({Permission.SECRETS_READ}))
    for act in (
        secrets.put_secret(reader, "A", CANARY),
        secrets.delete_secret(reader, "A"),
        secrets.put_variable(reader, "A", "b"),
        secrets.delete_variable(reader, "A"),
    ):
        with pytest.raises(Forbidden):
            await act
    nobody = replace(owner, permissions=frozenset())
    for act in (secrets.list_secrets(nobody), secrets.list_variables(nobody)):
        with pytest.raises(Forbidden):
            await act


@pytest.mark.parametrize("name", ["", "1A", "A-B", "A.B", "Ä", "A" * 65, "a b", "A\n"])
async def test_a_name_can_stand_in_a_template(secrets: SecretService, owner: Operator, name: str) -> None:
    for act in (secrets.put_secret(owner, name, CANARY), secrets.put_variable(owner, name, "x")):
        with pytest.raises(InvalidInput):
            await act


async def test_a_short_secret_is_refused_and_a_middling_one_shows_no_end(
    secrets: SecretService, owner: Operator
) -> None:
    with pytest.raises(InvalidInput):
        await secrets.put_secret(owner, "PIN", "1234567")
    assert (await secrets.put_secret(owner, "WORD", "x" * 15)).words == "Stored"


async def test_there_are_not_endless_ones(
    secrets: SecretService, owner: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MAX_STORED", 2)
    await secrets.put_secret(owner, "A", CANARY)
    await secrets.put_variable(owner, "A", "x")
    await secrets.put_variable(owner, "A", "y")
    with pytest.raises(QuotaExceeded):
        await secrets.put_variable(owner, "B", "x")
