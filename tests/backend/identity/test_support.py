"""Support stands in for a member: no more than was granted, no longer, and never unseen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text, update

from backend.columns import utc_now
from backend.errors import Forbidden, InvalidInput, NotFound, SignInNeeded
from backend.identity.models import MemberRow, OrganisationRow, ProjectRow, SessionRow, SupportGrantRow, UserRow
from backend.identity.permissions import NEVER_OF_SUPPORT, PERMISSIONS, Role
from backend.identity.tokens import hash_of, new_token
from backend.identity.types import Policy, SessionLimits, SupportGrant
from backend.operator import Operator, Permission
from tests.backend.identity.conftest import BACK, Ways
from tests.factories.people import join, operator_of
from tests.tenancy import EVERYWHERE

HOUR = timedelta(hours=1)
KIM = "kim@support.example"


async def support_session(ways: Ways) -> str:
    """Make Kim, of the vendor's own organisation, and return the token of a session of hers."""
    token = new_token()
    async with ways.units.write(EVERYWHERE) as work:
        work.session.add(OrganisationRow(id="org_vendor", name="The vendor"))
        work.session.add(UserRow(id="user_kim", name="Kim Doe", email=KIM))
        await work.session.flush()
        work.session.add(ProjectRow(id="proj_vendor", organisation_id="org_vendor", name="Tickets"))
        work.session.add(MemberRow(organisation_id="org_vendor", user_id="user_kim", role=Role.VIEWER))
        await work.session.flush()
        row = SessionRow(
            id="sess_kim",
            token_hash=hash_of(token),
            user_id="user_kim",
            project_id="proj_vendor",
            signed_in_with="password",
            expires_at=utc_now() + SessionLimits().lifetime,
        )
        work.session.add(row)
    return token


async def let_in(ways: Ways, role: Role = Role.EDITOR, member_role: Role = Role.ADMIN) -> tuple[Operator, SupportGrant]:
    """Let Kim act for Maren; return the owner and the grant."""
    owner = await ways.owner()
    maren = await operator_of(ways.identity, await join(ways.units, owner, "Maren", member_role))
    return owner, await ways.identity.grant_support(owner, KIM.upper(), maren.user_id, role, HOUR)


async def acting(ways: Ways, **roles: Role) -> tuple[Operator, SupportGrant, str]:
    """Let Kim act for Maren now; return the owner, the grant and Kim's session."""
    token = await support_session(ways)
    owner, grant = await let_in(ways, **roles)
    await ways.identity.start_support(token, grant.id)
    return owner, grant, token


async def test_support_acts_for_the_member_with_no_more_than_the_granted_role(ways: Ways) -> None:
    _, grant, token = await acting(ways)
    operator, person = await ways.identity.by_session(token)
    assert (operator.user_id, operator.name, operator.role) == (grant.member_id, "Maren", Role.EDITOR)
    assert operator.permissions == PERMISSIONS[Role.EDITOR] - NEVER_OF_SUPPORT
    assert (operator.support_id, person.support_name, person.support_until) == ("user_kim", "Kim Doe", grant.expires_at)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.REVIEWER, Role.EDITOR, Role.ADMIN])
async def test_support_never_changes_members_keys_secrets_connections_or_the_policy(ways: Ways, role: Role) -> None:
    _, _, token = await acting(ways, role=role)
    held = (await ways.identity.by_session(token))[0].permissions
    assert held == PERMISSIONS[role] - NEVER_OF_SUPPORT
    for taken in ("members:manage", "keys:manage", "secrets:edit", "models:edit", "organisation:manage"):
        assert Permission(taken) not in held


async def test_a_member_who_rises_does_not_raise_support_and_one_who_falls_lowers_it(ways: Ways) -> None:
    owner, grant, token = await acting(ways, role=Role.EDITOR, member_role=Role.EDITOR)
    await ways.identity.change_role(owner, grant.member_id, Role.OWNER)
    assert (await ways.identity.by_session(token))[0].role == Role.EDITOR
    await ways.identity.change_role(owner, grant.member_id, Role.VIEWER)
    operator = (await ways.identity.by_session(token))[0]
    assert (operator.role, operator.permissions) == (Role.VIEWER, PERMISSIONS[Role.VIEWER])


