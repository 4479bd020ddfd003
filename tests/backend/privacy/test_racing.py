"""A removal while more of the person comes in by every way: what had come is gone, and nothing is left half."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import logging
import zipfile
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from backend.bootstrap import Services
from backend.columns import utc_now
from backend.conversations.errors import UndoPassed
from backend.conversations.models import ConversationRow, RemovedTraceRow
from backend.conversations.reports import Report, Told
from backend.conversations.types import Filters, Rating, Role
from backend.errors import DomainError, NotFound, Unavailable
from backend.flows.types import RunWish, Trigger
from backend.operator import Operator
from backend.paging import Page
from backend.privacy.repository import People
from tests.backend.privacy.conftest import BEFORE, MEANWHILE, asked, removed
from tests.factories.flows import chat
from tests.planting import columns_with, files_with
from tests.tenancy import EVERYWHERE

Write = Callable[[int, str], Awaitable[object]]


def ways_in(house: Services, operator: Operator, folder: Path, begun: list[int]) -> list[Write]:
    log = house.conversations

    async def report(number: int, word: str) -> None:
        said = (Told(Role.USER, word), Told(Role.ASSISTANT, f"heard {word}"))
        await log.report(operator, Report(f"{word}-{number}", "a", "A", messages=said, person="ada"))

    async def trace(number: int, word: str) -> None:
        told = {"user.id": "ada", "session.id": f"s{number // 2}"}
        await log.take_spans(operator, [asked(number, 1, word, **told)])
        await log.take_spans(operator, [asked(number, 2, word)])
        if word == BEFORE:
            begun.append(number)

    async def bring_in(number: int, word: str) -> None:
        path = folder / f"{number}.jsonl"
        rows = [{"id": f"{number}-{one}", "text": word, "person": "ada"} for one in range(4)]
        path.write_text("\n".join(map(json.dumps, rows)))
        try:
            await log.import_file(operator, path, path.name)
        finally:
            path.unlink()

    async def talk(_number: int, word: str) -> None:
        await house.runs.run(operator, "chat", RunWish({"message": word}, person="ada"))

    async def remark(number: int, word: str) -> None:
        async with house.units.read(EVERYWHERE) as session:
            theirs = (
                select(ConversationRow.id).where(ConversationRow.person == "ada").order_by(ConversationRow.id.desc())
            )
            talk_id = (await session.exec(theirs.limit(1))).first()
        if talk_id is None:
            return
        await log.add_comment(operator, talk_id, word)
        opened = await log.transcript(operator, talk_id)
        answers = [one.id for one in opened.messages if one.role is Role.ASSISTANT]
        for answer in answers[-1:]:
            await log.set_feedback(operator, answer, Rating.DOWN, word)

    async def index(_number: int, _word: str) -> None:
        await log.index(operator.project_id)

    return [report, trace, bring_in, talk, remark, index]


async def test_what_had_come_is_gone_and_what_comes_meanwhile_goes_whole(
    house: Services,
    operator: Operator,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in (("AT_ONCE", 3), ("SKEW", timedelta()), ("FIRST_PAUSE_SECONDS", 0.01)):
        monkeypatch.setattr(f"backend.privacy.service.removing.{name}", value)
    monkeypatch.setattr("backend.conversations.service.importing.KEPT_AT_ONCE", 2)
    caplog.set_level(logging.INFO)
    await house.flows.create(operator, "Chat", document=chat())
    await house.flows.publish(operator, "chat")
    is_over, numbers, words, begun = asyncio.Event(), count(1), [BEFORE], list[int]()
    ways = ways_in(house, operator, tmp_path, begun)
    rounds = {way: Counter[str]() for way in ways}

    async def keep_on(way: Write) -> None:
        while not is_over.is_set():
            word = words[-1]
            with contextlib.suppress(DomainError):  # what it speaks of was removed
                await way(next(numbers), word)
            rounds[way][word] += 1
            await asyncio.sleep(0.1)

    async def came(word: str) -> None:
        while not all(done[word] for done in rounds.values()):
            await asyncio.sleep(0.01)

    async with asyncio.timeout(60), asyncio.TaskGroup() as writing:
        for way in ways:
            writing.create_task(keep_on(way))
        await came(BEFORE)
        words.append(MEANWHILE)
        await came(MEANWHILE)
        await removed(house, operator, "ada")
        is_over.set()
    late = await house.conversations.take_spans(operator, [asked(number, 3, BEFORE) for number in begun])
    assert late.num_removed == len(begun) > 0
    assert await columns_with(house.units, BEFORE) == []
    monkeypatch.setattr("backend.privacy.service.removing.AT_ONCE", 50)
    with contextlib.suppress(NotFound):
        await removed(house, operator, "ada")
    await house.privacy.keep_up()
    assert await columns_with(house.units, MEANWHILE) == []
    assert BEFORE not in caplog.text
    assert MEANWHILE not in caplog.text
    await house.database.close()
    assert files_with(tmp_path, BEFORE, MEANWHILE) == []


async def test_what_comes_late_of_a_removed_person_s_trace_is_left_out(house: Services, operator: Operator) -> None:
    log = house.conversations
    for trace, told in ((1, {"user.id": "ada"}), (2, {"session.id": "s"})):
        await log.take_spans(operator, [asked(trace, 1, BEFORE, **told)])
    # Whose it is stands on the top span, which ends and comes last.
    await log.take_spans(operator, [asked(2, 2, BEFORE, **{"user.id": "ada"})])
    assert await log.index(operator.project_id) == 2
    assert len((await log.list(operator, Filters(text="ada"), Page())).items) == 2
    assert (await house.privacy.going(operator, "ada")).num_conversations == 2
    await removed(house, operator, "ada")
    for trace in (1, 2):
        assert (await log.take_spans(operator, [asked(trace, 3, BEFORE)])).num_removed == 1
    assert "removed with its person: 1" in (await log.take_spans(operator, [asked(1, 4, BEFORE)])).words
    assert await columns_with(house.units, BEFORE) == []
    await log.take_spans(operator, [asked(3, 1, MEANWHILE)])
    assert len((await log.list(operator, Filters(), Page())).items) == 1
    for days, num_left in ((29, 2), (31, 0)):
        await house.privacy.forget_traces(operator.project_id, utc_now() + timedelta(days=days))
        async with house.units.read(EVERYWHERE) as session:
            assert len((await session.exec(select(RemovedTraceRow))).all()) == num_left


async def test_a_session_of_several_people_goes_with_each_of_them(
    house: Services, operator: Operator, tmp_path: Path
) -> None:
    log = house.conversations
    for trace, person, word in ((1, "ada", MEANWHILE), (2, "bobolink", BEFORE)):
        await log.take_spans(operator, [asked(trace, 1, word, **{"user.id": person, "session.id": "shared"})])
    path = tmp_path / "talk.jsonl"
    rows = [{"id": "t", "text": word, "person": who} for who, word in (("ada", MEANWHILE), ("bobolink", BEFORE))]
    path.write_text("\n".join(map(json.dumps, rows)))
    await log.import_file(operator, path, path.name)
    await house.flows.create(operator, "Chat", document=chat())
    await house.flows.publish(operator, "chat")
    first = await house.runs.run(operator, "chat", RunWish({"message": MEANWHILE}, person="ada", trigger=Trigger.API))
    more = RunWish(
        {"message": BEFORE}, person="bobolink", conversation_id=str(first.conversation_id), trigger=Trigger.API
    )
    await house.runs.run(operator, "chat", more)
    path.unlink()
    while await log.index(operator.project_id):
        pass
    for one in (await log.list(operator, Filters(), Page())).items:
        said = [one for one in (await log.transcript(operator, one.id)).messages if one.role is Role.USER]
        assert [one.author for one in said] == ["ada", "bobolink"]
    assert [(await house.privacy.going(operator, who)).num_conversations for who in ("ada", "bobolink")] == [3, 3]
    packed = b"".join([piece async for piece in await house.privacy.export(operator, "bobolink")])
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        told = json.loads(archive.read("person.json"))["conversations"]
    assert [BEFORE in json.dumps(one["messages"]) for one in told] == [True] * 3
    assert {other["person"] for one in told for other in one["others"]} == {"bobolink"}
    await removed(house, operator, "bobolink")
    assert await columns_with(house.units, BEFORE, MEANWHILE) == []
    assert await columns_with(house.units, "bobolink") == []
    with pytest.raises(NotFound):
        await house.privacy.going(operator, "ada")


@pytest.mark.parametrize("first", ["undo", "removal"])
async def test_an_undo_at_the_hour_of_the_removal_brings_all_back_or_nothing(
    house: Services, operator: Operator, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    log, later, ids = house.conversations, utc_now() + timedelta(hours=2), list[str]()
    for number in range(2):
        said = (Told(Role.USER, f"{BEFORE} {number}"),)
        ids.append((await log.report(operator, Report(f"s{number}", "a", "A", messages=said))).conversation.id)
        await log.delete(operator, ids[-1])
    if first == "undo":
        some = People.some

        async def read(self: People, *args: object) -> list[str]:
            found = await some(self, *args)  # type: ignore[arg-type]
            await log.restore(operator, ids[0])  # between the look and the removal
            return found

        monkeypatch.setattr(People, "some", read)
        assert await house.privacy.purge_deleted(operator.project_id, later) == 1
        opened = await log.transcript(operator, ids[0])
        assert [one.text for one in opened.messages] == [f"{BEFORE} 0"]
    else:
        is_locked, waits = asyncio.Event(), []
        purge = log.purge

        async def held(*args: Any, **more: Any) -> None:
            is_locked.set()
            await asyncio.sleep(0.1)  # so that the undo stands before the lock
            await purge(*args, **more)

        monkeypatch.setattr(log, "purge", held)
        waits.append(asyncio.create_task(house.privacy.purge_deleted(operator.project_id, later)))
        await is_locked.wait()
        with pytest.raises(UndoPassed, match="for good"):
            await log.restore(operator, ids[0])
        assert await waits[0] == 2
    left = [one.id for one in (await log.list(operator, Filters(), Page())).items]
    assert left == (ids[:1] if first == "undo" else [])
    assert bool(await columns_with(house.units, f"{BEFORE} 1")) is False


async def test_a_removal_that_is_sent_away_comes_again(
    house: Services, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.privacy.service.removing.FIRST_PAUSE_SECONDS", 0.01)
    await house.conversations.report(operator, Report("s", "a", "A", messages=(Told(Role.USER, BEFORE),), person="ada"))
    real, refusals = house.privacy._batch, [Unavailable("Somebody else changed the same thing at the same moment.")] * 2

    async def batch(job_id: str) -> bool:
        if refusals:
            raise refusals.pop()
        return await real(job_id)

    monkeypatch.setattr(house.privacy, "_batch", batch)
    await removed(house, operator, "ada")
    assert await columns_with(house.units, BEFORE) == []
