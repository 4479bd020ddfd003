"""Signing in at a provider: one browser, once, and only people who may come."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text, update

from backend.columns import utc_now
from backend.errors import Conflict, Forbidden, NotFound, SignInNeeded
from backend.identity.errors import LinkNotValid, NotInvited, OpeningNotValid
from backend.identity.models import SessionRow, SignInPolicyRow
from backend.identity.permissions import Role
from backend.identity.service import IdentityService
from backend.identity.service.signing_in import SignInService
from backend.identity.service.single_sign_on import OPENING
from backend.identity.types import Policy
from backend.ports.sign_in import ArrivalRefused, ProviderDown
from tests.backend.identity.conftest import BACK, EMAIL, Ways, aged
from tests.tenancy import EVERYWHERE


async def joined(ways: Ways, **claims: object) -> str:
    """Let the first owner join the provider; return the session."""
    return await ways.come(await ways.begun(link=await ways.identity.make_sign_in_link()), **claims)


async def let_domain_in(ways: Ways, domain: str = "alder.example", role: str = "reviewer") -> None:
    owner = await ways.owner()
    async with ways.database.write(EVERYWHERE) as session:
        session.add(SignInPolicyRow(organisation_id=owner.organisation_id, domains=[domain], domain_role=role))


async def test_the_first_owner_joins_a_provider_and_comes_back_by_it(ways: Ways) -> None:
    first, _ = await ways.identity.by_session(await joined(ways))
    again, _ = await ways.identity.by_session(await ways.come())
    assert first.user_id == again.user_id == (await ways.owner()).user_id
    assert await ways.identity.has_credential()


@pytest.mark.parametrize("state", ["", "x", "other"])
async def test_a1_a_wrong_state_asks_for_no_token(ways: Ways, state: str) -> None:
    _, cookie = await ways.begun()
    ways.provider.sign(nonce=ways.nonce)
    with pytest.raises(OpeningNotValid):
        await ways.service.finish("test", cookie, state, "the-code")
    assert not ways.provider.calls("/token")


@pytest.mark.security("38")
async def test_row_38_a_callback_finished_in_another_browser_is_refused(ways: Ways) -> None:
    """The other browser has no cookie, or the one of its own sign-in."""
    await joined(ways)
    state, _ = await ways.begun()
    _, other_cookie = await ways.begun()
    num_calls = len(ways.provider.calls("/token"))
    for cookie in ("", other_cookie, "forged"):
        with pytest.raises(OpeningNotValid):
            await ways.service.finish("test", cookie, state, "the-code")
    assert len(ways.provider.calls("/token")) == num_calls


@pytest.mark.security("47")
async def test_row_47_the_state_lives_in_the_browser_alone_whichever_process_answers(ways: Ways) -> None:
    """No cache of the server holds a state that another browser could draw from: the database has what was used."""
    await joined(ways)
    state, cookie = await ways.begun()
    ways.provider.sign(nonce=ways.nonce)
    other = SignInService(replace(ways.service._parts, identity=IdentityService(ways.units)))
    for held in ("", (await ways.begun())[1]):
        with pytest.raises(OpeningNotValid):
            await other.finish("test", held, state, "the-code")
    assert (await other.finish("test", cookie, state, "the-code"))[0].token
    for service in (ways.service, other):
        with pytest.raises(OpeningNotValid):
            await service.finish("test", cookie, state, "the-code")


async def test_a1_a_state_is_good_once(ways: Ways) -> None:
    await joined(ways)
    begun = await ways.begun()
    await ways.come(begun)
    num_calls = len(ways.provider.calls("/token"))
    with pytest.raises(OpeningNotValid):
        await ways.come(begun)
    assert len(ways.provider.calls("/token")) == num_calls


async def test_a1_a_sign_in_of_more_than_ten_minutes_is_refused(ways: Ways) -> None:
    state, cookie = await ways.begun()
    with pytest.raises(OpeningNotValid):
        await ways.service.finish("test", aged(cookie, OPENING, timedelta(minutes=11)), state, "the-code")


async def test_a2_an_error_of_the_provider_opens_nothing_and_is_recorded(ways: Ways) -> None:
    await ways.owner()
    state, cookie = await ways.begun()
    with pytest.raises(ArrivalRefused):
        await ways.service.finish("test", cookie, state, "")
    async with ways.database.read(EVERYWHERE) as session:
        rows = (await (await session.connection()).execute(text("SELECT action FROM audit_event"))).all()
    assert [row.action for row in rows] == ["sign-in.fail"]


async def test_a2_a_token_of_another_sign_in_is_refused(ways: Ways) -> None:
    await joined(ways)
    begun = await ways.begun()
    with pytest.raises(ArrivalRefused):
        await ways.come(begun, nonce="another")


async def test_a8_a_provider_that_is_down_is_told(ways: Ways) -> None:
    ways.provider.is_down = True
    with pytest.raises(ProviderDown):
        await ways.service.begin("test", BACK)
    with pytest.raises(NotFound):
        await ways.service.begin("unknown", BACK)


async def test_somebody_unknown_needs_an_invitation(ways: Ways) -> None:
    await ways.owner()
    with pytest.raises(NotInvited, match="no account"):
        await ways.come()
    async with ways.database.read(EVERYWHERE) as session:
        assert len((await (await session.connection()).execute(text("SELECT * FROM user_account"))).all()) == 1


async def test_a_domain_of_the_organisation_lets_in_with_its_role(ways: Ways) -> None:
    await let_domain_in(ways)
    operator, person = await ways.identity.by_session(await ways.come())
    assert (person.role, person.name) == ("reviewer", "Ines Alder")
    again, _ = await ways.identity.by_session(await ways.come(name="Another name"))
    assert operator.user_id == again.user_id


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email": "ines@evil-alder.example"},
        {"email": "ines@alder.example.evil.example"},
        {"email": "alder.example"},
        {"email": "@evil.example@"},
    ],
)
async def test_a5_a_domain_counts_only_whole_and_vouched_for(ways: Ways, claims: dict[str, object]) -> None:
    await let_domain_in(ways)
    with pytest.raises(NotInvited):
        await ways.come(**claims)


async def test_a7_the_address_of_an_account_does_not_lead_into_it(ways: Ways) -> None:
    owner = await ways.owner_with_password()
    await let_domain_in(ways)
    with pytest.raises(Conflict, match="account with this address"):
        await ways.come(email=EMAIL)
    with pytest.raises(NotInvited):
        await ways.come(email=EMAIL, email_verified=False)
    assert not (await ways.service.account(owner)).linked
    operator, _ = await ways.identity.by_session(await joined(ways))
    assert operator.user_id == owner.user_id


async def test_a6_the_same_subject_of_another_issuer_is_somebody_else(ways: Ways) -> None:
    await joined(ways)
    async with ways.database.write(EVERYWHERE) as session:
        await session.exec(text("UPDATE user_identity SET issuer = 'https://other.example'"))  # type: ignore[call-overload]
    with pytest.raises(NotInvited):
        await ways.come()


async def test_a6_an_address_that_moved_to_somebody_else_leads_nowhere(ways: Ways) -> None:
    await joined(ways)
    with pytest.raises(NotInvited):
        await ways.come(sub="person-2", email="ines@other.example")


async def test_a7_linking_needs_a_fresh_sign_in(ways: Ways) -> None:
    owner = await ways.owner()
    session = await ways.identity.sign_in_by_link(await ways.identity.make_sign_in_link())
    await ways.service.begin_linking(owner, session, "test", BACK)
    async with ways.database.write(EVERYWHERE) as rows:
        await rows.exec(update(SessionRow).values(created_at=utc_now() - timedelta(minutes=11)))
    with pytest.raises(Conflict):
        await ways.service.begin_linking(owner, session, "test", BACK)
    with pytest.raises(Conflict):
        await ways.service.begin_linking(owner, "no session", "test", BACK)


async def test_a7_somebody_elses_sign_in_cannot_be_linked(ways: Ways) -> None:
    await let_domain_in(ways)
    await ways.come()
    with pytest.raises(Conflict):
        await joined(ways)


async def test_a_used_link_joins_nothing(ways: Ways) -> None:
    link = await ways.identity.make_sign_in_link()
    await ways.identity.sign_in_by_link(link)
    begun = await ways.begun(link=link)
    with pytest.raises(LinkNotValid):
        await ways.come(begun)


async def test_the_last_way_in_cannot_be_taken_away(ways: Ways) -> None:
    await joined(ways)
    owner = await ways.owner()
    linked = (await ways.service.account(owner)).linked
    with pytest.raises(Conflict):
        await ways.service.unlink(owner, linked[0].id)
    await ways.owner_with_password()
    await ways.service.unlink(owner, linked[0].id)
    assert not (await ways.service.account(owner)).linked


async def test_sign_out_everywhere_ends_every_session_at_once(ways: Ways) -> None:
    sessions = [await joined(ways), await ways.come()]
    owner = await ways.owner()
    assert len(await ways.service.sessions(owner, sessions[0])) == 2
    await ways.service.end_all_sessions(owner)
    for token in sessions:
        with pytest.raises(SignInNeeded):
            await ways.identity.by_session(token)


async def test_one_session_is_ended_by_its_owner_only(ways: Ways) -> None:
    await let_domain_in(ways)
    stranger, _ = await ways.identity.by_session(await ways.come(sub="2", email="other@alder.example"))
    here, there = await joined(ways), await ways.come()
    owner = await ways.owner()
    seen = next(one for one in await ways.service.sessions(owner, here) if not one.is_this)
    with pytest.raises(NotFound):
        await ways.service.end_session(stranger, seen.id)
    await ways.identity.by_session(there)
    await ways.service.end_session(owner, seen.id)
    with pytest.raises(SignInNeeded):
        await ways.identity.by_session(there)
    await ways.identity.by_session(here)


async def test_an_owner_cannot_lock_themselves_out(ways: Ways) -> None:
    owner = await ways.owner()
    by_link = await ways.identity.sign_in_by_link(await ways.identity.make_sign_in_link())
    for policy in (Policy(provider_only=True), Policy(local_accounts=False)):
        with pytest.raises(Conflict):
            await ways.service.set_policy(owner, policy)
    by_provider = await joined(ways)
    await ways.service.set_policy(owner, Policy(provider_only=True))
    await ways.identity.by_session(by_provider)
    with pytest.raises(SignInNeeded):
        await ways.identity.by_session(by_link)


async def test_a8_an_invitation_is_accepted_by_the_address_that_the_provider_vouches_for(ways: Ways) -> None:
    invitation = await ways.identity.invite(await ways.owner(), "sam@rowe.example", Role.EDITOR)
    for claims in ({"email_verified": False}, {"email": "other@rowe.example"}):
        with pytest.raises(NotInvited):
            await ways.come(sub="2", **{"email": "sam@rowe.example", **claims})
    _, person = await ways.identity.by_session(await ways.come(sub="2", email="Sam@Rowe.example"))
    assert person.role == Role.EDITOR
    with pytest.raises(LinkNotValid):
        await ways.identity.invitation_of(invitation.token)


async def test_an_invitation_taken_back_lets_nobody_in(ways: Ways) -> None:
    owner = await ways.owner()
    invitation = await ways.identity.invite(owner, "sam@rowe.example", Role.EDITOR)
    await ways.identity.revoke_invitation(owner, invitation.id)
    with pytest.raises(NotInvited):
        await ways.come(sub="2", email="sam@rowe.example")


async def test_where_only_providers_let_in_an_invitation_makes_no_local_account(ways: Ways) -> None:
    owner = await ways.owner()
    invitation = await ways.identity.invite(owner, "sam@rowe.example", Role.EDITOR)
    await joined(ways)
    await ways.service.set_policy(owner, Policy(provider_only=True))
    with pytest.raises(Forbidden):
        await ways.service.join(invitation.token, "Sam", "four words apart here")
    assert await ways.come(sub="2", email="sam@rowe.example")


async def test_a_group_lets_in_and_its_loss_shuts_out(ways: Ways) -> None:
    await ways.identity.add_group_rule(await ways.owner(), "desk", Role.REVIEWER)
    with pytest.raises(NotInvited):
        await ways.come(groups=["other"])
    session = await ways.come(groups=["desk"])
    assert (await ways.identity.by_session(session))[1].role == Role.REVIEWER
    with pytest.raises(NotInvited):
        await ways.come(groups=[])
    with pytest.raises(SignInNeeded):
        await ways.identity.by_session(session)
