"""Where a webhook may lie: in one's own network where an owner says so, and never where no one may reach."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from backend.alerts.service import AlertService, delivering
from backend.alerts.types import Comparison, Delivery, Fate, Measure, NewAlert
from backend.audit.types import Filters
from backend.engines.http.client import GuardedHttp
from backend.errors import Forbidden
from backend.identity.permissions import Role
from backend.paging import Page
from backend.ports.http import AddressRefused
from tests.backend.alerts.conftest import Desk
from tests.doubles.web import PUBLIC_ADDRESS, Names
from tests.factories.people import join

RULE = NewAlert("Failing", Measure.FAILED_SHARE, Comparison.ABOVE, 0.5)


def guarded(desk: Desk, http: GuardedHttp | None = None) -> AlertService:
    """Return alerts that may call the public internet alone."""
    house = desk.services
    return AlertService(house.units, house.conversations, house.sealer, http or desk.http)


async def told(alerts: AlertService, desk: Desk, rule: NewAlert) -> Delivery:
    alert = await alerts.create(desk.owner, rule)
    (one,) = await alerts.test(desk.owner, alert.id)
    return one


async def test_an_owner_alone_lets_a_webhook_lie_in_the_own_network(desk: Desk) -> None:
    alerts = guarded(desk)
    allowed = replace(RULE, webhook_url=desk.url, allow_private_address=True)
    admin = (await desk.services.identity.by_session(await join(desk.services.units, desk.owner, "a", Role.ADMIN)))[0]
    with pytest.raises(Forbidden):
        await alerts.create(admin, allowed)
    kept = await alerts.create(desk.owner, allowed)
    assert [one.fate for one in await alerts.test(desk.owner, kept.id)] == [Fate.SENT]
    other = await alerts.change(admin, kept.id, replace(kept.rule, name="Other"), 1)  # the address is the same
    with pytest.raises(Forbidden):
        await alerts.change(admin, kept.id, replace(other.rule, webhook_url=f"{desk.url}/2"), other.version)
    closed = replace(other.rule, webhook_url="https://example.com/hook", allow_private_address=False)
    await alerts.change(admin, kept.id, closed, other.version)
    with pytest.raises(Forbidden):
        await alerts.change(admin, kept.id, allowed, other.version + 1)
    acts = (await desk.services.audit.list(desk.owner, Filters(), Page())).items
    assert [one.after["allow_private_address"] for one in acts if one.action in {"alert.create", "alert.change"}] == [
        False, True, True,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/latest", "http://metadata.google.internal/", "http://[fe80::1]/"]
)
async def test_nobody_allows_an_address_of_a_metadata_service(desk: Desk, url: str) -> None:
    with pytest.raises(AddressRefused):
        await guarded(desk).create(desk.owner, replace(RULE, webhook_url=url, allow_private_address=True))


@pytest.mark.parametrize(("then", "private"), [("127.0.0.1", False), ("169.254.169.254", True)])
async def test_a_name_that_leads_elsewhere_after_it_was_kept_is_not_called(
    desk: Desk, then: str, *, private: bool
) -> None:
    http = GuardedHttp(resolver=Names(hook_example=[[PUBLIC_ADDRESS], [then]]))
    rule = replace(RULE, webhook_url="http://hook.example/", allow_private_address=private)
    one = await told(guarded(desk, http), desk, rule)
    assert (one.fate, "does not lie on the public internet" in one.error) == (Fate.FAILED, True)
    await http.close()


async def test_who_answers_a_letter_at_a_time_is_given_up_while_others_are_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "TIMEOUT_SECONDS", 0.5)

    async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while not writer.is_closing():
            writer.write(b"x-more: 1\r\n")
            await asyncio.sleep(0.02)

    slow = await asyncio.start_server(drip, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{slow.sockets[0].getsockname()[1]}/"
    alerts = guarded(desk)
    rules = [replace(RULE, webhook_url=one, allow_private_address=True) for one in (url, desk.url)]
    dripped, sent = await asyncio.gather(*(told(alerts, desk, one) for one in rules))
    assert (dripped.fate, dripped.error) == (Fate.WAITING, "The other side did not answer within 0.5 s.")
    assert sent.fate is Fate.SENT
    slow.close()
