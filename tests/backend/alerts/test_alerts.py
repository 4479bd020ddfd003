"""Alerts from the rows of the log to a signed call over real HTTP on loopback."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from backend.alerts.errors import AlertNotFound, StaleAlert
from backend.alerts.service import AlertService
from backend.alerts.service.delivering import LEASE
from backend.alerts.types import AlertState, Comparison, Event, Fate, Measure, NewAlert, Way
from backend.audit.types import Filters as AuditFilters
from backend.columns import utc_now
from backend.conversations.types import Filters
from backend.errors import Conflict, Forbidden, InvalidInput
from backend.identity.permissions import Role
from backend.paging import Page
from backend.ports.http import AddressRefused
from tests.backend.alerts.conftest import Desk
from tests.doubles.web import reply
from tests.factories.people import join

HOSTILE = "<img src=x onerror=alert(1)>\r\nBcc: all@example.com =1+1 \u202e"
FAILING = NewAlert("Failing", Measure.FAILED_SHARE, Comparison.ABOVE, 0.5, min_count=2, looks=2, quiet_minutes=0)


def now() -> datetime:
    return utc_now() + timedelta(seconds=5)


async def test_a_rule_fires_once_and_resolves_once_by_letter_and_signed_call(desk: Desk) -> None:
    rule = replace(FAILING, emails=("Ops@Example.com", "ops@example.com"), webhook_url=desk.url)
    alert = await desk.alerts.create(desk.owner, rule)
    at = now()
    await desk.happen(at - timedelta(minutes=1), "failed", "failed", "answered")
    at = await desk.look(at, 5)
    assert await desk.state(alert) is AlertState.FIRING
    assert [one.id for one in await desk.alerts.firing(desk.owner)] == [alert.id]
    await desk.alerts.deliver(at)
    await desk.alerts.deliver(at)
    (call,) = desk.web.seen
    body = json.loads(call.body)
    assert (body["type"], body["data"]["name"], body["data"]["num_behind"]) == ("alert.fired", "Failing", 3)
    signed = f"{call.headers['webhook-id']}.{call.headers['webhook-timestamp']}.".encode() + call.body
    key = base64.b64decode(alert.webhook_secret.removeprefix("whsec_"))
    signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert call.headers["webhook-signature"] == f"v1,{signature}"
    assert call.headers["webhook-timestamp"] == str(int(at.timestamp()))
    (letter,) = desk.mail.taken
    assert (letter.to, letter.subject) == ("ops@example.com", "Alert: Failing")
    await desk.happen(at, *["answered"] * 9)
    at = await desk.look(at + timedelta(seconds=1), 3)
    await desk.alerts.deliver(at)
    assert await desk.state(alert) is AlertState.WELL
    assert [json.loads(one.body)["type"] for one in desk.web.seen] == ["alert.fired", "alert.resolved"]
    (firing,) = (await desk.alerts.firings(desk.owner)).items
    assert firing.ended_at is not None
    assert [(one.event, one.way, one.fate) for one in firing.deliveries] == [
        (Event.FIRED, Way.EMAIL, Fate.SENT), (Event.FIRED, Way.WEBHOOK, Fate.SENT),
        (Event.RESOLVED, Way.EMAIL, Fate.SENT), (Event.RESOLVED, Way.WEBHOOK, Fate.SENT),
    ]  # fmt: skip


async def test_a_crash_between_the_call_and_its_record_repeats_the_call_under_its_id(desk: Desk) -> None:
    await desk.alerts.create(desk.owner, replace(FAILING, webhook_url=desk.url, looks=1))
    at = now()
    await desk.happen(at - timedelta(minutes=1), "failed", "failed")
    await desk.look(at)

    class Killed(BaseException):
        pass

    dying = desk.again()
    send = desk.http.send

    async def send_and_die(*given: object) -> None:
        await send(*given)
        raise Killed

    desk.http.send = send_and_die  # type: ignore[method-assign, assignment]
    with pytest.raises(Killed):
        await dying.deliver(at)
    desk.http.send = send  # type: ignore[method-assign]
    await desk.again().watch(at)  # a rule that was looked at is not due again
    assert await desk.again().deliver(at) == 0  # whoever died may still be at it
    assert await desk.again().deliver(at + LEASE) == 1
    assert await desk.again().deliver(at + LEASE) == 0
    assert len(desk.web.seen) == 2
    assert len({one.headers["webhook-id"] for one in desk.web.seen}) == 1
    assert len((await desk.alerts.firings(desk.owner)).items) == 1


async def test_a_crash_in_the_middle_of_a_look_leaves_no_half(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await desk.alerts.create(desk.owner, replace(FAILING, webhook_url=desk.url, looks=1))
    at = now()
    await desk.happen(at - timedelta(minutes=1), "failed", "failed")

    class Killed(BaseException):
        pass

    def end(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(AlertService, "_tell", end)
        with pytest.raises(Killed):
            await desk.alerts.watch(at)
    assert (await desk.alerts.firings(desk.owner)).items == []
    await desk.again().watch(at)
    await desk.again().watch(at)
    assert len((await desk.alerts.firings(desk.owner)).items) == 1
    assert await desk.again().deliver(at) == 1


async def test_a_webhook_that_fails_is_tried_again_later_and_given_up_at_last(desk: Desk) -> None:
    alert = await desk.alerts.create(desk.owner, replace(FAILING, webhook_url=desk.url))
    desk.answers += [reply(status="500 Oops"), reply(status="302 Found", location="http://127.0.0.1:1/")]
    (told,) = await desk.alerts.test(desk.owner, alert.id)
    assert (told.event, told.fate, told.num_tries, told.error) == (
        Event.TEST, Fate.WAITING, 1, "It was answered with status 500.",
    )  # fmt: skip
    at = told.created_at
    desk.answers += [reply(status="503 Down")] * 9
    tried = []
    for wait in (10, 60, 300, 1_800, 7_200, 18_000, 10**6):
        tried.append(await desk.alerts.deliver(at + timedelta(seconds=wait - 1)))
        at += timedelta(seconds=wait)
        tried.append(await desk.alerts.deliver(at))
    assert tried == [0, 1] * 6 + [0, 0]
    assert len(desk.web.seen) == 7
    assert len({one.headers["webhook-id"] for one in desk.web.seen}) == 1


async def test_an_inner_address_is_refused_when_it_is_typed_and_when_it_is_called(desk: Desk) -> None:
    guarded = desk.services.alerts
    with pytest.raises(AddressRefused):
        await guarded.create(desk.owner, replace(FAILING, webhook_url="http://169.254.169.254/latest"))
    with pytest.raises(AddressRefused) as refused:
        await guarded.create(desk.owner, replace(FAILING, webhook_url=desk.url))
    for wrong in ("Only the ports 80 and 443", "does not lie on the public internet", "Take an address on the public"):
        assert wrong in refused.value.fields["webhook_url"]
    assert "does not exist" not in refused.value.fields["webhook_url"]
    alert = await desk.alerts.create(desk.owner, replace(FAILING, webhook_url=desk.url, looks=1))
    at = now()
    await desk.happen(at - timedelta(minutes=1), "failed", "failed")
    await desk.look(at)
    await AlertService(
        desk.services.units, desk.services.conversations, desk.services.sealer, desk.http, desk.mail
    ).deliver(at)
    (firing,) = (await desk.alerts.firings(desk.owner, alert_id=alert.id)).items
    assert [one.fate for one in firing.deliveries] == [Fate.FAILED]
    assert desk.web.seen == []


async def test_a_muted_rule_keeps_its_history_and_tells_nobody(desk: Desk) -> None:
    alert = await desk.alerts.create(desk.owner, replace(FAILING, webhook_url=desk.url, looks=1))
    await desk.alerts.mute(desk.owner, alert.id, 60)
    at = now()
    await desk.happen(at - timedelta(minutes=1), "failed", "failed")
    await desk.look(at)
    assert await desk.alerts.deliver(at) == 0
    assert await desk.alerts.firing(desk.owner) == []
    (firing,) = (await desk.alerts.firings(desk.owner)).items
    assert (firing.was_muted, firing.deliveries) == (True, ())
    await desk.alerts.mute(desk.owner, alert.id, 0)
    assert len(await desk.alerts.firing(desk.owner)) == 1
    with pytest.raises(InvalidInput):
        await desk.alerts.mute(desk.owner, alert.id, -1)


async def test_a_rule_sees_its_window_and_its_filters_alone(desk: Desk) -> None:
    rule = replace(FAILING, looks=1, window_minutes=10, filters=Filters(models=("m",)))
    alert = await desk.alerts.create(desk.owner, rule)
    at = now()
    await desk.happen(at - timedelta(minutes=11), *["failed"] * 5, model="m")
    await desk.happen(at - timedelta(minutes=1), *["failed"] * 5, model="other")
    await desk.happen(at - timedelta(minutes=1), "answered", "answered", "failed", model="m")
    await desk.look(at)
    seen = await desk.alerts.get(desk.owner, alert.id)
    assert (seen.num_behind, seen.value, seen.state) == (3, pytest.approx(1 / 3), AlertState.WELL)


async def test_a_changed_rule_begins_anew_and_a_new_address_gets_a_new_secret(desk: Desk) -> None:
    alert = await desk.alerts.create(desk.owner, replace(FAILING, webhook_url=desk.url, looks=1))
    assert (await desk.alerts.get(desk.owner, alert.id)).webhook_secret == ""
    at = now()
    await desk.happen(at - timedelta(minutes=1), "failed", "failed")
    await desk.look(at)
    same = await desk.alerts.change(desk.owner, alert.id, replace(alert.rule, name="Other", looks=2), 1)
    assert (same.state, same.webhook_secret, same.version) == (AlertState.FIRING, "", 2)
    elsewhere = replace(alert.rule, threshold=0.9, webhook_url=f"{desk.url}/2")
    with pytest.raises(StaleAlert):
        await desk.alerts.change(desk.owner, alert.id, elsewhere, alert.version)
    assert (await desk.alerts.get(desk.owner, alert.id)).rule == same.rule
    moved = await desk.alerts.change(desk.owner, alert.id, elsewhere, same.version)
    assert moved.state is AlertState.WELL
    assert moved.webhook_secret not in {"", alert.webhook_secret}
    assert (await desk.alerts.firings(desk.owner)).items[0].ended_at is not None


async def test_letters_and_calls_lead_to_the_alert(desk: Desk) -> None:
    alerts = desk.again(public_url="https://console.example.com")
    alert = await alerts.create(desk.owner, replace(FAILING, webhook_url=desk.url, emails=("ops@example.com",)))
    assert [one.fate for one in await alerts.test(desk.owner, alert.id)] == [Fate.SENT, Fate.SENT]
    where = f"https://console.example.com/alerts/{alert.id}"
    assert where in desk.mail.taken[0].text
    assert json.loads(desk.web.seen[0].body)["data"]["url"] == where


async def test_two_that_deliver_at_once_tell_once(desk: Desk) -> None:
    await desk.alerts.create(desk.owner, replace(FAILING, webhook_url=desk.url, looks=1))
    at = now()
    await desk.happen(at - timedelta(minutes=1), "failed", "failed")
    await desk.look(at)
    await asyncio.gather(desk.again().deliver(at), desk.again().deliver(at))
    assert len(desk.web.seen) == 1


async def test_silence_can_be_watched(desk: Desk) -> None:
    rule = NewAlert("Silent", Measure.CONVERSATIONS, Comparison.BELOW, 1, min_count=0, looks=1)
    alert = await desk.alerts.create(desk.owner, rule)
    await desk.look(now())
    assert await desk.state(alert) is AlertState.FIRING
    assert await desk.alerts.num_firing(desk.owner) == 1
    await desk.alerts.mute(desk.owner, alert.id, 5)
    assert await desk.alerts.num_firing(desk.owner) == 0


async def test_a_firing_keeps_what_was_watched_when_the_rule_changes(desk: Desk) -> None:
    alert = await desk.alerts.create(desk.owner, replace(FAILING, looks=1, filters=Filters(models=("m",))))
    at = now()
    await desk.happen(at - timedelta(minutes=1), "failed", "failed", model="m")
    await desk.look(at)
    await desk.alerts.change(desk.owner, alert.id, replace(FAILING, measure=Measure.COST, threshold=9), 1)
    (firing,) = (await desk.alerts.firings(desk.owner)).items
    assert (firing.watched.measure, firing.watched.filters.models, firing.threshold) == (
        Measure.FAILED_SHARE, ("m",), 0.5,
    )  # fmt: skip


async def test_hostile_words_stay_words(desk: Desk) -> None:
    rule = replace(FAILING, name=HOSTILE, emails=("ops@example.com",), filters=Filters(text=HOSTILE, models=(HOSTILE,)))
    alert = await desk.alerts.create(desk.owner, rule)
    assert "\n" not in alert.rule.name
    (told,) = await desk.alerts.test(desk.owner, alert.id)
    assert (told.way, told.fate) == (Way.EMAIL, Fate.SENT)
    assert "\n" not in desk.mail.taken[0].subject
    assert (await desk.alerts.get(desk.owner, alert.id)).rule.filters.models == (HOSTILE,)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"name": " \n "}, "name"),
        ({"threshold": float("nan")}, "threshold"),
        ({"threshold": 1.5}, "threshold"),
        ({"window_minutes": 4}, "window_minutes"),
        ({"looks": 0}, "looks"),
        ({"margin": 2.0}, "margin"),
        ({"emails": ("no address",)}, "emails"),
        ({"emails": tuple(f"a{number}@b.example" for number in range(11))}, "emails"),
    ],
)
async def test_what_cannot_be_watched_is_refused(desk: Desk, wrong: dict[str, object], named: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await desk.alerts.create(desk.owner, replace(FAILING, **wrong))  # type: ignore[arg-type]
    assert list(refused.value.fields) == [named]


async def test_who_may_what_and_what_the_audit_log_keeps(desk: Desk) -> None:
    alert = await desk.alerts.create(desk.owner, FAILING)
    token = await join(desk.services.units, desk.owner, "editor", Role.EDITOR)
    editor = (await desk.services.identity.by_session(token))[0]
    for act in (
        desk.alerts.create(editor, FAILING), desk.alerts.change(editor, alert.id, FAILING, 1),
        desk.alerts.delete(editor, alert.id), desk.alerts.test(editor, alert.id),
    ):  # fmt: skip
        with pytest.raises(Forbidden):
            await act
    await desk.alerts.mute(editor, alert.id, 5)
    with pytest.raises(Conflict):
        await desk.alerts.test(desk.owner, alert.id)
    await desk.alerts.change(desk.owner, alert.id, replace(FAILING, threshold=0.7), 1)
    await desk.alerts.delete(desk.owner, alert.id)
    with pytest.raises(AlertNotFound):
        await desk.alerts.get(desk.owner, alert.id)
    told = (await desk.services.audit.list(desk.owner, AuditFilters(), Page())).items
    assert [one.action for one in told if one.action.startswith("alert")] == [
        "alert.delete",
        "alert.change",
        "alert.mute",
        "alert.create",
    ]
