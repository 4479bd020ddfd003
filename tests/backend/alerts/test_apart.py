"""What is broken or hostile in one alert stays with it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from backend.alerts.repository import Alerts
from backend.alerts.types import AlertState, Fate, Way
from backend.conversations.types import ChatState, Filters
from backend.errors import InvalidInput
from backend.ports.http import HttpAnswer, HttpCall, Reach
from tests.backend.alerts.conftest import Desk
from tests.backend.alerts.test_alerts import FAILING, now


async def test_a_rule_that_cannot_be_read_keeps_no_other_from_being_looked_at(desk: Desk) -> None:
    broken, sound = await desk.alerts.create(desk.owner, FAILING), await desk.alerts.create(desk.owner, FAILING)
    async with desk.services.units.write(desk.owner) as work:
        row = await Alerts(work.session, desk.owner.project_id).get(broken.id)
        row.measure = "of another version"
        work.session.add(row)
    at = now()
    await desk.alerts.watch(at)
    assert (await desk.alerts.get(desk.owner, sound.id)).looked_at == at


async def test_a_filter_holds_no_more_choices_than_a_statement_does(desk: Desk) -> None:
    rule = replace(FAILING, filters=Filters(states=(ChatState.FAILED,) * 300_000))
    assert (await desk.alerts.create(desk.owner, rule)).rule.filters.states == (ChatState.FAILED,)
    with pytest.raises(InvalidInput, match="not kept"):
        await desk.alerts.create(desk.owner, replace(FAILING, filters=Filters(tags=tuple(map(str, range(51))))))
    for long in (Filters(text="x" * 201), Filters(models=("x" * 201,))):
        with pytest.raises(InvalidInput, match="not kept"):
            await desk.alerts.create(desk.owner, replace(FAILING, filters=long))


async def test_who_was_taken_off_a_rule_gets_no_letter_of_before(desk: Desk) -> None:
    rule = replace(FAILING, emails=("gone@example.com", "ops@example.com"), looks=1)
    alert, at = await desk.alerts.create(desk.owner, rule), now()
    await desk.happen(at - timedelta(minutes=1), "failed", "failed")
    at = await desk.look(at)
    await desk.alerts.change(desk.owner, alert.id, replace(rule, emails=("ops@example.com",)), 1)
    await desk.alerts.deliver(at)
    assert [one.to for one in desk.mail.taken] == ["ops@example.com"]


async def test_a_delivery_that_breaks_counts_as_a_try_and_harms_no_other(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert = await desk.alerts.create(desk.owner, replace(FAILING, emails=("a@b.org",), webhook_url=desk.url))

    async def breaks(_: object) -> bool:
        raise ValueError("no header")

    monkeypatch.setattr(desk.mail, "send", breaks)
    told = {one.way: one for one in await desk.alerts.test(desk.owner, alert.id)}
    assert (told[Way.EMAIL].num_tries, told[Way.EMAIL].fate) == (1, Fate.WAITING)
    assert told[Way.WEBHOOK].fate is Fate.SENT


async def test_a_rule_that_fails_is_left_alone_longer_each_time_and_says_why(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert, at, looks = await desk.alerts.create(desk.owner, FAILING), now(), list[int]()
    read = desk.services.conversations.figures

    async def fails(*_: object) -> None:
        looks.append(1)
        raise [InvalidInput("The search is not kept."), RuntimeError("no words for a person")][len(looks) % 2]

    monkeypatch.setattr(desk.services.conversations, "figures", fails)
    for minutes, num, words in ((0, 1, "on our side"), (1, 1, "on our side"), (2, 2, "not kept"), (5, 2, "not kept")):
        await desk.alerts.watch(at + timedelta(minutes=minutes))
        assert len(looks) == num
        assert words in (await desk.alerts.get(desk.owner, alert.id)).error
    assert (await desk.alerts.get(desk.owner, alert.id)).next_look_at == at + timedelta(minutes=6)
    for _ in range(9):
        await desk.alerts.watch(at := at + timedelta(hours=1))  # never rarer than each hour
    assert len(looks) == 11
    monkeypatch.setattr(desk.services.conversations, "figures", read)
    await desk.alerts.watch(at := at + timedelta(hours=1))
    found = await desk.alerts.get(desk.owner, alert.id)
    assert (found.error, found.looked_at, found.next_look_at) == ("", at, at + timedelta(minutes=1))


@pytest.mark.parametrize("end", ["muted", "switched off", "closed"])
async def test_what_waits_is_told_by_no_rule_that_ended_meanwhile(desk: Desk, end: str) -> None:
    rule = replace(FAILING, emails=("ops@example.com",), looks=1)
    await desk.alerts.create(desk.owner, FAILING)
    alert, at = await desk.alerts.create(desk.owner, rule), now()
    await desk.happen(at - timedelta(minutes=1), "failed", "failed")
    at = await desk.look(at)
    if end == "muted":
        await desk.alerts.mute(desk.owner, alert.id, 60)
    elif end == "switched off":
        await desk.alerts.change(desk.owner, alert.id, replace(rule, is_on=False), 1)
    else:
        await desk.services.identity.create_project(desk.owner, "Another")
        await desk.services.identity.delete_project(desk.owner, desk.owner.project_id)
    assert await desk.alerts.deliver(at) == 1
    assert desk.mail.taken == []
    (firing,) = (await desk.alerts.firings(desk.owner, alert_id=alert.id)).items
    (told,) = firing.deliveries
    assert (told.fate, told.num_tries) == (Fate.FAILED, 1)
    assert end in told.error


async def test_a_receiver_that_hangs_holds_up_no_other_rule(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    slow, quick = [
        await desk.alerts.create(desk.owner, replace(FAILING, name=name, webhook_url=f"{desk.url}/{name}", looks=1))
        for name in ("slow", "quick")
    ]
    send, hangs = desk.http.send, asyncio.Event()

    async def answer(call: HttpCall, reach: Reach) -> HttpAnswer:
        if call.url.endswith("slow"):
            await hangs.wait()
        return await send(call, reach)

    monkeypatch.setattr(desk.http, "send", answer)
    await desk.happen(now() - timedelta(minutes=1), "failed", "failed")
    async with asyncio.timeout(30):
        await desk.alerts.go_on()
        while not desk.web.seen:
            await asyncio.sleep(0.01)
        await desk.alerts.go_on()
    assert [one.path for one in desk.web.seen] == ["/hook/quick"]
    assert {await desk.state(one) for one in (slow, quick)} == {AlertState.FIRING}
    await desk.alerts.close()
