"""Links, sessions and keys."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlmodel import col

from backend.columns import utc_now
from backend.errors import Forbidden, SignInNeeded
from backend.identity import verdicts
from backend.identity.errors import LinkNotValid
from backend.identity.models import ApiKeyRow, SessionRow, SignInLinkRow
from backend.identity.service import IdentityService
from backend.operator import Operator, Permission
from backend.ports.database import Database
from backend.unit_of_work import Units
from tests.tenancy import EVERYWHERE


@pytest.fixture
def identity(any_database: Database) -> IdentityService:
    return IdentityService(Units(any_database))


async def test_the_owner_is_made_once(identity: IdentityService) -> None:
    assert await identity.ensure_owner() == await identity.ensure_owner()


async def test_looking_at_a_link_does_not_consume_it(identity: IdentityService) -> None:
    token = await identity.make_sign_in_link()
    await identity.check_link(token)
    await identity.check_link(token)
    operator, person = await identity.by_session(await identity.sign_in_by_link(token))
    assert operator.permissions == frozenset(Permission)
    assert person.role == "owner"


async def test_a_link_works_once(identity: IdentityService) -> None:
    token = await identity.make_sign_in_link()
    await identity.sign_in_by_link(token)
    with pytest.raises(LinkNotValid):
        await identity.sign_in_by_link(token)
    with pytest.raises(LinkNotValid):
        await identity.check_link(token)


@pytest.mark.parametrize("token", ["", "null", "x" * 43])
async def test_a_guessed_link_is_refused(identity: IdentityService, token: str) -> None:
    await identity.make_sign_in_link()
    with pytest.raises(LinkNotValid):
        await identity.sign_in_by_link(token)


async def test_a_link_dies_after_fifteen_minutes(identity: IdentityService, any_database: Database) -> None:
    token = await identity.make_sign_in_link()
    async with any_database.write(EVERYWHERE) as session:
        await session.exec(update(SignInLinkRow).values(expires_at=utc_now() - timedelta(seconds=1)))
    with pytest.raises(LinkNotValid):
        await identity.sign_in_by_link(token)


async def test_signing_out_ends_the_session_at_once(identity: IdentityService) -> None:
    session = await identity.sign_in_by_link(await identity.make_sign_in_link())
    await identity.by_session(session)
    await identity.sign_out(session)
    with pytest.raises(SignInNeeded):
        await identity.by_session(session)


@pytest.mark.parametrize("column", ["expires_at", "last_seen_at"])
async def test_an_old_session_is_refused(identity: IdentityService, any_database: Database, column: str) -> None:
    session = await identity.sign_in_by_link(await identity.make_sign_in_link())
    async with any_database.write(EVERYWHERE) as rows:
        await rows.exec(update(SessionRow).values({column: utc_now() - timedelta(days=31)}))
    with pytest.raises(SignInNeeded):
        await identity.by_session(session)


async def test_a_key_is_stored_as_a_hash_only(identity: IdentityService, any_database: Database) -> None:
    key = await identity.create_key(await identity.ensure_owner(), "ci")
    async with any_database.read(EVERYWHERE) as session:
        rows = (await (await session.connection()).execute(text("SELECT * FROM api_key"))).all()
    assert key.secret not in str(rows)
    assert key.secret.startswith(key.prefix)


async def test_a_key_has_what_it_and_its_maker_may(identity: IdentityService, any_database: Database) -> None:
    key = await identity.create_key(await identity.ensure_owner(), "ci")
    async with any_database.write(EVERYWHERE) as session:
        await session.exec(
            update(ApiKeyRow).where(col(ApiKeyRow.id) == key.id).values(scopes=[Permission.FLOWS_READ.value])
        )
    assert (await identity.by_key(key.secret)).permissions == {Permission.FLOWS_READ}


async def test_a_revoked_key_is_refused_within_the_time_of_a_verdict(
    identity: IdentityService, any_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verdicts, "REMEMBERED_SECONDS", 0.0)
    key = await identity.create_key(await identity.ensure_owner(), "ci")
    await identity.by_key(key.secret)
    async with any_database.write(EVERYWHERE) as session:
        await session.exec(update(ApiKeyRow).values(revoked_at=utc_now()))
    with pytest.raises(SignInNeeded):
        await identity.by_key(key.secret)


async def test_a_person_without_the_right_makes_no_key(identity: IdentityService) -> None:
    owner = await identity.ensure_owner()
    reader: Operator = replace(owner, permissions=frozenset({Permission.FLOWS_READ}))
    with pytest.raises(Forbidden):
        await identity.create_key(reader, "ci")


def test_a_verdict_is_forgotten_before_a_revocation_must_be_felt() -> None:
    assert verdicts.REMEMBERED_SECONDS < 5


async def test_what_was_read_before_a_session_ended_is_not_remembered_after(
    identity: IdentityService, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await identity.sign_in_by_link(await identity.make_sign_in_link())
    look, asked = identity._look, list[str]()

    async def ended_meanwhile(token_hash: str, project_id: str) -> Any:
        found = await look(token_hash, project_id)
        if not asked:
            asked.append(token_hash)
            await identity.sign_out(session)
        return found

    monkeypatch.setattr(identity, "_look", ended_meanwhile)
    with pytest.raises(SignInNeeded):
        await identity.by_session(session)
    assert asked
