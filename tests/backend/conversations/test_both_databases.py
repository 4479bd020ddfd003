"""What the log finds, counts and adds up, once on each database."""

from __future__ import annotations

import asyncio
import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from backend.conversations.errors import ConversationNotFound
from backend.conversations.figure_types import FigureWish, Split
from backend.conversations.reports import Report, Told
from backend.conversations.service import ConversationService
from backend.conversations.tags import MAX_TAG
from backend.conversations.types import ChatState, FailedTurns, Filters, Rating, Role
from backend.errors import QuotaExceeded
from backend.identity.service import IdentityService
from backend.paging import Page
from backend.ports.database import Database
from backend.ports.traces import Span
from backend.unit_of_work import Units
from tests.factories.conversations import chat

MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
SAID = (
    "Das BEIN vom Regal ist gebrochen", "Die Straße ist zu schmal", "ソファを返品できますか",
    "هل يمكنني إرجاع الأريكة؟", "Is it 100% wool_blend?", "ERR-4711: a red sofa", "a sofa, red",
)  # fmt: skip
LOOKED_FOR = {
    "bein": 1, "STRASSE": 1, "返品": 1, "إرجاع": 1, "100% wool_": 1, "err-4711": 1, "sofa": 2,
    '"red sofa"': 1, "w%l": 0, "' OR 1=1 --": 0, "": 7,
}  # fmt: skip


async def test_both_find_count_and_add_up_the_same(any_database: Database) -> None:
    units = Units(any_database)
    log, owner = ConversationService(units), await IdentityService(units).ensure_owner()
    turns = [
        await chat(
            log, units, owner, said=said, at=MONDAY + timedelta(hours=number),
            ask={"flow_id": f"flow_{number % 2}", "flow_name": f"Flow {number % 2}"},
            reply={"latency_ms": 100 * (number + 1), **({"error": "No."} if number == 1 else {})},
        )
        for number, said in enumerate(SAID)
    ]  # fmt: skip
    await log.set_feedback(owner, turns[0].answer_id, Rating.DOWN)
    await log.add_tag(owner, turns[2].conversation_id, "50%_off")
    for _ in ("before the index", "behind it"):
        for text, num in LOOKED_FOR.items():
            assert (await log.browse(owner, Filters(text=text), Page())).facets.total == num, text
        while await log.index(owner.project_id):
            pass
    facets = (await log.browse(owner, Filters(text="sofa"), Page())).facets
    assert [(one.name, one.count) for one in facets.flows] == [("Flow 0", 1), ("Flow 1", 1)]
    for chosen, num in (
        (Filters(states=(ChatState.FAILED,)), 1),
        (Filters(failed_turns=(FailedTurns.SOME,)), 1),
        (Filters(failed_turns=(FailedTurns.NONE,)), 6),
        (Filters(ratings=(Rating.DOWN,)), 1),
        (Filters(tags=("50%_off",)), 1),
        (Filters(tags=("50",)), 0),
        (Filters(since=MONDAY + timedelta(hours=5)), 2),
    ):
        assert len((await log.list(owner, chosen, Page())).items) == num, chosen
    first = await log.list(owner, Filters(), Page(4))
    rest = await log.list(owner, Filters(), Page(4, first.next or ""))
    assert [one.id for one in (*first.items, *rest.items)] == [one.conversation_id for one in reversed(turns)]
    wish = FigureWish(Filters(since=MONDAY, until=MONDAY + timedelta(hours=12)))
    whole = (await log.dashboard(owner, wish)).whole
    assert (whole.num, whole.p50, whole.p95, whole.failed_share) == (7, 400, 700, 1 / 7)
    lines = (await log.dashboard(owner, replace(wish, split=Split.FLOW))).lines
    assert [(one.name, one.figures.num, one.figures.p50) for one in lines] == [("Flow 0", 4, 300), ("Flow 1", 3, 400)]
    await log.delete(owner, turns[5].conversation_id)
    assert (await log.browse(owner, Filters(text='"red sofa"'), Page())).facets.total == 0
    await log.restore(owner, turns[5].conversation_id)
    assert (await log.browse(owner, Filters(text='"red sofa"'), Page())).facets.total == 1
    with pytest.raises(ConversationNotFound):
        await log.restore(owner, "conv_unknown")


