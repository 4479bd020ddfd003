"""Roles: who gives and takes them, here and in one project."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest
from sqlmodel import select

from backend.audit.models import AuditEventRow
from backend.errors import Conflict, Forbidden, InvalidInput, NotFound, SignInNeeded
from backend.identity import verdicts
from backend.identity.errors import MemberNotFound
from backend.identity.permissions import Role
from backend.identity.service import IdentityService
from backend.operator import Operator, Permission
from backend.paging import Page
from backend.ports.database import Database
from backend.unit_of_work import Units
from tests.factories.people import join, operator_of
from tests.tenancy import EVERYWHERE


@dataclass
class House:
    """An organisation with one person of each role; `tokens` are their sessions by role."""

    identity: IdentityService
    units: Units
    owner: Operator
    tokens: dict[Role, str]

    async def is_(self, role: Role, project_id: str = "") -> Operator:
        return await operator_of(self.identity, self.tokens[role], project_id)

    async def role_of(self, user_id: str) -> Role:
        found = (await self.identity.list_members(self.owner, Page())).items
        return next(one.role for one in found if one.user_id == user_id)

    async def acts(self) -> list[str]:
        async with self.units.read(EVERYWHERE) as reading:
            rows = await reading.exec(select(AuditEventRow).order_by(AuditEventRow.sequence))  # type: ignore[arg-type]
            return [row.action for row in rows]


@pytest.fixture
async def house(any_database: Database) -> House:
    units = Units(any_database)
    identity = IdentityService(units)
    owner = await identity.ensure_owner()
    names = {Role.OWNER: "Ines", Role.ADMIN: "Daniel", Role.EDITOR: "Yuki", Role.REVIEWER: "Maren", Role.VIEWER: "Lena"}
    tokens = {role: await join(units, owner, name, role) for role, name in names.items()}
    return House(identity, units, owner, tokens)


async def test_an_admin_gives_a_role_and_it_holds_at_once(house: House) -> None:
    lena = await house.is_(Role.VIEWER)
    await house.identity.change_role(await house.is_(Role.ADMIN), lena.user_id, Role.EDITOR)
    assert (await house.is_(Role.VIEWER)).may(Permission.FLOWS_EDIT)
    assert await house.acts() == ["member.role"]


async def test_nobody_changes_their_own_role(house: House) -> None:
    for role in (Role.OWNER, Role.ADMIN):
        own = await house.is_(role)
        with pytest.raises(Forbidden):
            await house.identity.change_role(own, own.user_id, Role.VIEWER)
        with pytest.raises(Forbidden):
            await house.identity.set_project_role(own, own.user_id, own.project_id, Role.VIEWER)


async def test_an_admin_neither_makes_nor_takes_an_owner(house: House) -> None:
    admin, ines, lena = [await house.is_(role) for role in (Role.ADMIN, Role.OWNER, Role.VIEWER)]
    for user_id, role in ((lena.user_id, Role.OWNER), (ines.user_id, Role.VIEWER)):
        with pytest.raises(Forbidden):
            await house.identity.change_role(admin, user_id, role)
    with pytest.raises(Forbidden):
        await house.identity.remove_member(admin, ines.user_id)


@pytest.mark.parametrize("role", [Role.EDITOR, Role.REVIEWER, Role.VIEWER])
async def test_those_below_admin_manage_nobody(house: House, role: Role) -> None:
    own, admin = await house.is_(role), await house.is_(Role.ADMIN)
    for act in (
        house.identity.change_role(own, admin.user_id, Role.VIEWER),
        house.identity.remove_member(own, admin.user_id),
        house.identity.set_project_role(own, admin.user_id, own.project_id, Role.VIEWER),
        house.identity.transfer_ownership(own, admin.user_id),
        house.identity.invite(own, "new@alder-rowe.example", Role.VIEWER),
        house.identity.add_group_rule(own, "platform", Role.VIEWER),
        house.identity.create_project(own, "Billing"),
        house.identity.delete_project(own, own.project_id),
    ):
        with pytest.raises(Forbidden):
            await act


async def test_two_owners_who_demote_each_other_at_once_leave_one(house: House) -> None:
    ines = await house.is_(Role.OWNER)
    said = await asyncio.gather(
        house.identity.change_role(ines, house.owner.user_id, Role.VIEWER),
        house.identity.change_role(house.owner, ines.user_id, Role.VIEWER),
        return_exceptions=True,
    )
    roles = [await house.role_of(one) for one in (ines.user_id, house.owner.user_id)]
    assert sorted(roles) == [Role.OWNER, Role.VIEWER]
    assert [type(one) for one in said if one] == [Forbidden]


async def test_two_owners_who_leave_at_once_leave_one(house: House) -> None:
    ines = await house.is_(Role.OWNER)
    said = await asyncio.gather(
        *(house.identity.remove_member(one, one.user_id) for one in (ines, house.owner)), return_exceptions=True
    )
    assert [type(one) for one in said if one] == [Conflict]


async def test_the_last_owner_cannot_leave(house: House) -> None:
    ines = await house.is_(Role.OWNER)
    await house.identity.remove_member(ines, ines.user_id)
    with pytest.raises(Conflict):
        await house.identity.remove_member(house.owner, house.owner.user_id)


async def test_ownership_is_handed_over(house: House) -> None:
    admin, ines = await house.is_(Role.ADMIN), await house.is_(Role.OWNER)
    await house.identity.transfer_ownership(ines, admin.user_id)
    assert (await house.is_(Role.ADMIN)).role == "owner"
    assert (await house.is_(Role.OWNER)).role == "admin"


async def test_a_role_in_one_project_holds_there_only(house: House) -> None:
    other = await house.identity.create_project(house.owner, "Billing")
    lena, here = await house.is_(Role.VIEWER), house.owner.project_id
    await house.identity.set_project_role(house.owner, lena.user_id, other.id, Role.EDITOR)
    there = await house.is_(Role.VIEWER, other.id)
    assert (there.role, there.organisation_role, there.project_id) == ("editor", "viewer", other.id)
    assert there.may(Permission.FLOWS_EDIT)
    others = [(await house.is_(role)).user_id for role in (Role.OWNER, Role.ADMIN, Role.EDITOR)]
    others.insert(0, house.owner.user_id)
    alone = house.identity.is_alone
    assert not await alone(there, Permission.FLOWS_EDIT, *others), "she is there"
    assert await alone(house.owner, Permission.FLOWS_EDIT, *others), "and not here"
    assert not await alone(house.owner, Permission.FLOWS_EDIT, *others[:-1])
    assert not (await house.is_(Role.VIEWER, here)).may(Permission.FLOWS_EDIT)
    await house.identity.set_project_role(house.owner, lena.user_id, other.id, None)
    assert not (await house.is_(Role.VIEWER, other.id)).may(Permission.FLOWS_EDIT)


async def test_an_admin_of_one_project_manages_nobody_of_the_organisation(house: House) -> None:
    lena, yuki = await house.is_(Role.VIEWER), await house.is_(Role.EDITOR)
    await house.identity.set_project_role(house.owner, lena.user_id, house.owner.project_id, Role.ADMIN)
    raised = await house.is_(Role.VIEWER)
    assert raised.may(Permission.MODELS_EDIT)
    assert not raised.may(Permission.MEMBERS_MANAGE)
    with pytest.raises(Forbidden):
        await house.identity.change_role(raised, yuki.user_id, Role.VIEWER)


async def test_an_owner_is_one_in_every_project(house: House) -> None:
    ines = await house.is_(Role.OWNER)
    with pytest.raises(Conflict):
        await house.identity.set_project_role(house.owner, ines.user_id, house.owner.project_id, Role.VIEWER)
    with pytest.raises(InvalidInput):
        await house.identity.set_project_role(house.owner, ines.user_id, house.owner.project_id, Role.OWNER)


async def test_a_removed_member_is_out_at_once_and_their_key_with_them(house: House) -> None:
    admin = await house.is_(Role.ADMIN)
    key = await house.identity.create_key(admin, "ci")
    await house.identity.by_key(key.secret)
    await house.identity.remove_member(house.owner, admin.user_id)
    with pytest.raises(SignInNeeded):
        await house.is_(Role.ADMIN)
    with pytest.raises(SignInNeeded):
        await house.identity.by_key(key.secret)


async def test_a_right_that_was_just_taken_is_not_used_from_memory(house: House) -> None:
    admin, lena = await house.is_(Role.ADMIN), await house.is_(Role.VIEWER)
    await house.identity.change_role(house.owner, admin.user_id, Role.VIEWER)
    with pytest.raises(Forbidden):
        await house.identity.change_role(admin, lena.user_id, Role.EDITOR)


async def test_another_process_feels_a_removal_within_five_seconds(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = IdentityService(house.units)
    lena = await operator_of(elsewhere, house.tokens[Role.VIEWER])
    await house.identity.remove_member(house.owner, lena.user_id)
    monkeypatch.setattr(verdicts, "REMEMBERED_SECONDS", 0.0)
    with pytest.raises(SignInNeeded):
        await operator_of(elsewhere, house.tokens[Role.VIEWER])


async def test_a_foreign_member_and_an_unknown_one_read_the_same(house: House) -> None:
    for user_id in ("user_unknown", ""):
        with pytest.raises(MemberNotFound):
            await house.identity.change_role(house.owner, user_id, Role.VIEWER)


async def test_members_are_found_by_name_and_address_and_come_in_pages(house: House) -> None:
    found = await house.identity.list_members(house.owner, Page(), "YUK")
    assert [one.name for one in found.items] == ["Yuki"]
    found = await house.identity.list_members(house.owner, Page(), "%")
    assert found.items == []
    first = await house.identity.list_members(house.owner, Page(4))
    rest = await house.identity.list_members(house.owner, Page(4, first.next or ""))
    assert (len(first.items), len(rest.items), rest.next) == (4, 2, None)
    assert (await house.identity.count_roles(house.owner))[Role.OWNER] == 2


async def test_projects_are_made_named_and_closed_and_the_last_stays(house: House) -> None:
    made = await house.identity.create_project(house.owner, "  Billing  desk ", "Europe/Berlin")
    assert (made.name, made.time_zone) == ("Billing desk", "Europe/Berlin")
    with pytest.raises(Conflict):
        await house.identity.create_project(house.owner, "billing desk")
    renamed = await house.identity.change_project(house.owner, made.id, name="Billing")
    assert (renamed.name, renamed.time_zone) == ("Billing", "Europe/Berlin")
    await house.identity.delete_project(house.owner, made.id)
    with pytest.raises(NotFound):
        await house.is_(Role.VIEWER, made.id)
    with pytest.raises(Conflict):
        await house.identity.delete_project(house.owner, house.owner.project_id)
    assert await house.acts() == ["project.create", "project.change", "project.delete"]


async def test_a_session_whose_project_was_closed_begins_in_another(house: House) -> None:
    made = await house.identity.create_project(house.owner, "Billing")
    await house.identity.enter(house.tokens[Role.VIEWER], made.id)
    assert (await house.is_(Role.VIEWER)).project_id == made.id
    await house.identity.delete_project(house.owner, made.id)
    assert (await house.is_(Role.VIEWER)).project_id == house.owner.project_id


async def test_a_person_enters_no_foreign_project(house: House) -> None:
    for project_id in ("proj_unknown", "x"):
        with pytest.raises(NotFound):
            await house.is_(Role.OWNER, project_id)
        with pytest.raises(NotFound):
            await house.identity.enter(house.tokens[Role.OWNER], project_id)
