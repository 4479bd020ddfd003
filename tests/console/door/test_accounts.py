"""What the pages of accounts give away, and what a form can reach: nothing of anybody else."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from backend.api.access import SESSION_COOKIE
from backend.api.app import create_api
from backend.bootstrap import Services
from backend.errors import Unavailable
from backend.identity.permissions import Role
from backend.identity.repository import Accounts, Sessions
from backend.operator import Operator
from tests.console.door.test_ways_in import EMAIL, FORM, PASSWORD, browser_for, link_of
from tests.factories.people import join, operator_of
from tests.tenancy import EVERYWHERE

UNKNOWN = "nobody@alder.example"


@pytest.fixture
async def browser(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """Signed in as the owner, who has a password."""
    async with browser_for() as client:
        await client.post("/sign-in/link", data={"token": await link_of(services), **FORM})
        yield client


@pytest.fixture
async def other(services: Services) -> Operator:
    owner = await services.identity.ensure_owner()
    return await operator_of(services.identity, await join(services.units, owner, "Maren", Role.VIEWER))


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/sign-in", {"email": EMAIL, "password": PASSWORD}),
        ("/sign-in/code", {"code": "123456"}),
        ("/sign-in/link", {}),
    ],
)
async def test_a_full_disk_is_told_to_whoever_signs_in(
    browser: httpx.AsyncClient, services: Services, monkeypatch: pytest.MonkeyPatch, path: str, form: dict[str, str]
) -> None:
    async def full(*_: object) -> None:
        raise Unavailable("The disk is full.")

    monkeypatch.setattr(services.sign_in, "by_password", full)
    monkeypatch.setattr(services.sign_in, "by_code", full)
    monkeypatch.setattr(services.identity, "enter_by_link", full)
    answer = await browser.post(path, data=form)
    assert answer.status_code == 503
    assert "The disk is full." in answer.text


@pytest.mark.security("12")
async def test_row_12_a_wrong_password_reads_the_same_for_known_and_unknown_addresses(
    browser: httpx.AsyncClient,
) -> None:
    said = []
    for email in (EMAIL, UNKNOWN):
        answer = await browser.post("/sign-in", data={"email": email, "password": "a wrong password"})
        said.append((answer.status_code, answer.text.replace(email, "the address"), [*answer.headers]))
    assert said[0] == said[1]
    assert said[0][0] == 401


@pytest.mark.security("12")
@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/forgot", "/sign-in/with/test"])
async def test_row_12_no_page_before_the_sign_in_knows_an_address(browser: httpx.AsyncClient, path: str) -> None:
    """Nobody types an address to be led to a provider or to a reset link, so nothing can be told about one."""
    pages = [await browser.get(path, params={"email": email}) for email in (EMAIL, UNKNOWN)]
    assert pages[0].status_code == pages[1].status_code
    assert pages[0].text == pages[1].text


@pytest.mark.security("12")
async def test_row_12_an_invitation_that_is_used_reads_like_one_that_never_was(
    services: Services, browser: httpx.AsyncClient
) -> None:
    owner = await services.identity.ensure_owner()
    made = await services.identity.invite(owner, "sam@rowe.example", Role.VIEWER)
    accepted = {"token": made.token, "name": "Sam", "password": PASSWORD}
    browser.cookies.clear()
    assert (await browser.post("/invitation", data=accepted)).status_code == 303
    browser.cookies.clear()
    used, unknown = [await browser.get("/invitation", params={"token": one}) for one in (made.token, "x" * 43)]
    assert (used.status_code, used.text) == (unknown.status_code, unknown.text)


@pytest.mark.security("18")
async def test_row_18_the_profile_changes_nobody_but_oneself(
    services: Services, browser: httpx.AsyncClient, other: Operator
) -> None:
    planted = {"name": "Mallory", "user_id": other.user_id, "email": "mallory@evil.example", "role": "viewer"}
    assert (await browser.post("/profile/name", data=planted)).status_code == 303
    assert (await browser.post("/profile/name", data={**planted, "id": other.user_id})).status_code == 400
    owner, _ = await services.identity.by_session(browser.cookies[SESSION_COOKIE])
    assert (owner.name, owner.role) == ("Mallory", "owner")
    async with services.units.read(EVERYWHERE) as reading:
        theirs, own = [await Accounts(reading).user(one) for one in (other.user_id, owner.user_id)]
    assert theirs
    assert own
    assert (theirs.name, theirs.email, own.email) == ("Maren", "maren@alder-rowe.example", EMAIL)


@pytest.mark.security("18")
async def test_row_18_what_belongs_to_somebody_else_is_not_there(
    services: Services, browser: httpx.AsyncClient, other: Operator
) -> None:
    for path in ("/profile/sessions/end", "/profile/unlink"):
        for identifier in (other.session_id, "sess_unknown"):
            assert (await browser.post(path, data={"id": identifier})).status_code == 404
    async with services.units.read(EVERYWHERE) as reading:
        row = await Sessions(reading).by_id(other.session_id)
    assert row
    assert row.revoked_at is None


@pytest.mark.security("18")
async def test_row_18_nobody_gives_themself_a_role_over_rest(services: Services, other: Operator) -> None:
    owner = await services.identity.ensure_owner()
    key = (await services.identity.create_key(owner, "own")).secret
    headers = {"X-API-Key": key}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(create_api()), base_url="http://test", headers=headers
    ) as api:
        assert (await api.patch(f"/api/members/{owner.user_id}", json={"role": "viewer"})).status_code == 403
        planted = {"role": "viewer", "user_id": owner.user_id, "email": "mallory@evil.example"}
        assert (await api.patch(f"/api/members/{other.user_id}", json=planted)).status_code == 422
