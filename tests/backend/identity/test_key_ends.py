"""API keys: how they are rotated and how they end; on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.columns import utc_now
from backend.errors import NotFound, SignInNeeded
from backend.identity import verdicts
from backend.identity.service import IdentityService
from backend.operator import Operator, Permission
from backend.ports.database import Database
from backend.unit_of_work import Units
from tests.factories.keys import change, second_project

FEW = [Permission.FLOWS_READ, Permission.KEYS_MANAGE]


@pytest.fixture
def identity(any_database: Database, monkeypatch: pytest.MonkeyPatch) -> IdentityService:
    monkeypatch.setattr(verdicts, "REMEMBERED_SECONDS", 0.0)
    return IdentityService(Units(any_database))


@pytest.fixture
async def owner(identity: IdentityService) -> Operator:
    return await identity.ensure_owner()


async def test_d3_a_rotated_key_works_on_for_its_overlap(
    identity: IdentityService, owner: Operator, any_database: Database
) -> None:
    old = await identity.create_key(owner, "ci", scopes=FEW)
    new = await identity.rotate_key(owner, old.id, timedelta(hours=1))
    assert (new.id, new.scopes) == (old.id, old.scopes)
    for secret in (old.secret, new.secret):
        assert (await identity.by_key(secret)).key_id == old.id
    (shown,) = await identity.list_keys(owner)
    assert (shown.last_four, shown.previous_until is None) == (new.secret[-4:], False)
    await change(any_database, old.id, previous_until=utc_now() - timedelta(seconds=1))
    await identity.by_key(new.secret)
    with pytest.raises(SignInNeeded):
        await identity.by_key(old.secret)


async def test_d3_a_second_rotation_ends_what_was_before_the_first(identity: IdentityService, owner: Operator) -> None:
    first = await identity.create_key(owner, "ci")
    second = await identity.rotate_key(owner, first.id)
    await identity.rotate_key(owner, first.id)
    await identity.by_key(second.secret)
    with pytest.raises(SignInNeeded):
        await identity.by_key(first.secret)


async def test_d3_revoking_ends_both_secrets_at_once(
    identity: IdentityService, owner: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verdicts, "REMEMBERED_SECONDS", 60.0)
    old = await identity.create_key(owner, "ci")
    new = await identity.rotate_key(owner, old.id)
    for secret in (old.secret, new.secret):
        await identity.by_key(secret)
    await identity.revoke_key(owner, old.id)
    for secret in (old.secret, new.secret):
        with pytest.raises(SignInNeeded):
            await identity.by_key(secret)
    assert await identity.list_keys(owner) == []


async def test_d3_another_process_refuses_a_revoked_key_within_five_seconds(
    identity: IdentityService, owner: Operator, any_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    clock = [1_000.0]
    monkeypatch.setattr(verdicts.time, "monotonic", lambda: clock[0])
    elsewhere = IdentityService(Units(any_database))
    key = await identity.create_key(owner, "ci")
    await elsewhere.by_key(key.secret)
    await identity.revoke_key(owner, key.id)
    clock[0] += 4.9
    with pytest.raises(SignInNeeded):
        await elsewhere.by_key(key.secret)
    await elsewhere.settle()


async def test_a_foreign_and_an_unknown_key_read_the_same(
    identity: IdentityService, owner: Operator, any_database: Database
) -> None:
    second = await second_project(any_database, owner.organisation_id)
    key = await identity.create_key(owner, "ci")
    elsewhere = await identity.in_project(owner, second)
    said = set()
    for key_id in (key.id, "key_unknown"):
        for act in (identity.revoke_key, identity.rotate_key):
            with pytest.raises(NotFound) as refused:
                await act(elsewhere, key_id)
            said.add(refused.value.message)
    assert len(said) == 1
    assert await identity.list_keys(elsewhere) == []
