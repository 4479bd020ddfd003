"""The index of words finds what reading through the messages finds, and forgets what is removed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlmodel import select

from backend.columns import utc_now
from backend.conversations.models import ConversationIndexRow, ConversationWordRow
from backend.conversations.postings import (
    BLOCK,
    bits_of_all,
    bits_of_lists,
    bits_of_maps,
    bits_of_numbers,
    block_of,
    changed,
    in_one_row,
    places_in,
    written,
)
from backend.conversations.reports import Report, Told
from backend.conversations.repository import ConversationRepository, places
from backend.conversations.repository.others import Others
from backend.conversations.service import ConversationService
from backend.conversations.snippet_types import Piece
from backend.conversations.snippets import pieces_of
from backend.conversations.types import Filters, Role
from backend.conversations.words import wanted_in, words_of
from backend.identity.service import IdentityService
from backend.operator import Operator
from backend.paging import Page
from backend.ports.database import Database
from backend.unit_of_work import Units
from tests.factories.conversations import chat
from tests.tenancy import EVERYWHERE

# What is said, and what finds it or must not.
SAID = {
    "wood": "Das Bein vom Eichenregal ist gebrochen, die Expresslieferung kam zu spät.",
    "street": "Die Straße ist zu schmal (für den LKW).",
    "chinese": "你好、我想退货、订单号是 A-48790。",
    "japanese": "ソファを返品できますか",
    "arabic": "هَلْ يُمْكِنُنِي إرجاع الأريكة؟",
    "thai": "ฉันต้องการคืนสินค้า",
    "accents": "Herr Müller aß Crème bru\u0302lée in Łódź, sagt Đặng.",
    "hindi": "मुझे कपड़े वापस करने हैं",
    "korean": "반품하고 싶어요",
    "code": "order_id=ord_8f3a-77 failed with 100% of wool_blend",
    "long": "x" * 100 + "needle" + "y" * 140,
}
FOUND = [
    ("lieferung", {"wood"}), ("REGAL", {"wood"}), ("eichen bein", {"wood"}), ("spät.", {"wood"}), ("spät!", set()),
    ("STRASSE", {"street"}),
    ("muller", {"accents"}), ("Müller", {"accents"}), ("ULLER", {"accents"}), ("mueller", set()),
    ('"creme brulee"', {"accents"}), ("crème", {"accents"}), ("lodz", {"accents"}), ("dang", {"accents"}),
    ("herr ass", {"accents"}), ("herr aß", {"accents"}), ("spat", {"wood"}), ('"fur den"', {"street"}),
    ("वापस", {"hindi"}), ("वपस", set()), ("반품", {"korean"}), ("(für den", {"street"}), ("lk", {"street"}),
    ("退货", {"chinese"}), ("退", {"chinese"}), ("货", {"chinese"}), ("我想退货", {"chinese"}), ("货退", set()),
    ("想退货我", set()), ("退货 48790", {"chinese"}), ("A-48790。", {"chinese"}), ("48791", set()),
    ("返品", {"japanese"}), ("ソファ", {"japanese"}), ("إرجاع", {"arabic"}), ("يمكنني", {"arabic"}),
    ("คืน", {"thai"}), ("ord_8f3a", {"code"}), ("3a-7", {"code"}), ("100%", {"code"}), ("w_ol", set()),
    ("wool_", {"code"}), ('"100% of"', {"code"}), ('"of 100%"', set()), ("of 100%", {"code"}), ("needle", {"long"}),
    ("x" * 60 + "needle", {"long"}), ("needle" + "y" * 141, set()), ("%", {"code"}), ("nowhere", set()),
]  # fmt: skip


@pytest.fixture
def log(any_database: Database) -> ConversationService:
    return ConversationService(Units(any_database))


@pytest.fixture
async def owner(any_database: Database) -> Operator:
    return await IdentityService(Units(any_database)).ensure_owner()


async def indexed(log: ConversationService, owner: Operator) -> None:
    while await log.index(owner.project_id):
        pass


async def titles(log: ConversationService, owner: Operator, text: str) -> set[str]:
    return {one.session_id for one in (await log.list(owner, Filters(text=text), Page(500))).items}


async def keep(log: ConversationService, owner: Operator, session: str, *texts: str) -> str:
    said = tuple(Told(Role.USER, text) for text in texts)
    kept = await log.report(owner, Report(session, "retail", "sales", messages=said))
    return kept.conversation.id


async def test_words_of_any_script_are_found_before_and_behind_the_index(
    log: ConversationService, owner: Operator
) -> None:
    for session, text in SAID.items():
        await keep(log, owner, session, text)
    fresh = {text: await titles(log, owner, text) for text, _ in FOUND}
    assert fresh == dict(FOUND)
    await indexed(log, owner)
    assert {text: await titles(log, owner, text) for text, _ in FOUND} == dict(FOUND)
    for text, _ in FOUND:
        listed = (await log.list(owner, Filters(text=text), Page())).items
        snippets = await log.snippets(owner, text, listed)
        assert [any(piece.is_hit for piece in snippets[one.id].pieces) for one in listed] == [True] * len(listed), text


async def test_the_message_with_most_of_the_words_is_shown(
    log: ConversationService, owner: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def beside_the_loop(text: str, terms: Sequence[str]) -> tuple[Piece, ...]:
        with pytest.raises(RuntimeError, match="no running event loop"):
            asyncio.get_running_loop()
        return pieces_of(text, terms)

    monkeypatch.setattr("backend.conversations.service.showing.pieces_of", beside_the_loop)
    id_ = await keep(log, owner, "session-7", "A sofa.", "My sofa is torn.", "torn")
    listed = (await log.list(owner, Filters(), Page())).items
    for text, found_in, told in (
        ("torn sofa", "message", ["My ", "sofa", " is ", "torn", "."]),
        ("sofa", "message", ["A ", "sofa", "."]),
        ("session-7", "session", ["session-7"]),
        (id_, "id", [id_]),
    ):
        snippet = (await log.snippets(owner, text, listed))[id_]
        assert (snippet.found_in, [piece.text for piece in snippet.pieces]) == (found_in, told), text
        assert bool(snippet.message_id) is (found_in == "message")
    assert await log.snippets(owner, "", listed) == {}
    assert await log.snippets(owner, "lamp", listed) == {}


async def test_pieces_may_stand_in_different_messages(log: ConversationService, owner: Operator) -> None:
    await keep(log, owner, "both", "The sofa came.", "An arm is torn.")
    await keep(log, owner, "one", "The sofa came.")
    for _ in range(2):
        assert await titles(log, owner, "torn sofa") == {"both"}
        assert await titles(log, owner, '"sofa came" torn') == {"both"}
        assert await titles(log, owner, '"came an"') == set()
        await indexed(log, owner)


async def test_a_conversation_is_found_by_its_ids(log: ConversationService, owner: Operator) -> None:
    made = await keep(log, owner, "Sess-77", "Hello")
    for _ in range(2):
        assert await titles(log, owner, "sess-77") == {"Sess-77"}
        assert await titles(log, owner, made) == {"Sess-77"}
        await indexed(log, owner)


async def test_what_is_said_later_is_found_too(
    log: ConversationService, owner: Operator, any_database: Database
) -> None:
    units = Units(any_database)
    turn = await chat(log, units, owner, said="first words")
    await indexed(log, owner)
    await chat(log, units, owner, said="zebra crossing", conversation_id=turn.conversation_id)
    for _ in range(2):
        for text in ("zebra", "first", "zebra first"):
            assert len((await log.list(owner, Filters(text=text), Page())).items) == 1
        await indexed(log, owner)


async def test_a_conversation_is_found_by_each_of_its_people(
    log: ConversationService, owner: Operator, any_database: Database
) -> None:
    units, made = Units(any_database), await keep(log, owner, "shared", "Hello")
    for person in ("Anna Bérg", "Bert Hölm"):
        await indexed(log, owner)
        async with units.write(owner) as work:
            row = await ConversationRepository(work.session, owner.project_id).conversation(made)
            assert row is not None
            await Others(work.session, owner.project_id).note(row, [person])
            row.is_fresh = True
            work.session.add(row)
    for _ in range(2):
        assert [await titles(log, owner, name) for name in ("anna berg", "bért holm")] == [{"shared"}] * 2
        await indexed(log, owner)
    async with units.write(EVERYWHERE) as work:
        await log.remove(work, owner, [made])
    async with units.read(EVERYWHERE) as session:
        assert (await session.exec(select(ConversationWordRow.word))).all() == []


async def test_counts_and_pages_follow_the_search(log: ConversationService, owner: Operator) -> None:
    for number in range(5):
        await keep(log, owner, f"s{number}", "a heron" if number % 2 else "a zebra")
    await indexed(log, owner)
    browsed = await log.browse(owner, Filters(text="zebra"), Page(2))
    assert (browsed.facets.total, len(browsed.listed.items)) == (3, 2)
    rest = await log.list(owner, Filters(text="zebra"), Page(2, browsed.listed.next or ""))
    assert [one.session_id for one in rest.items] == ["s0"]


async def test_removed_words_leave_the_index(log: ConversationService, owner: Operator, any_database: Database) -> None:
    units = Units(any_database)
    gone = await keep(log, owner, "gone", "the planted aardvark", "and 退货")
    await keep(log, owner, "stays", "the other word")
    await indexed(log, owner)
    async with units.write(EVERYWHERE) as work:
        await log.remove(work, owner, [gone])
    async with units.read(EVERYWHERE) as session:
        words = set((await session.exec(select(ConversationWordRow.word))).all())
    assert words >= {"the", "other", "stays"}
    assert not words & {"planted", "aardvark", "退货", "gone", gone}


async def test_a_bit_for_each_conversation_finds_what_a_list_of_numbers_finds(
    log: ConversationService, owner: Operator, any_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for session, text in SAID.items():
        await keep(log, owner, session, text)
        await indexed(log, owner)
        async with Units(any_database).write(owner) as work:  # each in another block, or behind the last one
            counter = (
                await work.session.exec(
                    select(ConversationIndexRow).where(ConversationIndexRow.project_id == owner.project_id)
                )
            ).one()
            counter.num_numbered += BLOCK - 1
    monkeypatch.setattr(places, "FEW", BLOCK * BLOCK)
    assert {text: await titles(log, owner, text) for text, _ in FOUND} == dict(FOUND)


def test_places_that_stand_behind_one_another_are_read_at_once() -> None:
    lists, maps = [written([at, BLOCK - 1]) for at in range(600)], [written(range(at, BLOCK, 3)) for at in (0, 1)]
    assert places_in(bits_of_lists(b"".join(lists))) == [*range(600), BLOCK - 1]
    assert places_in(bits_of_maps(b"".join(maps))) == [at for at in range(BLOCK) if at % 3 != 2]
    assert bits_of_maps(b"".join(maps)) | bits_of_lists(b"".join(lists)) == bits_of_all([*maps, *lists])


def test_all_blocks_stand_in_one_row() -> None:
    numbers = [1, 5, BLOCK - 1, BLOCK, 3 * BLOCK + 9]
    row = in_one_row(bits_of_numbers(numbers))
    assert [at for at in range(len(row) * 8) if row[at >> 3] >> (at & 7) & 1] == numbers
    assert in_one_row({}) == b""


def test_places_are_kept_as_a_list_and_as_bits() -> None:
    few, many = [0, 7, BLOCK - 1], range(0, BLOCK, 3)
    for listed in (few, many):
        kept = written(listed)
        assert places_in(bits_of_all([kept])) == list(listed)
        assert changed(kept, remove=listed) == b""
    assert len(written(many)) == BLOCK // 8
    grown = b""
    for place in range(3000):
        grown = changed(grown, add=[place])
    assert places_in(bits_of_all([grown])) == list(range(3000))
    assert places_in(bits_of_all([changed(written(few), add=[3])])) == [0, 3, 7, BLOCK - 1]
    assert block_of(BLOCK + 2) == (1, 2)


def test_a_long_text_has_an_end_for_the_index() -> None:
    assert len(words_of("a" * 5_000_000)) <= 3
    assert wanted_in("  ").pieces == ()
    assert wanted_in('"" "').said == ('"',)


async def test_a_foreign_project_is_not_searched(
    log: ConversationService, owner: Operator, any_database: Database
) -> None:
    await keep(log, owner, "ours", "zebra")
    await indexed(log, owner)
    assert await log.index("proj_elsewhere") == 0
    listed = await log.list(owner, Filters(text="zebra", since=utc_now() + timedelta(1)), Page())
    assert listed.items == []
