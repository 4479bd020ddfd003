"""The log is searched in any script, filtered, paged and counted."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from backend.conversations.figure_types import FigureWish, Split
from backend.conversations.folding import first_words, folded
from backend.conversations.reports import Report, Told
from backend.conversations.service import ConversationService
from backend.conversations.types import ChatState, FailedTurns, Filters, Rating, Role
from backend.operator import Operator
from backend.paging import Page
from backend.ports.traces import Span
from backend.unit_of_work import Units
from tests.factories.conversations import chat

MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
ASKED = json.dumps([{"role": "user", "content": "And?"}])


@pytest.fixture
def log(units: Units) -> ConversationService:
    return ConversationService(units)


@pytest.mark.parametrize(
    ("said", "looked_for"),
    [
        ("Das BEIN vom Regal ist gebrochen", "bein vom regal"),
        ("Die Straße ist zu schmal", "STRASSE"),
        ("Сколько стоит доставка?", "ДОСТАВКА"),
        ("ソファを返品できますか", "返品"),
        ("هل يمكنني إرجاع الأريكة؟", "إرجاع"),
        ("Is it 100% wool_blend?", "100% wool_"),
        ("caf\u0065\u0301 table", "caf\u00e9"),
    ],
)
async def test_search_finds_any_script_and_case(log, units, owner, said, looked_for):
    turn = await chat(log, units, owner, said=said)
    await chat(log, units, owner, said="Something else")
    found = await log.list(owner, Filters(text=looked_for), Page())
    assert [conversation.id for conversation in found.items] == [turn.conversation_id]


async def test_search_reads_answers_too(log, units, owner):
    turn = await chat(log, units, owner, reply={"text": "Collection costs $49."})
    await chat(log, units, owner)
    found = await log.list(owner, Filters(text="collection COSTS"), Page())
    assert [conversation.id for conversation in found.items] == [turn.conversation_id]


async def test_a_phrase_of_common_words_is_read_for_in_the_newest_alone(log, units, owner, monkeypatch):
    monkeypatch.setattr("backend.conversations.service.base.MAX_READ", 2)
    for said in ("red sofa", "sofa red", "red sofa", "blue sofa", "a red sofa"):
        await chat(log, units, owner, said=said)
    while await log.index(owner.project_id):
        pass
    found = await log.browse(owner, Filters(text='"red sofa"'), Page())
    assert [one.title for one in found.listed.items] == ["a red sofa", "red sofa"]
    assert (found.facets.total, found.num_unread) == (2, 2)
    exported = [part async for part in await log.export(owner, Filters(text='"red sofa"'))]
    assert "".join(exported).count("red sofa") == 3
    assert (await log.browse(owner, Filters(text="red sofa"), Page())).num_unread == 0


async def test_search_reads_why_a_tool_or_an_answer_failed(log, units, owner):
    asked, well = Told(Role.USER, "Where is it?"), Told(Role.ASSISTANT, "I cannot tell.")
    tool = Told(Role.TOOL, "", error="HTTP 503", tool_name="lookup")
    told = await log.report(owner, Report("s", "x", "A", messages=(asked, tool, well)))
    turn = await chat(log, units, owner, reply={"text": "", "error": "No route to the model."})
    for _ in "before the index and with it":
        for text, one in (("503", told.conversation.id), ("no route", turn.conversation_id)):
            listed = (await log.list(owner, Filters(text=text), Page())).items
            assert [conversation.id for conversation in listed] == [one]
            pieces = (await log.snippets(owner, text, listed))[one].pieces
            assert text in "".join(piece.text for piece in pieces).lower()
        await log.index(owner.project_id)


async def test_signs_of_the_pattern_mean_themselves(log, units, owner):
    await chat(log, units, owner, said="100 wool")
    assert (await log.list(owner, Filters(text="100%"), Page())).items == []
    assert (await log.list(owner, Filters(text="w_ol"), Page())).items == []


async def test_pages_join_without_gap_or_double(log, units, owner):
    made = [
        (await chat(log, units, owner, at=MONDAY + timedelta(minutes=minute // 2))).conversation_id
        for minute in range(7)
    ]
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        listed = await log.list(owner, Filters(), Page(limit=3, after=after))
        seen += [conversation.id for conversation in listed.items]
        after = listed.next
    assert seen == made[::-1]


async def test_an_unknown_place_in_the_list_has_nothing_behind_it(log, units, owner):
    await chat(log, units, owner)
    assert (await log.list(owner, Filters(), Page(after="conv_unknown"))).items == []


async def test_agents_of_one_name_are_told_apart_by_their_configuration(log, units, owner):
    for config, name in (("v6", "Returns"), ("v7", "Returns"), ("v7", "Wicks"), ("", "Returns")):
        await log.report(owner, Report(config or "none", config, name, messages=(Told(Role.USER, "Hello"),)))
    facets = (await log.browse(owner, Filters(), Page())).facets
    assert sorted(one.name for one in facets.flows) == ["Returns", "Returns, v6", "Returns, v7", "Wicks"]
    lines = (await log.dashboard(owner, FigureWish(split=Split.FLOW))).lines
    assert {one.value: one.name for one in lines} == {one.value: one.name for one in facets.flows}


async def test_filters_narrow_and_facets_count(log, units, owner):
    good = await chat(log, units, owner)
    bad = await chat(log, units, owner, ask={"flow_id": "flow_b", "flow_name": "Returns"}, reply={"error": "No."})
    await log.set_feedback(owner, good.answer_id, Rating.UP)
    for chosen, expected in (
        (Filters(flow_ids=("flow_b",)), bad),
        (Filters(states=(ChatState.FAILED,)), bad),
        (Filters(ratings=(Rating.UP,)), good),
        (Filters(ratings=(Rating.UP, Rating.DOWN), states=(ChatState.ANSWERED,)), good),
    ):
        found = await log.list(owner, chosen, Page())
        assert [conversation.id for conversation in found.items] == [expected.conversation_id]
    facets = (await log.browse(owner, Filters(), Page())).facets
    assert facets.total == 2
    assert {(facet.name, facet.count) for facet in facets.flows} == {("Support desk", 1), ("Returns", 1)}
    assert {facet.value: facet.count for facet in facets.states} == {
        "running": 0,
        "waiting": 0,
        "answered": 1,
        "unanswered": 0,
        "unsourced": 0,
        "refused": 0,
        "failed": 1,
        "cancelled": 0,
    }
    assert {facet.value: facet.count for facet in facets.ratings} == {"none": 1, "up": 1, "down": 0, "handled": 0}


async def test_a_turn_that_failed_before_the_last_is_found(log, units, owner):
    bad = await chat(log, units, owner, reply={"error": "No."})
    await chat(log, units, owner, conversation_id=bad.conversation_id)
    asked, failed, well = Told(Role.USER, "And?"), Told(Role.ASSISTANT, "", error="No."), Told(Role.ASSISTANT, "Yes")
    tried = Told(Role.TOOL, "", error="No route.")
    ended = Told(Role.TOOL, "", error="The end.")
    for session, said in {
        "failed before": (asked, failed, asked, well),
        "a tool alone": (asked, tried, well),
        "at the end": (asked, ended),
    }.items():
        await log.report(owner, Report(session, "a", "A", messages=said))

    def span(trace: int, at: datetime, **more: str) -> Span:
        told = {"gen_ai.operation.name": "chat", "gen_ai.input.messages": ASKED, "session.id": "traced"}
        return Span(f"{trace:032x}", "1" * 16, "", "chat", at, at, told, **more)

    await log.take_spans(owner, [span(1, MONDAY, error="No."), span(2, MONDAY + timedelta(hours=1))])
    found = await log.browse(owner, Filters(failed_turns=(FailedTurns.SOME,)), Page())
    by = {one.session_id or one.id: one.state.value for one in found.listed.items}
    assert by == {
        bad.conversation_id: "answered", "failed before": "answered", "at the end": "failed", "traced": "answered",
    }  # fmt: skip
    assert {one.value: one.count for one in found.facets.failed_turns} == {"some": 4, "none": 1}
    rest = await log.list(owner, Filters(failed_turns=(FailedTurns.NONE,)), Page())
    assert [one.session_id for one in rest.items] == ["a tool alone"]


async def test_facets_count_within_the_search(log, units, owner):
    await chat(log, units, owner, said="sofa")
    await chat(log, units, owner, said="lamp", reply={"text": "Yes."})
    assert (await log.browse(owner, Filters(text="lamp"), Page())).facets.total == 1


def test_a_title_ends_between_words():
    title = first_words("My Lindholm sofa came on Monday and I have opened it already. Can I still return it?")
    assert title == "My Lindholm sofa came on Monday and I have opened it already. Can I…"
    assert first_words("x" * 100) == "x" * 71 + "…"
    assert first_words("line\none\tand\x07 two") == "line one and two"
    assert first_words(" " * 4_000 + "x") == ""  # a megabyte is not read to its end for a title


def test_folding_loses_case_and_composition():
    assert folded("CAFE\u0301  ﬁne\n") == "cafe fine"
    assert folded(folded("Straße, Łódź")) == "strasse, lodz"


async def test_a_nul_character_is_left_out(log, units, owner):
    turn = await chat(log, units, owner, said="so\0fa")
    assert (await log.transcript(owner, turn.conversation_id)).messages[0].text == "sofa"


@pytest.mark.parametrize(
    ("said", "looked_for"),
    [
        ("iOS17対応のケースですか", "17対応"),
        ("型番はBMW-X5型です", "X5型"),
        ("订单号AB12已发货", "12已发货"),
        ("我的iPhone用壳", "ne用壳"),
        ("Bitte Ref.-Nr. Zq nennen", "zq"),
    ],
)
async def test_a_short_run_beside_another_script_is_found_before_the_index_and_with_it(
    log: ConversationService, units: Units, owner: Operator, said: str, looked_for: str
) -> None:
    turn = await chat(log, units, owner, said=said)
    await chat(log, units, owner, said="Something else")
    for _ in range(2):
        found = await log.list(owner, Filters(text=looked_for), Page())
        assert [one.id for one in found.items] == [turn.conversation_id]
        while await log.index(owner.project_id):
            pass
