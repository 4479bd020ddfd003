"""API keys: what they are, what they may, how they change and end; on both databases."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col, delete, select

from backend.audit.models import AuditEventRow
from backend.columns import utc_now
from backend.errors import Forbidden, InvalidInput, NotFound, QuotaExceeded, SignInNeeded
from backend.identity import verdicts
from backend.identity.errors import ProjectNeeded
from backend.identity.models import MemberRow, UserRow
from backend.identity.service import IdentityService, key_making
from backend.identity.tokens import KEY, hash_of, is_misspelt, new_key
from backend.operator import Operator, Permission
from backend.ports.database import Database
from backend.unit_of_work import Units
from tests.factories.keys import change, foreign_project, second_project
from tests.tenancy import EVERYWHERE

FEW = [Permission.FLOWS_READ, Permission.KEYS_MANAGE]


@pytest.fixture
def identity(any_database: Database, monkeypatch: pytest.MonkeyPatch) -> IdentityService:
    monkeypatch.setattr(verdicts, "REMEMBERED_SECONDS", 0.0)
    return IdentityService(Units(any_database))


@pytest.fixture
async def owner(identity: IdentityService) -> Operator:
    return await identity.ensure_owner()


def test_d1_a_key_has_a_public_id_256_bits_and_a_checksum() -> None:
    keys = [new_key()[0] for _ in range(200)]
    assert all(re.fullmatch(r"sbx_[a-z0-9]{12}_[A-Za-z0-9]{49}", key) for key in keys)
    assert len({key[17:60] for key in keys}) == 200
    assert 62**43 > 2**256
    assert not any(is_misspelt(key) for key in keys)
    assert all(is_misspelt(f"{key[:30]}{'a' if key[30] != 'a' else 'b'}{key[31:]}") for key in keys)
    assert KEY.fullmatch(keys[0])


async def test_d1_a_misspelt_key_is_refused_without_a_look_up(
    identity: IdentityService, any_database: Database
) -> None:
    key, _ = new_key()
    await any_database.close()
    with pytest.raises(SignInNeeded):
        await identity.by_key(f"{key[:-1]}{'a' if key[-1] != 'a' else 'b'}")


async def test_a_key_of_the_first_format_goes_on_working(
    identity: IdentityService, owner: Operator, any_database: Database
) -> None:
    old = "sbx_4fQ0-abcdefghijklmnopqrstuvwxyz_0123456789ABCDE"
    key = await identity.create_key(owner, "old")
    await change(any_database, key.id, secret_hash=hash_of(old), public_id=None, prefix=old[:12], last_four="")
    assert (await identity.by_key(old)).permissions == owner.permissions
    await identity.rotate_key(owner, key.id)
    assert (await identity.by_key(old)).key_id == key.id


async def test_d1_a_list_shows_prefix_last_four_maker_scopes_and_last_use(
    identity: IdentityService, owner: Operator
) -> None:
    ends = datetime(2099, 1, 1, tzinfo=UTC)
    made = await identity.create_key(owner, " ci ", scopes=FEW, expires_at=ends)
    await identity.by_key(made.secret)
    await identity.settle()
    (shown,) = await identity.list_keys(owner)
    assert (shown.name, shown.prefix, shown.last_four) == ("ci", made.secret[:16], made.secret[-4:])
    assert (shown.made_by, shown.scopes, shown.expires_at) == (owner.name, ("flows:read", "keys:manage"), ends)
    assert shown.last_used_at
    assert utc_now() - shown.last_used_at < timedelta(minutes=1)
    assert (shown.secret, shown.is_wide, shown.project_id) == ("", False, owner.project_id)


async def test_d2_a_key_may_what_its_scopes_and_its_maker_may(
    identity: IdentityService, owner: Operator, any_database: Database
) -> None:
    key = await identity.create_key(owner, "ci", scopes=["flows:read", "organisation:manage"])
    assert (await identity.by_key(key.secret)).permissions == {"flows:read", "organisation:manage"}
    async with any_database.write(EVERYWHERE) as session:
        await session.exec(update(MemberRow).values(role="viewer"))
    assert (await identity.by_key(key.secret)).permissions == {"flows:read"}


async def test_d2_a_key_dies_with_the_membership_of_its_maker(
    identity: IdentityService, owner: Operator, any_database: Database
) -> None:
    key = await identity.create_key(owner, "ci")
    async with any_database.write(EVERYWHERE) as session:
        await session.exec(delete(MemberRow))
    with pytest.raises(SignInNeeded):
        await identity.by_key(key.secret)


async def test_d2_nobody_gives_a_key_what_they_do_not_have(identity: IdentityService, owner: Operator) -> None:
    admin = replace(owner, permissions=owner.permissions - {Permission.ORGANISATION_MANAGE})
    with pytest.raises(Forbidden):
        await identity.create_key(admin, "ci", scopes=["organisation:manage"])
    with pytest.raises(Forbidden):
        await identity.create_key(admin, "ci", scopes=["flows:read"], is_wide=True)


async def test_d2_a_key_makes_no_key_that_is_wider_than_itself(identity: IdentityService, owner: Operator) -> None:
    ends = utc_now() + timedelta(hours=1)
    parent = await identity.create_key(owner, "parent", scopes=[*FEW, "organisation:manage"], expires_at=ends)
    key = await identity.by_key(parent.secret)
    for scopes, expires_at, is_wide in (
        (["flows:edit"], ends, False),
        (FEW, None, False),
        (FEW, ends + timedelta(seconds=1), False),
        (FEW, ends, True),
    ):
        with pytest.raises(Forbidden):
            await identity.create_key(key, "child", scopes=scopes, expires_at=expires_at, is_wide=is_wide)
    child = await identity.create_key(key, "child", scopes=["flows:read"], expires_at=ends)
    assert (await identity.by_key(child.secret)).permissions == {"flows:read"}
    with pytest.raises(Forbidden):
        await identity.create_key(await identity.by_key(child.secret), "grandchild", scopes=["flows:read"])


async def test_d2_a_narrow_key_rotates_no_wider_one(identity: IdentityService, owner: Operator) -> None:
    wide = await identity.create_key(owner, "wide")
    narrow = await identity.by_key((await identity.create_key(owner, "narrow", scopes=FEW)).secret)
    with pytest.raises(Forbidden):
        await identity.rotate_key(narrow, wide.id)


async def test_another_persons_key_can_be_revoked_and_not_rotated(
    identity: IdentityService, owner: Operator, any_database: Database
) -> None:
    async with any_database.write(EVERYWHERE) as session:
        session.add(UserRow(id="user_b", name="B"))
    key = await identity.create_key(owner, "mine")
    other = replace(owner, user_id="user_b")
    with pytest.raises(Forbidden):
        await identity.rotate_key(other, key.id)
    await identity.revoke_key(other, key.id)
    with pytest.raises(SignInNeeded):
        await identity.by_key(key.secret)


@pytest.mark.parametrize("scopes", [[], ["flows:fly"], ["*"], ["flows:read", ""]])
async def test_scopes_are_denied_by_default(identity: IdentityService, owner: Operator, scopes: list[str]) -> None:
    with pytest.raises(InvalidInput):
        await identity.create_key(owner, "ci", scopes=scopes)


@pytest.mark.parametrize("name", ["", "  ", "x" * 121, "a\nb"])
async def test_a_key_has_a_name(identity: IdentityService, owner: Operator, name: str) -> None:
    with pytest.raises(InvalidInput):
        await identity.create_key(owner, name)


async def test_an_end_lies_in_the_future_and_ends_the_key(
    identity: IdentityService, owner: Operator, any_database: Database
) -> None:
    with pytest.raises(InvalidInput):
        await identity.create_key(owner, "ci", expires_at=utc_now() - timedelta(seconds=1))
    key = await identity.create_key(owner, "ci", expires_at=utc_now() + timedelta(hours=1))
    await identity.by_key(key.secret)
    await change(any_database, key.id, expires_at=utc_now() - timedelta(seconds=1))
    with pytest.raises(SignInNeeded):
        await identity.by_key(key.secret)


async def test_a_key_of_a_project_is_good_there_alone(
    identity: IdentityService, owner: Operator, any_database: Database
) -> None:
    second = await second_project(any_database, owner.organisation_id)
    key = await identity.create_key(owner, "ci")
    assert (await identity.by_key(key.secret)).project_id == owner.project_id
    assert (await identity.by_key(key.secret, owner.project_id)).project_id == owner.project_id
    for other in (second, "proj_unknown"):
        with pytest.raises(Forbidden):
            await identity.by_key(key.secret, other)


@pytest.mark.security("25")
async def test_row_25_a_key_of_the_organisation_names_its_project(
    identity: IdentityService, owner: Operator, any_database: Database
) -> None:
    second, foreign = await second_project(any_database, owner.organisation_id), await foreign_project(any_database)
    key = await identity.create_key(owner, "all", is_wide=True)
    assert (await identity.by_key(key.secret, second)).project_id == second
    with pytest.raises(ProjectNeeded):
        await identity.by_key(key.secret)
    said = []
    for other in (foreign, "proj_unknown"):
        with pytest.raises(NotFound) as refused:
            await identity.by_key(key.secret, other)
        said.append(refused.value.message)
    assert said[0] == said[1]


async def test_row_25_a_key_of_the_organisation_does_not_follow_its_maker_elsewhere(
    identity: IdentityService, owner: Operator, any_database: Database
) -> None:
    foreign = await foreign_project(any_database)
    async with any_database.write(EVERYWHERE) as session:
        session.add(MemberRow(organisation_id="org_b", user_id=owner.user_id, role="owner"))
    key = await identity.create_key(owner, "all", is_wide=True)
    with pytest.raises(NotFound):
        await identity.by_key(key.secret, foreign)


async def test_there_are_not_endless_keys(
    identity: IdentityService, owner: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_making, "MAX_KEYS", 1)
    await identity.create_key(owner, "one")
    with pytest.raises(QuotaExceeded):
        await identity.create_key(owner, "two")


async def test_every_act_on_a_key_is_in_the_audit_log_without_its_secret(
    identity: IdentityService, owner: Operator, any_database: Database
) -> None:
    key = await identity.create_key(owner, "ci")
    new = await identity.rotate_key(owner, key.id)
    await identity.revoke_key(owner, key.id)
    async with any_database.read(EVERYWHERE) as session:
        events = (await session.exec(select(AuditEventRow).order_by(col(AuditEventRow.sequence)))).all()
    assert [event.action for event in events[-3:]] == ["api_key.create", "api_key.rotate", "api_key.revoke"]
    told = str([event.model_dump() for event in events])
    assert not any(secret in told or hash_of(secret) in told for secret in (key.secret, new.secret))
