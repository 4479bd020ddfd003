"""The pages of signing in, over HTTP and behind the outer door, as a browser meets them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from starlette.applications import Starlette

from backend.api.access import SESSION_COOKIE
from backend.bootstrap import Services
from backend.identity.permissions import Role
from backend.paging import Page
from console.door.account import ACCOUNT_ROUTES
from console.door.edge import edged
from console.door.gate import gated
from console.door.invitation import INVITATION
from console.door.plain import local
from console.door.providers import PROVIDER_ROUTES
from console.door.sign_in import SIGN_IN_ROUTES
from tests.doubles.provider import Provider, config_of

HERE = "http://127.0.0.1:3000"
EMAIL, PASSWORD = "ines@alder.example", "four words apart here"
FORM = {"email": EMAIL, "password": PASSWORD}


@pytest.fixture
def provider(services: Services) -> Provider:
    """Stands beside the services under the id "test"."""
    made = Provider(config_of())
    services.sign_in._parts.providers["test"] = made.engine  # type: ignore[index]
    return made


def browser_for(base_url: str = HERE, client: tuple[str, int] = ("127.0.0.1", 5000)) -> httpx.AsyncClient:
    app = edged(gated(Starlette(routes=[*SIGN_IN_ROUTES, *PROVIDER_ROUTES, *ACCOUNT_ROUTES, *INVITATION])))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, client=client), base_url=base_url)


@pytest.fixture
async def browser(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    assert services
    async with browser_for() as client:
        yield client


async def link_of(services: Services) -> str:
    return await services.identity.make_sign_in_link()


async def test_the_first_link_offers_a_password_and_can_be_put_off(
    services: Services, browser: httpx.AsyncClient
) -> None:
    token = await link_of(services)
    shown = await browser.get("/sign-in/link", params={"token": token})
    assert "Set password and open the console" in shown.text
    assert "Skip, and open the console" in shown.text
    answer = await browser.post("/sign-in/link", data={"token": token})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert await services.identity.by_session(browser.cookies[SESSION_COOKIE])


async def test_once_there_is_a_password_the_link_offers_none_and_sets_none(
    services: Services, browser: httpx.AsyncClient
) -> None:
    await browser.post("/sign-in/link", data={"token": await link_of(services), **FORM})
    token = await link_of(services)
    shown = await browser.get("/sign-in/link", params={"token": token})
    assert "Skip, and open" not in shown.text
    await browser.post("/sign-in/link", data={"token": token, "email": EMAIL, "password": "another password 1"})
    assert (await browser.post("/sign-in", data=FORM)).status_code == 303


@pytest.mark.parametrize(
    ("base_url", "peer"),
    [(HERE, "203.0.113.9"), ("https://console.example", "127.0.0.1"), ("https://console.example", "203.0.113.9")],
)
async def test_the_link_works_on_this_machine_only(services: Services, base_url: str, peer: str) -> None:
    services.edge = replace(services.edge, public_origin="https://console.example")
    token = await link_of(services)
    async with browser_for(base_url, (peer, 1)) as elsewhere:
        assert (await elsewhere.get("/sign-in/link", params={"token": token})).status_code == 403
        answer = await elsewhere.post("/sign-in/link", data={"token": token})
        assert answer.status_code == 403
        assert not elsewhere.cookies
    await services.identity.check_link(token)


async def test_a_password_signs_in_and_a_wrong_one_says_how_many_tries_are_left(
    services: Services, browser: httpx.AsyncClient
) -> None:
    await browser.post("/sign-in/link", data={"token": await link_of(services), **FORM})
    browser.cookies.clear()
    wrong = await browser.post("/sign-in", data={**FORM, "password": "wrong"})
    assert wrong.status_code == 401
    assert "Email and password do not match. 4 tries left." in wrong.text
    assert SESSION_COOKIE not in browser.cookies
    answer = await browser.post("/sign-in", data={**FORM, "next": "/flows"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/flows")


async def test_the_cookie_is_out_of_reach_and_over_tls_bound_to_the_host(
    services: Services, browser: httpx.AsyncClient
) -> None:
    plain = await browser.post("/sign-in/link", data={"token": await link_of(services), **FORM})
    assert re.match(
        rf"{SESSION_COOKIE}=\S+; HttpOnly; Max-Age=43200; Path=/; SameSite=lax$", plain.headers["set-cookie"]
    )
    services.edge = replace(services.edge, public_origin="https://console.example")
    async with browser_for("https://console.example") as secure:
        answer = await secure.post("/sign-in", data=FORM)
        assert re.match(
            rf"__Host-{SESSION_COOKIE}=\S+; HttpOnly; Max-Age=43200; Path=/; SameSite=lax; Secure$",
            answer.headers["set-cookie"],
        )
        # A cookie under the other name, which a sister host could set, is no session.
        token = secure.cookies[f"__Host-{SESSION_COOKIE}"]
        async with browser_for("https://console.example") as sister:
            assert (await sister.get("/profile", headers={"cookie": f"{SESSION_COOKIE}={token}"})).status_code == 303


async def test_a_sign_in_makes_a_new_session_whatever_cookie_was_there(
    services: Services, browser: httpx.AsyncClient
) -> None:
    browser.cookies.set(SESSION_COOKIE, "planted")
    answer = await browser.post("/sign-in/link", data={"token": await link_of(services), **FORM})
    assert "planted" not in answer.headers["set-cookie"]


async def go_out(browser: httpx.AsyncClient, path: str = "/sign-in/with/test") -> dict[str, str]:
    answer = await browser.get(path)
    assert answer.status_code == 303, answer.text
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


async def test_a_provider_signs_in_and_leads_back_to_the_page_asked_for(
    services: Services, browser: httpx.AsyncClient, provider: Provider
) -> None:
    assert "Continue with The provider" in (await browser.get("/sign-in")).text
    sent = await go_out(browser, f"/sign-in/with/test?link={await link_of(services)}")
    assert sent["redirect_uri"] == f"{HERE}/sign-in/callback/test"
    provider.sign(nonce=sent["nonce"])
    answer = await browser.get("/sign-in/callback/test", params={"state": sent["state"], "code": "c"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    sent = await go_out(browser, "/sign-in/with/test?next=/flows")
    provider.sign(nonce=sent["nonce"])
    answer = await browser.get("/sign-in/callback/test", params={"state": sent["state"], "code": "c"})
    assert answer.headers["location"] == "/flows"


async def test_a_callback_in_another_browser_makes_no_session_and_no_call(
    services: Services, browser: httpx.AsyncClient, provider: Provider
) -> None:
    sent = await go_out(browser, f"/sign-in/with/test?link={await link_of(services)}")
    provider.sign(nonce=sent["nonce"])
    async with browser_for() as other:
        await go_out(other)
        answer = await other.get("/sign-in/callback/test", params={"state": sent["state"], "code": "c"})
        assert answer.status_code == 400
        assert SESSION_COOKIE not in other.cookies
    assert not provider.calls("/token")


async def test_the_words_of_the_provider_are_not_shown(browser: httpx.AsyncClient, provider: Provider) -> None:
    sent = await go_out(browser)
    answer = await browser.get(
        "/sign-in/callback/test",
        params={"state": sent["state"], "error": "access_denied", "error_description": "<script>x</script>PWNED"},
    )
    assert answer.status_code == 400
    assert "PWNED" not in answer.text
    assert "The provider did not let you in." in answer.text
    assert not provider.calls("/token")


async def test_somebody_without_an_account_is_told_to_ask(
    services: Services, browser: httpx.AsyncClient, provider: Provider
) -> None:
    await services.identity.ensure_owner()
    sent = await go_out(browser)
    provider.sign(nonce=sent["nonce"])
    answer = await browser.get("/sign-in/callback/test", params={"state": sent["state"], "code": "c"})
    assert answer.status_code == 403
    assert "Ask an owner for an invitation." in answer.text
    assert SESSION_COOKIE not in browser.cookies


async def test_a_provider_that_is_down_is_told_on_the_page(browser: httpx.AsyncClient, provider: Provider) -> None:
    provider.is_down = True
    answer = await browser.get("/sign-in/with/test")
    assert answer.status_code == 503
    assert "The provider does not answer." in answer.text
    assert (await browser.get("/sign-in")).status_code == 200


NEXT = [
    "//evil",
    "/\\evil",
    "https:evil",
    "%2f%2fevil",
    "/%2F%2Fevil",
    "javascript:alert(1)",
    "/a\r\nSet-Cookie: a=b",
    "http://127.0.0.1:3000@evil.example",
    "http://127.0.0.1.evil.example",
    "https://evil.example/",
]


@pytest.mark.security("45")
@pytest.mark.parametrize("target", NEXT)
async def test_row_45_no_way_in_leads_elsewhere(
    services: Services, browser: httpx.AsyncClient, provider: Provider, target: str
) -> None:
    assert local(target) == "/"
    await browser.post("/sign-in/link", data={"token": await link_of(services), **FORM})
    assert (await browser.post("/sign-in", data={**FORM, "next": target})).headers["location"] == "/"
    query = httpx.QueryParams(link=await link_of(services), next=target)
    sent = await go_out(browser, f"/sign-in/with/test?{query}")
    provider.sign(nonce=sent["nonce"])
    answer = await browser.get("/sign-in/callback/test", params={"state": sent["state"], "code": "c"})
    assert answer.headers["location"] == "/"


@pytest.mark.security("14")
@pytest.mark.parametrize("token", ["", "null", "[]", "{}", "0"])
async def test_row_14_a_reset_without_a_real_token_is_refused(
    services: Services, browser: httpx.AsyncClient, token: str
) -> None:
    await browser.post("/sign-in/link", data={"token": await link_of(services), **FORM})
    await services.sign_in.reset_link_for(await services.identity.ensure_owner(), FORM["email"])
    answer = await browser.post("/sign-in/reset", data={"token": token, "password": "another password 1"})
    assert answer.status_code == 400
    assert (await browser.post("/sign-in/reset", data={"password": "another password 1"})).status_code == 400
    assert (await browser.post("/sign-in", data=FORM)).status_code == 303


@pytest.mark.parametrize(
    "path", ["", "/name", "/password", "/second-step", "/sessions/end-all", "/unlink", "/link/test"]
)
async def test_the_profile_is_for_those_who_are_signed_in(
    browser: httpx.AsyncClient, provider: Provider, path: str
) -> None:
    answer = await browser.request("POST" if path else "GET", f"/profile{path}")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")
    assert not provider.called


async def test_the_profile_renames_and_ends_sessions(services: Services, browser: httpx.AsyncClient) -> None:
    await browser.post("/sign-in/link", data={"token": await link_of(services), **FORM})
    await browser.post("/profile/name", data={"name": "Ines <b>Alder</b>"})
    shown = (await browser.get("/profile")).text
    assert "Ines &lt;b&gt;Alder" in shown
    assert "<b>Alder" not in shown
    assert (await browser.post("/profile/name", data={"name": " "})).status_code == 422
    await browser.post("/profile/sessions/end-all")
    assert (await browser.get("/profile")).status_code == 303


async def test_the_profile_sets_up_a_second_step(services: Services, browser: httpx.AsyncClient) -> None:
    await browser.post("/sign-in/link", data={"token": await link_of(services), **FORM})
    assert "data:image/svg+xml" in (await browser.post("/profile/second-step")).text
    wrong = await browser.post("/profile/second-step/confirm", data={"code": "1"})
    assert wrong.status_code == 400
    assert "data:image/svg+xml" in wrong.text, "a code that was mistyped is tried again"
    assert "recovery" not in wrong.text


async def test_the_first_owner_says_what_to_be_called(services: Services, browser: httpx.AsyncClient) -> None:
    await browser.post("/sign-in/link", data={"token": await link_of(services), "name": "Ines Alder", **FORM})
    assert "Ines Alder" in (await browser.get("/profile")).text


async def test_who_is_no_member_any_more_reads_it_on_the_sign_in_page(
    services: Services, browser: httpx.AsyncClient
) -> None:
    owner = await services.identity.ensure_owner()
    made = await services.identity.invite(owner, EMAIL, Role.VIEWER)
    await browser.post("/invitation", data={"token": made.token, "name": "Kai", "password": PASSWORD})
    kai = (await services.identity.list_members(owner, Page(), "Kai")).items[0]
    await services.identity.remove_member(owner, kai.user_id)
    answer = await browser.post("/sign-in", data=FORM)
    assert (answer.status_code, answer.headers["content-type"]) == (403, "text/html; charset=utf-8")
    assert "There is no account for you here. Ask an owner for an invitation." in answer.text
    assert 'name="password"' in answer.text


async def test_a_page_that_was_signed_out_says_so(browser: httpx.AsyncClient) -> None:
    assert "You were signed out:" in (await browser.get("/sign-in?out=1")).text
    assert "You were signed out:" not in (await browser.get("/sign-in")).text
    assert (await browser.get("/flows")).headers["location"] == "/sign-in?next=/flows"
    browser.cookies.set(SESSION_COOKIE, "ended")
    assert (await browser.get("/flows")).headers["location"] == "/sign-in?next=/flows&out=1"