async def test_an_override_of_the_project_raises_support_no_more_than_the_role_does(ways: Ways) -> None:
    owner, grant, token = await acting(ways, role=Role.VIEWER, member_role=Role.VIEWER)
    await ways.identity.set_project_role(owner, grant.member_id, owner.project_id, Role.ADMIN)
    assert (await ways.identity.by_session(token))[0].permissions == PERMISSIONS[Role.VIEWER]


async def test_the_account_and_the_membership_stay_the_members_own(ways: Ways) -> None:
    owner, _, token = await acting(ways, role=Role.ADMIN)
    operator = (await ways.identity.by_session(token))[0]
    invitation = await ways.identity.invite(owner, "maren@elsewhere.example", Role.VIEWER)
    service, identity = ways.service, ways.identity
    acts: list[Any] = [
        service.account(operator),
        service.rename(operator, "Mallory"),
        service.set_picture(operator, b"x"),
        service.drop_picture(operator),
        service.sessions(operator, token),
        service.end_session(operator, "sess_1"),
        service.end_all_sessions(operator),
        service.unlink(operator, "uid_1"),
        service.change_password(operator, token, "", "four words apart here"),
        service.begin_second_step(operator),
        service.confirm_second_step(operator, "1"),
        service.end_second_step(operator, "1"),
        service.begin_linking(operator, token, "test", BACK),
        identity.remove_member(operator, operator.user_id),
        identity.accept_invitation(operator, invitation.token),
        identity.offered_support(operator),
    ]
    for act in acts:
        with pytest.raises(Forbidden):
            await act
    assert (await identity.by_session(token))[0].name == "Maren"


async def test_every_act_is_told_with_both_names(ways: Ways) -> None:
    owner, grant, token = await acting(ways)
    operator = (await ways.identity.by_session(token))[0]
    assert operator.actor == ("user_kim", "Kim Doe for Maren", "support")
    await ways.identity.stop_support(token)
    await ways.identity.revoke_support(owner, grant.id)
    async with ways.database.read(EVERYWHERE) as session:
        told = text("SELECT action, actor_name, target_name FROM audit_event WHERE action LIKE 'support.%' ORDER BY at")
        rows = [tuple(row) for row in (await (await session.connection()).execute(told)).all()]
    both = "Kim Doe for Maren"
    assert rows == [
        ("support.grant", owner.name, both),
        ("support.start", "Kim Doe", both),
        ("support.stop", "Kim Doe", both),
        ("support.revoke", owner.name, both),
    ]


async def is_themself(ways: Ways, token: str) -> bool:
    operator = (await ways.identity.by_session(token))[0]
    return (operator.user_id, operator.support_id, operator.organisation_id) == ("user_kim", "", "org_vendor")


async def test_a_grant_taken_back_ends_at_once(ways: Ways) -> None:
    owner, grant, token = await acting(ways)
    assert not await is_themself(ways, token)
    assert (await ways.identity.list_support(owner))[0].in_use
    await ways.identity.revoke_support(owner, grant.id)
    assert await is_themself(ways, token)
    with pytest.raises(NotFound):
        await ways.identity.by_session(token, owner.project_id)
    with pytest.raises(NotFound):
        await ways.identity.start_support(token, grant.id)
    assert not (await ways.identity.list_support(owner))[0].in_use


async def test_a_grant_ends_by_itself(ways: Ways) -> None:
    _, grant, token = await acting(ways)
    async with ways.units.write(EVERYWHERE) as work:
        await work.session.exec(update(SupportGrantRow).values(expires_at=utc_now()))
    ways.identity.forget_all()
    assert await is_themself(ways, token)
    with pytest.raises(NotFound):
        await ways.identity.start_support(token, grant.id)


