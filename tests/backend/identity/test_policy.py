"""How an organisation lets people in, chosen by an owner and held at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text, update

from backend.errors import Conflict, Forbidden, InvalidInput, SignInNeeded
from backend.identity.errors import LinkNotValid, NotInvited, NotLetIn, WrongCredentials
from backend.identity.models import MemberRow, OrganisationRow, ProjectRow, SessionRow
from backend.identity.permissions import Role
from backend.identity.types import Entered, Policy
from backend.operator import Operator
from tests.backend.identity.conftest import BACK, EMAIL, PASSWORD, Ways
from tests.doubles.provider import TENANT, Provider, config_of
from tests.factories.people import join, operator_of
from tests.tenancy import EVERYWHERE

OTHER_TENANT = TENANT.replace("0f3a", "1f3a")


async def linked_owner(ways: Ways) -> Operator:
    """Return the first owner with a password and a provider."""
    owner = await ways.owner_with_password()
    await ways.come(await ways.begun(link=await ways.identity.make_sign_in_link()))
    return owner


def entra(ways: Ways) -> None:
    """Let the provider be Entra, with two tenants that the settings name."""
    ways.provider = Provider(config_of("entra", tenants=(TENANT, OTHER_TENANT)))
    ways.service._parts.providers["test"] = ways.provider.engine  # type: ignore[index]


def of_tenant(tenant: str, **more: Any) -> dict[str, Any]:
    return {"tid": tenant, "iss": f"https://login.microsoftonline.com/{tenant}/v2.0", "xms_edov": True, **more}


async def test_a_policy_is_read_as_it_was_set_and_told_to_the_audit_log(ways: Ways) -> None:
    owner = await linked_owner(ways)
    assert await ways.service.policy(owner) == Policy()
    chosen = Policy(
        domains=(" @Alder.example", "rowe.example"), domain_role="editor", tenants=(TENANT.upper(),), groups=(" ops ",)
    )
    await ways.service.set_policy(owner, chosen)
    found = await ways.service.policy(owner)
    assert found == replace(chosen, domains=("alder.example", "rowe.example"), tenants=(TENANT,), groups=("ops",))
    async with ways.database.read(EVERYWHERE) as session:
        told = text("SELECT before, after FROM audit_event WHERE action = 'sign-in.policy'")
        row = (await (await session.connection()).execute(told)).one()
    assert "alder.example" in str(row.after)
    assert "alder.example" not in str(row.before)


async def test_only_an_owner_reads_and_sets_it(ways: Ways) -> None:
    owner = await linked_owner(ways)
    admin = await operator_of(ways.identity, await join(ways.units, owner, "Daniel", Role.ADMIN))
    for act in (ways.service.policy(admin), ways.service.set_policy(admin, Policy())):
        with pytest.raises(Forbidden):
            await act
    with pytest.raises(Forbidden):
        await ways.service.check_provider(admin, "test")


@pytest.mark.parametrize(
    "wrong",
    [
        {"domains": ("alder",)},
        {"domains": ("*.example",)},
        {"domains": ("alder.example/x",)},
        {"domains": ("a b.example",)},
        {"domain_role": "owner"},
        {"domain_role": "admin"},
        {"tenants": ("organizations",)},
        {"groups": ("x" * 201,)},
        {"groups": tuple(map(str, range(101)))},
    ],
)
async def test_what_is_no_policy_is_refused(ways: Ways, wrong: dict[str, Any]) -> None:
    owner = await linked_owner(ways)
    with pytest.raises(InvalidInput) as refused:
        await ways.service.set_policy(owner, Policy(**wrong))
    assert set(refused.value.fields) == set(wrong)
    assert await ways.service.policy(owner) == Policy()


@pytest.mark.security("39")
async def test_row_39_where_only_providers_let_in_every_other_way_is_shut(ways: Ways) -> None:
    owner = await linked_owner(ways)
    entered = await ways.service.by_password(EMAIL, PASSWORD)
    assert isinstance(entered, Entered)
    by_link = await ways.identity.sign_in_by_link(await ways.identity.make_sign_in_link())
    by_provider = await ways.come()
    reset = (await ways.service.reset_link_for(owner, EMAIL)).token
    invitation = await ways.identity.invite(owner, "sam@rowe.example", Role.EDITOR)
    await ways.service.set_policy(owner, Policy(provider_only=True))
    for old in (entered.token, by_link):
        with pytest.raises(SignInNeeded):
            await ways.identity.by_session(old)
    await ways.identity.by_session(by_provider)
    refused: list[tuple[Any, type[Exception]]] = [
        (ways.service.by_password(EMAIL, PASSWORD), WrongCredentials),
        (ways.service.reset_link_for(owner, EMAIL), InvalidInput),
        (ways.service.reset_password(reset, PASSWORD), LinkNotValid),
        (ways.service.join(invitation.token, "Sam", PASSWORD), Forbidden),
        (ways.service.change_password(owner, by_provider, PASSWORD, "other words that fit"), InvalidInput),
        (ways.service.set_first_password(await ways.identity.make_sign_in_link(), EMAIL, PASSWORD), InvalidInput),
    ]
    for way, refusal in refused:
        with pytest.raises(refusal):
            await way
    assert not await ways.service.has_passwords()
    again = await ways.identity.sign_in_by_link(await ways.identity.make_sign_in_link())
    assert (await ways.identity.by_session(again))[0].user_id == owner.user_id  # the way back, on this machine alone


@pytest.mark.security("39")
async def test_row_39_an_invitation_is_not_accepted_by_a_session_that_a_password_opened(ways: Ways) -> None:
    """Somebody of another organisation, which takes passwords, is asked into one that does not."""
    owner = await linked_owner(ways)
    invitation = await ways.identity.invite(owner, "sam@alder-rowe.example", Role.EDITOR)
    await ways.service.set_policy(owner, Policy(provider_only=True))
    theirs = await another_organisation(ways, owner)
    session = await join(ways.units, theirs, "Sam", Role.VIEWER)
    async with ways.units.write(EVERYWHERE) as work:
        await work.session.exec(update(SessionRow).values(signed_in_with="password"))
    sam = await operator_of(ways.identity, session)
    with pytest.raises(NotLetIn):
        await ways.identity.accept_invitation(sam, invitation.token)


async def another_organisation(ways: Ways, owner: Operator) -> Operator:
    async with ways.units.write(EVERYWHERE) as work:
        work.session.add(OrganisationRow(id="org_theirs", name="Theirs"))
        await work.session.flush()
        work.session.add(ProjectRow(id="proj_theirs", organisation_id="org_theirs", name="Theirs"))
    return replace(owner, organisation_id="org_theirs", project_id="proj_theirs")


async def test_an_owner_makes_no_reset_link_for_a_member_of_another_organisation_too(ways: Ways) -> None:
    """With the link one is that person, in the other organisation as well."""
    owner = await linked_owner(ways)
    sam = await operator_of(ways.identity, await join(ways.units, owner, "Sam", Role.VIEWER))
    owner = replace(owner, via="system")  # the command line, by whom one without a password gets one
    await ways.service.make_reset_link(owner, sam.user_id)
    theirs = await another_organisation(ways, owner)
    async with ways.units.write(EVERYWHERE) as work:
        work.session.add(MemberRow(organisation_id=theirs.organisation_id, user_id=sam.user_id, role=Role.OWNER))
    with pytest.raises(InvalidInput):
        await ways.service.make_reset_link(owner, sam.user_id)


async def test_the_policy_of_one_organisation_leaves_the_other_open(ways: Ways) -> None:
    owner = await linked_owner(ways)
    theirs = await another_organisation(ways, owner)
    async with ways.units.write(EVERYWHERE) as work:
        work.session.add(MemberRow(organisation_id=theirs.organisation_id, user_id=owner.user_id, role=Role.VIEWER))
    await ways.service.set_policy(owner, Policy(provider_only=True))
    entered = await ways.service.by_password(EMAIL, PASSWORD)
    assert isinstance(entered, Entered)
    assert (await ways.identity.by_session(entered.token))[0].organisation_id == theirs.organisation_id
    with pytest.raises(SignInNeeded):
        await ways.identity.by_session(entered.token, owner.project_id)


async def test_a5_only_the_tenants_of_the_policy_come_in_and_the_others_are_out_at_once(ways: Ways) -> None:
    entra(ways)
    owner = await linked_owner(ways)
    await ways.service.set_policy(owner, Policy(domains=("alder.example",)))
    other = await ways.come(**of_tenant(OTHER_TENANT, oid="2", email="a@alder.example"))
    await ways.service.set_policy(owner, Policy(domains=("alder.example",), tenants=(TENANT,)))
    with pytest.raises(SignInNeeded):
        await ways.identity.by_session(other)
    with pytest.raises(NotLetIn):
        await ways.come(**of_tenant(OTHER_TENANT, oid="2", email="a@alder.example"))
    with pytest.raises(NotInvited):
        await ways.come(**of_tenant(OTHER_TENANT, oid="3", email="b@alder.example"))
    await ways.identity.by_session(await ways.come(**of_tenant(TENANT, oid="3", email="b@alder.example")))


async def test_a_group_of_the_policy_must_be_held(ways: Ways) -> None:
    owner = await linked_owner(ways)
    await ways.service.set_policy(owner, Policy(domains=("rowe.example",), groups=("operators",)))
    person = {"sub": "2", "email": "sam@rowe.example"}
    for groups in ([], ["staff"]):
        with pytest.raises(NotInvited):
            await ways.come(**person, groups=groups)
    session = await ways.come(**person, groups=["staff", "operators"])
    await ways.identity.by_session(session)
    await ways.service.set_policy(owner, Policy(domains=("rowe.example",), groups=("others",)))
    with pytest.raises(SignInNeeded):
        await ways.identity.by_session(session)


async def test_an_owner_cannot_name_tenants_or_groups_that_shut_them_out(ways: Ways) -> None:
    entra(ways)
    await linked_owner(ways)
    owner = (await ways.identity.by_session(await ways.come(**of_tenant(TENANT, groups=["operators"]))))[0]
    for policy in (Policy(tenants=(OTHER_TENANT,)), Policy(groups=("others",))):
        with pytest.raises(Conflict):
            await ways.service.set_policy(owner, policy)
    await ways.service.set_policy(owner, Policy(tenants=(TENANT,), groups=("operators",)))


async def test_no_provider_of_the_settings_is_none_to_come_back_by(ways: Ways) -> None:
    owner = await linked_owner(ways)
    ways.service._parts.providers.clear()  # type: ignore[attr-defined]
    with pytest.raises(Conflict):
        await ways.service.set_policy(owner, Policy(provider_only=True))


async def test_the_way_in_says_whether_the_provider_answered_when_it_was_asked_last(ways: Ways) -> None:
    owner = await ways.owner()
    assert ways.service.doors()[0].answers is None
    ways.provider.is_down = True
    assert (await ways.service.check_provider(owner, "test")).answers is False
    ways.provider.is_down = False
    await ways.service.begin("test", BACK)
    door = ways.service.doors()[0]
    assert door.answers
    assert door.heard_at
