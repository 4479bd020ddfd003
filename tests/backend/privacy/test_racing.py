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
from backend.columns import storable, utc_now
from backend.conversations.errors import UndoPassed
from backend.conversations.models import ConversationRow, RemovedTraceRow
from backend.conversations.reports import Report, Told
from backend.conversations.types import Filters, Rating, Role
from backend.errors import DomainError, NotFound, Unavailable
from backend.flows.types import RunWish, Trigger
from backend.masking.types import Kind, MaskingRules, OwnPattern
from backend.operator import Operator
from backend.paging import Page
from backend.ports.traces import Span
from backend.privacy.repository import People
from backend.privacy.types import JobState
from tests.factories.flows import chat
from tests.planting import columns_with, files_with
from tests.tenancy import EVERYWHERE

BEFORE, MEANWHILE = "zwiebelkuchen", "pfannkuchen"
Write = Callable[[int, str], Awaitable[object]]


def asked(trace: int, number: int, word: str, **more: str) -> Span:
    """Return a call of a model that says a word."""
    said = [{"role": "user", "content": f"I say {word}"}]
    told = {"gen_ai.operation.name": "chat", "gen_ai.input.messages": json.dumps(said), **more}
    return Span(f"{trace:032x}", f"{number:016x}", "", "chat", utc_now(), utc_now(), told)


async def removed(house: Services, operator: Operator, person: str) -> None:
    job = await house.privacy.remove(operator, person)
    await house.privacy.execute(job.id)
    assert (await house.privacy.job(operator, job.id)).state is JobState.DONE


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


# As systems send them: kept on one line, cut, and without what no database holds.
ODD = (
    "x" * 250, "word " * 50, "ada  lovelace", "ada\u200blove", "ada\u00a0byron", "a\tb", "\u202eada", "a\u0308da",
    "a%d_a\\", 'a"d\'a', "a\0da", "a\ud800da", "ADA@Example.ORG", '{"a": 1}', " ada ", "4711", "\u200b",
)  # fmt: skip


@pytest.mark.parametrize("rules", [MaskingRules(), MaskingRules(frozenset(Kind))], ids=["plain", "masked"])
async def test_a_person_is_found_by_the_id_that_was_sent(
    house: Services, operator: Operator, tmp_path: Path, rules: MaskingRules
) -> None:
    log, path = house.conversations, tmp_path / "talks.jsonl"
    await house.masking.set_rules(operator, rules)
    nobodys = Report("s", "a", "A", messages=(Told(Role.USER, MEANWHILE),))
    await log.report(operator, nobodys)
    rows = [{"id": f"i{number}", "text": BEFORE, "user_id": who} for number, who in enumerate(ODD[:-1])]
    path.write_text("\n".join(map(json.dumps, rows)))
    await log.import_file(operator, path, path.name)
    path.unlink()
    for number, who in enumerate(ODD[:-1]):
        await log.report(operator, Report(f"r{number}", "a", "A", messages=(Told(Role.USER, BEFORE),), person=who))
        told: dict[str, Any] = {"user.id": int(who) if who.isdecimal() else storable(who)}
        await log.take_spans(operator, [asked(2 * number + 1, 1, BEFORE, **told)])
        embeds = {"gen_ai.operation.name": "embeddings", "input.value": [BEFORE], **told}
        await log.take_spans(
            operator, [Span(f"{2 * number + 2:032x}", f"{1:016x}", "", "embed", utc_now(), utc_now(), embeds)]
        )
    for who in ODD:
        with contextlib.suppress(NotFound):
            await removed(house, operator, who)
    assert await columns_with(house.units, BEFORE) == []
    assert await columns_with(house.units, MEANWHILE) != []  # who has no name is nobody's


async def test_a_person_who_was_masked_by_a_rule_that_is_gone_is_found(house: Services, operator: Operator) -> None:
    rules = MaskingRules(patterns=(OwnPattern("customer", r"cust-\d+"),))
    await house.masking.set_rules(operator, rules)
    await house.flows.create(operator, "Chat", document=chat())
    await house.flows.publish(operator, "chat")
    for who in ("cust-17", "cust-18"):
        said = (Told(Role.USER, BEFORE if who == "cust-17" else MEANWHILE),)
        await house.conversations.report(operator, Report("s", "a", "A", messages=said, person=who))
    await house.runs.run(operator, "chat", RunWish({"message": BEFORE}, person="cust-17", trigger=Trigger.API))
    assert await columns_with(house.units, "cust-1") == []
    await house.masking.set_rules(operator, MaskingRules())
    assert (await house.privacy.going(operator, "cust-17")).num_conversations == 2
    await removed(house, operator, "cust-17")
    assert await columns_with(house.units, BEFORE) == []
    assert await columns_with(house.units, MEANWHILE) != []