@pytest.mark.parametrize("change", ["the member leaves", "the giver is no owner"])
async def test_a_grant_ends_with_its_member_and_with_the_right_to_give_it(ways: Ways, change: str) -> None:
    owner, grant, token = await acting(ways)
    if change == "the member leaves":
        await ways.identity.remove_member(owner, grant.member_id)
    else:
        other = await operator_of(ways.identity, await join(ways.units, owner, "Olga", Role.OWNER))
        await ways.identity.change_role(other, owner.user_id, Role.ADMIN)
    assert await is_themself(ways, token)


async def test_support_stops_by_itself_too_and_twice_is_no_error(ways: Ways) -> None:
    _, _, token = await acting(ways)
    await ways.identity.stop_support(token)
    await ways.identity.stop_support(token)
    assert await is_themself(ways, token)


async def test_a_grant_of_somebody_else_is_none(ways: Ways) -> None:
    token = await support_session(ways)
    owner, grant = await let_in(ways)
    thief = await join(ways.units, owner, "Thief", Role.VIEWER)
    for guessed in (grant.id, "supp_unknown", ""):
        with pytest.raises(NotFound):
            await ways.identity.start_support(thief, guessed)
    offered = await ways.identity.offered_support((await ways.identity.by_session(token))[0])
    assert [one.id for one in offered] == [grant.id]


async def test_support_sees_the_one_organisation_that_let_it_in(ways: Ways) -> None:
    owner, grant, token = await acting(ways)
    async with ways.units.write(EVERYWHERE) as work:
        work.session.add(OrganisationRow(id="org_2", name="Another"))
        await work.session.flush()
        work.session.add(ProjectRow(id="proj_2", organisation_id="org_2", name="Theirs"))
        work.session.add(MemberRow(organisation_id="org_2", user_id=grant.member_id, role=Role.OWNER))
    ways.identity.forget_all()
    operator = (await ways.identity.by_session(token))[0]
    assert [place.id for _, place in await ways.identity.list_places(operator)] == [owner.project_id]
    for project_id in ("proj_2", "proj_vendor"):
        with pytest.raises(NotFound):
            await ways.identity.by_session(token, project_id)


async def test_where_only_providers_let_in_support_comes_by_one_too(ways: Ways) -> None:
    owner, _, token = await acting(ways)
    await ways.come(await ways.begun(link=await ways.identity.make_sign_in_link()))
    await ways.service.set_policy(owner, Policy(provider_only=True))
    with pytest.raises(SignInNeeded):
        await ways.identity.by_session(token, owner.project_id)


@pytest.mark.parametrize(
    ("email", "role", "lifetime"),
    [
        ("nobody@support.example", Role.VIEWER, HOUR),
        ("maren@alder-rowe.example", Role.VIEWER, HOUR),
        (KIM, Role.OWNER, HOUR),
        (KIM, Role.VIEWER, timedelta(hours=25)),
        (KIM, Role.VIEWER, timedelta(0)),
        (KIM, Role.VIEWER, -HOUR),
    ],
)
async def test_what_is_no_grant_is_refused(ways: Ways, email: str, role: Role, lifetime: timedelta) -> None:
    await support_session(ways)
    owner = await ways.owner()
    maren = await operator_of(ways.identity, await join(ways.units, owner, "Maren", Role.ADMIN))
    with pytest.raises(InvalidInput):
        await ways.identity.grant_support(owner, email, maren.user_id, role, lifetime)


async def test_only_an_owner_lets_support_in_and_to_members_of_their_own(ways: Ways) -> None:
    await support_session(ways)
    owner = await ways.owner()
    admin = await operator_of(ways.identity, await join(ways.units, owner, "Daniel", Role.ADMIN))
    for act in (
        ways.identity.grant_support(admin, KIM, owner.user_id, Role.VIEWER, HOUR),
        ways.identity.list_support(admin),
        ways.identity.revoke_support(admin, "supp_1"),
    ):
        with pytest.raises(Forbidden):
            await act
    with pytest.raises(NotFound):
        await ways.identity.grant_support(owner, KIM, "user_kim", Role.VIEWER, HOUR)
