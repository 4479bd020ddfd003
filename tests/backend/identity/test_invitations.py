"""Invitations and group rules."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text, update

from backend.columns import utc_now
from backend.errors import Conflict, Forbidden, InvalidInput, SignInNeeded
from backend.identity.errors import InvitationNotFound, LinkNotValid
from backend.identity.models import InvitationRow
from backend.identity.permissions import Role
from backend.identity.service import IdentityService
from backend.operator import Operator
from backend.paging import Page
from backend.ports.database import Database
from backend.ports.mail import Letter
from backend.unit_of_work import Units
from tests.factories.people import join, operator_of
from tests.tenancy import EVERYWHERE

NEW = "piet@northlight.example"


class Letters:
    """A mail server that takes everything, or nothing."""

    def __init__(self) -> None:
        self.taken: list[Letter] = []
        self.works = True

    async def send(self, letter: Letter) -> bool:
        self.taken += [letter] if self.works else []
        return self.works


async def accepted(identity: IdentityService, token: str, name: str) -> str:
    """Make the account of the invited address, as a service that asks for its password does; return its id."""
    async with identity._units.write(EVERYWHERE) as work:
        return (await identity.join(work, token, name)).id


@pytest.fixture
def letters() -> Letters:
    return Letters()


@pytest.fixture
def units(any_database: Database) -> Units:
    return Units(any_database)


@pytest.fixture
def identity(units: Units, letters: Letters) -> IdentityService:
    return IdentityService(units, mail=letters, public_url="https://console.example")


@pytest.fixture
async def owner(identity: IdentityService) -> Operator:
    return await identity.ensure_owner()


async def test_a_new_person_joins_by_the_link_of_the_letter_once(
    identity: IdentityService, owner: Operator, letters: Letters
) -> None:
    made = await identity.invite(owner, " Piet@Northlight.example ", Role.EDITOR)
    assert (made.email, made.mailed, letters.taken[0].to) == (NEW, True, NEW)
    assert f"https://console.example/invitation?token={made.token}" in letters.taken[0].text
    assert (await identity.invitation_of(made.token)).organisation_name == "My organisation"
    await accepted(identity, made.token, "Piet Jansen")
    piet = (await identity.list_members(owner, Page(), NEW)).items[0]
    assert (piet.name, piet.role) == ("Piet Jansen", "editor")
    for again in (accepted(identity, made.token, "Mallory"), identity.invitation_of(made.token)):
        with pytest.raises(LinkNotValid):
            await again
    assert await identity.list_invitations(owner) == []


async def test_a_letter_that_no_server_takes_leaves_the_link_to_be_shown(
    identity: IdentityService, owner: Operator, letters: Letters
) -> None:
    letters.works = False
    made = await identity.invite(owner, NEW, Role.VIEWER)
    assert (made.mailed, bool(made.token)) == (False, True)


async def test_the_link_stands_nowhere_in_the_database(
    identity: IdentityService, owner: Operator, units: Units
) -> None:
    made = await identity.invite(owner, NEW, Role.VIEWER)
    async with units.read(EVERYWHERE) as reading:
        rows = (await (await reading.connection()).execute(text("SELECT * FROM invitation"))).all()
        events = (await (await reading.connection()).execute(text("SELECT * FROM audit_event"))).all()
    assert made.token not in str(rows) + str(events)


async def test_a_second_waiting_invitation_is_refused_even_at_once(identity: IdentityService, owner: Operator) -> None:
    said = await asyncio.gather(*(identity.invite(owner, NEW, Role.VIEWER) for _ in range(3)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in said) == ["Conflict", "Conflict", "Invitation"]
    with pytest.raises(Conflict):
        await identity.invite(owner, NEW.upper(), Role.VIEWER)


async def test_a_member_is_not_invited_again(identity: IdentityService, owner: Operator, units: Units) -> None:
    await join(units, owner, "Lena", Role.VIEWER)
    with pytest.raises(Conflict):
        await identity.invite(owner, "lena@alder-rowe.example", Role.EDITOR)


async def test_an_inviter_gives_no_more_than_they_have(
    identity: IdentityService, owner: Operator, units: Units
) -> None:
    admin = await operator_of(identity, await join(units, owner, "Daniel", Role.ADMIN))
    with pytest.raises(Forbidden):
        await identity.invite(admin, NEW, Role.OWNER)
    assert (await identity.invite(admin, NEW, Role.ADMIN)).role == Role.ADMIN


async def test_an_invitation_dies_with_the_right_to_send_it(
    identity: IdentityService, owner: Operator, units: Units
) -> None:
    admin = await operator_of(identity, await join(units, owner, "Daniel", Role.ADMIN))
    made = await identity.invite(admin, NEW, Role.ADMIN)
    await identity.change_role(owner, admin.user_id, Role.VIEWER)
    with pytest.raises(LinkNotValid):
        await accepted(identity, made.token, "Piet")


async def test_sending_again_ends_the_old_link(identity: IdentityService, owner: Operator, letters: Letters) -> None:
    made = await identity.invite(owner, NEW, Role.VIEWER)
    again = await identity.resend_invitation(owner, made.id)
    assert len(letters.taken) == 2
    with pytest.raises(LinkNotValid):
        await accepted(identity, made.token, "Piet")
    assert await accepted(identity, again.token, "Piet")
    with pytest.raises(InvitationNotFound):
        await identity.resend_invitation(owner, made.id)


async def test_an_invitation_that_was_taken_back_or_is_old_opens_nothing(
    identity: IdentityService, owner: Operator, units: Units
) -> None:
    back = await identity.invite(owner, NEW, Role.VIEWER)
    await identity.revoke_invitation(owner, back.id)
    old = await identity.invite(owner, NEW, Role.VIEWER)
    async with units.write(EVERYWHERE) as work:
        await work.session.exec(update(InvitationRow).values(expires_at=utc_now() - timedelta(seconds=1)))
    for made in (back, old):
        with pytest.raises(LinkNotValid):
            await accepted(identity, made.token, "Piet")
    assert await identity.invite(owner, NEW, Role.VIEWER)  # one that has expired does not stand in the way


@pytest.mark.security("14")
@pytest.mark.parametrize("token", ["", "null", "0", "[]", "x" * 43])
async def test_row_14_a_guess_at_an_invitation_opens_nothing(
    identity: IdentityService, owner: Operator, token: str
) -> None:
    await identity.invite(owner, NEW, Role.VIEWER)
    with pytest.raises(LinkNotValid):
        await accepted(identity, token, "Mallory")


async def test_a_person_accepts_only_what_is_for_their_address(
    identity: IdentityService, owner: Operator, units: Units
) -> None:
    made = await identity.invite(owner, NEW, Role.EDITOR)
    await accepted(identity, made.token, "Piet")
    piet = (await identity.list_members(owner, Page(), NEW)).items[0]
    session = await join(units, owner, "Lena", Role.VIEWER)
    await identity.remove_member(owner, piet.user_id)
    again = await identity.invite(owner, NEW, Role.EDITOR)
    with pytest.raises(Forbidden):
        await identity.accept_invitation(await operator_of(identity, session), again.token)
    with pytest.raises(SignInNeeded):  # the address has an account, so its owner must sign in
        await accepted(identity, again.token, "Mallory")


@pytest.mark.parametrize(
    "email", ["", "piet", "@x.example", "a b@x.example", "a@x", "a@b@c.example", "a@x.example\r\nBcc: b"]
)
async def test_what_is_no_address_is_refused(identity: IdentityService, owner: Operator, email: str) -> None:
    with pytest.raises(InvalidInput):
        await identity.invite(owner, email, Role.VIEWER)


async def test_groups_give_and_take_roles_at_sign_in(identity: IdentityService, owner: Operator, units: Units) -> None:
    await identity.add_group_rule(owner, "support-leads", Role.REVIEWER)
    await identity.add_group_rule(owner, "platform-eng", Role.EDITOR)
    token = await join(units, owner, "Maren", Role.VIEWER)
    maren = (await operator_of(identity, token)).user_id
    organisation = owner.organisation_id
    # A person gave this role: rules leave it alone until it is gone.
    assert await identity.apply_group_rules(organisation, maren, {"platform-eng"}) == Role.VIEWER
    await identity.remove_member(owner, maren)
    assert await identity.apply_group_rules(organisation, maren, {"unknown"}) is None
    both = {"support-leads", "platform-eng"}
    assert await identity.apply_group_rules(organisation, maren, both) == Role.EDITOR
    assert [(one.group, one.num_members) for one in await identity.list_group_rules(owner)] == [
        ("platform-eng", 1),
        ("support-leads", 0),
    ]
    assert await identity.apply_group_rules(organisation, maren, {"support-leads"}) == Role.REVIEWER
    assert await identity.apply_group_rules(organisation, maren, set()) is None
    with pytest.raises(SignInNeeded):
        await operator_of(identity, token)


async def test_a_group_makes_no_owner_and_has_one_rule(identity: IdentityService, owner: Operator) -> None:
    with pytest.raises(InvalidInput):
        await identity.add_group_rule(owner, "everyone", Role.OWNER)
    rule = await identity.add_group_rule(owner, "everyone", Role.VIEWER)
    with pytest.raises(Conflict):
        await identity.add_group_rule(owner, "everyone", Role.EDITOR)
    await identity.remove_group_rule(owner, rule.id)
    assert await identity.list_group_rules(owner) == []
