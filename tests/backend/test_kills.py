"""Real processes, killed with SIGKILL while they remove a person, import, tell of an alert or answer for a flow."""

from __future__ import annotations

import asyncio
import json
import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from backend.alerts.service.delivering import LEASE
from backend.alerts.types import Fate
from backend.bootstrap import Services
from backend.columns import utc_now
from backend.conversations.models import ConversationRow, MessageRow
from backend.conversations.reports import Report, Told
from backend.conversations.types import Filters, Role
from backend.datasets.types import About
from backend.flows.types import RunStatus, RunWish
from backend.ids import new_id
from backend.operator import Operator
from backend.paging import Page
from backend.settings import Settings
from tests.backend import killed_process
from tests.backend.alerts.test_alerts import FAILING
from tests.doubles.web import reply, web
from tests.factories.flows import chat
from tests.killing import killed, started
from tests.planting import columns_with
from tests.tenancy import EVERYWHERE

PROCESS = "tests.backend.killed_process"
WORD = "zwiebelkuchen"
pytestmark = pytest.mark.fault


@pytest.fixture
async def operator(services: Services) -> Operator:
    return await services.identity.ensure_owner()


async def kill(task: str, folder: Path, about: str, after: float = 0) -> list[dict[str, object]]:
    return await asyncio.to_thread(killed, PROCESS, task, str(folder), about, after=after)


async def test_a_removal_that_is_killed_goes_on_and_leaves_no_word(
    services: Services, operator: Operator, settings: Settings, seed: int
) -> None:
    for number in range(12):
        said = (Told(Role.USER, f"I say {WORD} {number}"), Told(Role.ASSISTANT, WORD))
        await services.conversations.report(operator, Report("s", "a", "A", messages=said, person="ada"))
    while await services.conversations.index(operator.project_id):
        pass
    after = random.Random(seed).uniform(0, 0.6)
    await kill("remove", settings.folder, "ada", after)
    assert await kill("finish_removal", settings.folder, WORD) == [{"left": [], "num_jobs": 1}], (seed, after)


async def test_an_import_that_is_killed_shows_nothing_and_comes_in_once(
    services: Services, operator: Operator, settings: Settings, seed: int
) -> None:
    rows = [json.dumps({"id": f"c{number}", "text": f"I say {WORD}", "person": "ada"}) for number in range(200)]
    path, log = settings.folder / "many.jsonl", services.conversations
    path.write_text("\n".join(rows))
    after = random.Random(seed).uniform(0, 0.6)
    await kill("bring_in", settings.folder, path.name, after)
    num_shown = len((await log.list(operator, Filters(text=WORD), Page(limit=500))).items)
    assert num_shown in {0, 200}, (seed, after)
    made = await log.import_file(operator, path, path.name)
    assert (made.num_added, made.num_known) == (200 - num_shown, num_shown)
    while await services.privacy.purge_deleted(operator.project_id, utc_now() + timedelta(hours=2)):
        pass
    while await log.index(operator.project_id):
        pass
    async with services.units.read(EVERYWHERE) as session:
        kept = (await session.exec(select(ConversationRow.session_id))).all()
        said = (await session.exec(select(MessageRow.text))).all()
    assert sorted(kept) == sorted(f"c{number}" for number in range(200)), (seed, after)
    assert len(said) == 200
    assert len((await log.list(operator, Filters(text=WORD), Page(limit=500))).items) == 200


async def test_rows_of_a_killed_import_come_in_whole_or_not_at_all(
    services: Services, operator: Operator, settings: Settings, seed: int
) -> None:
    path, datasets = settings.folder / "rows.jsonl", services.datasets
    path.write_text("\n".join(json.dumps({"message": f"I say {WORD} {number}"}) for number in range(1_000)))
    made = await datasets.create(operator, About("rows"))
    after = random.Random(seed).uniform(0, 0.6)
    await kill("add_rows", settings.folder, path.name, after)
    now = await datasets.get(operator, made.id)
    assert (now.version, now.num_items) in {(0, 0), (1, 1_000)}, (seed, after)
    assert (await columns_with(services.units, WORD) == []) is (now.version == 0), (seed, after)
    written = await datasets.import_file(operator, made.id, path, path.name, skip_duplicates=True)
    assert (written.num_added, written.num_skipped) == (1_000 - now.num_items, now.num_items)
    assert [one.row for one in await datasets.all_items(operator, made.id)] == [*range(1, 1_001)], (seed, after)


async def test_an_alert_that_is_killed_is_told_once_more_at_most(
    services: Services, operator: Operator, settings: Settings, seed: int
) -> None:
    is_deaf = [seed % 2 == 0]  # every second one is killed when it was heard and has no answer yet
    async with web(lambda _: None if is_deaf[0] else reply()) as server:
        alerts = killed_process.alerts_of(services, server.port)
        rule = replace(FAILING, webhook_url=f"http://127.0.0.1:{server.port}/hook", looks=1)
        await alerts.create(operator, rule)
        at = utc_now() + timedelta(seconds=2)
        async with services.units.write(EVERYWHERE) as work:
            for _ in range(2):
                row = ConversationRow(
                    id=new_id("conv"), project_id=operator.project_id, title="T", channel="api", state="failed",
                    last_message_at=at - timedelta(minutes=1), started_at=at - timedelta(minutes=1), num_turns=1,
                )  # fmt: skip
                work.session.add(row)
        await alerts.watch(at)
        after = random.Random(seed).uniform(0, 0.1)
        with started(PROCESS, "deliver", str(settings.folder), str(server.port)) as process:
            assert process.stdout is not None
            await asyncio.to_thread(process.stdout.readline)
            while is_deaf[0] and not server.seen:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0 if is_deaf[0] else after)
        was_heard, is_deaf[0] = len(server.seen), False
        at += LEASE + timedelta(minutes=1)
        await alerts.deliver(at)
        assert await alerts.deliver(at + timedelta(days=1)) == 0
        (firing,) = (await alerts.firings(operator)).items
        (told,) = firing.deliveries
        assert (told.fate, told.error) == (Fate.SENT, ""), (seed, after)
        least = 1 + (seed % 2 == 0)  # what was heard and not written down is told again
        assert least <= len(server.seen) <= was_heard + 1
        assert {one.headers["webhook-id"] for one in server.seen} == {told.id}


async def test_a_takeover_that_is_killed_keeps_its_replies_and_its_hold(
    services: Services, operator: Operator, settings: Settings, seed: int
) -> None:
    await services.flows.create(operator, "Chat", document=chat())
    await services.flows.publish(operator, "chat")
    talk = str((await services.runs.run(operator, "chat", RunWish({"message": "Hello"}))).conversation_id)
    after = random.Random(seed).uniform(0, 0.4)
    _, *told = await kill("talk", settings.folder, talk, after)
    opened = await services.conversations.transcript(operator, talk)
    replies = [one.text for one in opened.messages if one.text.startswith("reply")]
    assert replies == [f"reply {number}" for number in range(len(replies))], (seed, after)
    assert len(told) <= len(replies) <= len(told) + 1  # what it said is kept; one more may be, unsaid
    await services.takeovers.take(operator, talk)  # held still, or free: nothing stands between
    asked = await services.runs.run(operator, "chat", RunWish({"message": "Are you there?"}, conversation_id=talk))
    assert asked.status is RunStatus.WAITING
    await services.takeovers.hand_back(operator, talk)
    await services.runs.execute(asked.run_id)
    last = (await services.conversations.transcript(operator, talk)).messages[-1]
    assert (last.text, last.state) == ("You said Are you there?", "answered")