async def test_a_conversation_is_found_and_counted_by_each_of_its_models(any_database: Database) -> None:
    units = Units(any_database)
    log, owner = ConversationService(units), await IdentityService(units).ensure_owner()

    async def talk(*models: str, to: str = "") -> str:
        at = MONDAY + timedelta(hours=len(models))
        reply = {"model": ", ".join(models)}
        return (await chat(log, units, owner, at=at, conversation_id=to, reply=reply)).conversation_id

    both, large, none = await talk("lab:a", "lab:b"), await talk("LAB:A"), await talk("")
    later = await talk("lab:a%")
    await talk("lab:b", to=later)
    for model, found in (("lab:a", {both}), ("lab:b", {both, later}), ("LAB:A", {large}), ("lab:a%", {later}),
                         ("", {none}), ("lab:a, lab:b", {both}), ("lab", set())):  # fmt: skip
        browsed = await log.browse(owner, Filters(models=(model,)), Page())
        assert {one.id for one in browsed.listed.items} == found, model
        assert browsed.facets.matching == len(found) or ", " in model
        counts = {one.name: one.count for one in browsed.facets.models}
        assert counts == {"lab:a": 1, "lab:b": 2, "LAB:A": 1, "lab:a%": 1}
    wish = FigureWish(Filters(since=MONDAY, until=MONDAY + timedelta(days=1)), Split.MODEL)
    told = await log.dashboard(owner, wish)
    lines = {one.value: one.figures.num for one in told.lines}
    assert lines == {"lab:a": 1, "lab:b": 2, "LAB:A": 1, "lab:a%": 1, "": 1}
    assert told.whole.num == 4


async def test_the_longest_names_with_the_longest_tags_fit_the_index(any_database: Database) -> None:
    units, seeded = Units(any_database), random.Random(6)
    log, owner = ConversationService(units), await IdentityService(units).ensure_owner()

    def rare(num: int) -> str:
        return "".join(chr(seeded.randint(0x20000, 0x2A000)) for _ in range(num))  # four bytes each, which none packs

    said = (Told(Role.USER, "x"), Told(Role.ASSISTANT, "y", model=rare(200)))
    report = Report(rare(500), rare(200), rare(200), messages=said, person=rare(200))
    kept = (await log.report(owner, report)).conversation
    tags: tuple[str, ...] = ()
    for _ in range(5):  # with their breaks 806 bytes
        tags = await log.add_tag(owner, kept.id, rare(MAX_TAG))
    with pytest.raises(QuotaExceeded, match="too long together"):
        await log.add_tag(owner, kept.id, rare(MAX_TAG))
    assert (await log.list(owner, Filters(tags=tags[:1]), Page())).items[0].tags == tags


async def test_spans_of_new_sessions_that_come_at_once_make_one_conversation_each(any_database: Database) -> None:
    units = Units(any_database)
    log, owner = ConversationService(units), await IdentityService(units).ensure_owner()
    others = ConversationService(units)  # as of another process

    def span(session: int, trace: int, number: int) -> Span:
        said = json.dumps([{"role": "user", "content": f"Question {trace}"}])
        told = {"gen_ai.operation.name": "chat", "gen_ai.input.messages": said, "session.id": f"session {session}"}
        return Span(f"{session:016x}{trace:016x}", f"{number:016x}", "", "chat", MONDAY, MONDAY, told)

    come = [span(session, trace, number) for number in (1, 2) for trace in (1, 2, 3) for session in (1, 2)]
    some = [come[at : at + 3] for at in range(0, len(come), 2)]  # each twice, as senders repeat themselves
    await asyncio.gather(*((log, others)[at % 2].take_spans(owner, spans) for at, spans in enumerate(some)))
    listed = (await log.list(owner, Filters(), Page())).items
    assert sorted((one.session_id, one.num_turns) for one in listed) == [("session 1", 3), ("session 2", 3)]


async def test_the_index_of_words_begins_once(any_database: Database) -> None:
    units = Units(any_database)
    log, owner = ConversationService(units), await IdentityService(units).ensure_owner()
    for number in range(4):
        await log.report(owner, Report(f"s{number}", "a", "A", messages=(Told(Role.USER, f"word {number}"),)))
    assert sum(await asyncio.gather(*(log.index(owner.project_id) for _ in range(4)))) == 4
