"""What is found, in which order, and what never is."""

from __future__ import annotations

import pytest
from sqlalchemy.event import listen

from backend.errors import InvalidInput, NotFound
from backend.knowledge.outline import outline_of, with_overlap
from backend.knowledge.repository import Chunks
from backend.knowledge.types import Chunk, DocumentStatus, Heading
from backend.operator import Operator
from backend.ports.vectors import Hit
from tests.backend.knowledge.conftest import Desk
from tests.factories.samples import handbook, samples


@pytest.fixture
async def filled(desk: Desk) -> Desk:
    for name, content in samples().items():
        await desk.added(name, content)
    return desk


async def test_passages_come_ranked_with_where_they_stand(filled: Desk) -> None:
    found = await filled.knowledge.search(filled.operator, [filled.base.id], "send back furniture", limit=3)
    assert [passage.rank for passage in found] == [1, 2, 3]
    first = found[0]
    assert (first.document_name, first.heading, first.ordinal) == ("returns.md", "Returns and refunds > Periods", 0)
    assert first.text.startswith("You may send back furniture")
    scores = [passage.score for passage in found]
    assert scores == sorted(scores, reverse=True)


async def test_a_page_is_told_where_the_file_has_pages(filled: Desk) -> None:
    [found] = await filled.knowledge.search(
        filled.operator, [filled.base.id], "brushed fabric", limit=1, mode="keyword"
    )
    assert found.page == 1


async def test_ranks_show_each_way_side_by_side(filled: Desk) -> None:
    ranks = await filled.knowledge.ranks(filled.operator, filled.base.id, "warranty of the sofa frame")
    for column in (ranks.dense, ranks.fused, ranks.keyword):
        assert column.passages[0].document_name == "warranty.txt"
        assert column.time_ms > 0
    alone = await filled.knowledge.search(filled.operator, [filled.base.id], "warranty of the sofa frame", limit=5)
    assert [one.chunk_id for one in alone] == [one.chunk_id for one in ranks.fused.passages]


@pytest.mark.parametrize("mode", ["semantic", "keyword", "hybrid"])
async def test_other_bases_and_projects_are_out_of_reach(filled: Desk, stranger: Operator, mode: str) -> None:
    empty = await filled.knowledge.create(filled.operator, "Empty")
    assert await filled.knowledge.search(filled.operator, [empty.id], "warranty", mode=mode) == []
    assert await filled.knowledge.search(filled.operator, [], "warranty", mode=mode) == []
    with pytest.raises(NotFound):
        await filled.knowledge.search(stranger, [filled.base.id], "warranty", mode=mode)
    with pytest.raises(NotFound):
        await filled.knowledge.search(filled.operator, [filled.base.id, "kb_foreign"], "warranty", mode=mode)


async def test_several_bases_are_searched_as_one(filled: Desk) -> None:
    other = await filled.knowledge.create(filled.operator, "Other")
    path = filled.folder / "given"
    path.write_text("The sofa warranty ends when the sofa is sold.")
    added = await filled.knowledge.add_document(filled.operator, other.id, "sold.txt", path)
    await filled.ingest(added.document)
    found = await filled.knowledge.search(filled.operator, [filled.base.id, other.id], "sofa warranty", mode="keyword")
    assert {passage.document_name for passage in found} == {"warranty.txt", "sold.txt"}
    assert [passage.rank for passage in found] == [1, 2]


async def test_a_document_in_work_is_not_found_and_does_not_crowd_out_the_others(desk: Desk) -> None:
    good = await desk.added("good.txt", "Rule of the good shelf.")
    document = await desk.added("handbook.md", handbook(400))
    await desk.set_status(document, DocumentStatus.RUNNING)
    found = await desk.knowledge.search(desk.operator, [desk.base.id], "rule shelf", limit=3, mode="keyword")
    assert [passage.document_id for passage in found] == [good.id]


@pytest.mark.parametrize(("query", "limit"), [("", 5), ("   ", 5), ("x" * 4_001, 5), ("fine", 0), ("fine", 101)])
async def test_a_question_out_of_range_is_refused(desk: Desk, query: str, limit: int) -> None:
    with pytest.raises(InvalidInput):
        await desk.knowledge.search(desk.operator, [desk.base.id], query, limit=limit)


@pytest.mark.parametrize("query", ["?!", '" OR 1=1 --', "日本語", "🛋️", "a" * 4_000, "-- * ( ) : ^"])
async def test_odd_questions_are_answered(filled: Desk, query: str) -> None:
    assert len(await filled.knowledge.search(filled.operator, [filled.base.id], query)) <= 10


def test_an_outline_spans_what_stands_below_each_heading() -> None:
    paths = [(0, ["A"]), (1, ["A", "B"]), (2, ["A", "B"]), (3, ["A", "C"]), (4, ["D"]), (5, [])]
    assert outline_of(paths) == [
        Heading("A", 0, 0, 3),
        Heading("B", 1, 1, 2),
        Heading("C", 1, 3, 3),
        Heading("D", 0, 4, 4),
        Heading("", 0, 5, 5),
    ]


def test_overlap_is_what_ends_one_and_starts_the_next() -> None:
    chunks = [
        Chunk("a", 0, ("H",), "one two three", None),
        Chunk("b", 1, ("H",), "three four", None),
        Chunk("c", 2, ("I",), "four five", None),
        Chunk("d", 3, ("I",), "five " * 40, None),
        Chunk("e", 4, ("I",), "five " * 40, None),
    ]
    assert [chunk.overlap for chunk in with_overlap(chunks, 20)] == [0, 5, 0, 4, 20]


@pytest.mark.parametrize("num_hits", [1, 20, 500])
async def test_passages_are_read_by_their_ids_however_many(desk: Desk, num_hits: int) -> None:
    hits = [Hit(f"chunk-{number}", 1.0) for number in range(num_hits)]
    async with desk.services.units.read(desk.operator) as session:
        connection = await session.connection()
        statements: list[tuple[str, object]] = []
        note = lambda *event: statements.append((event[2], event[3]))  # noqa: E731
        listen(connection.sync_connection, "before_cursor_execute", note)
        await Chunks(session, desk.operator.project_id).passages(hits)
        [(statement, values)] = statements
        plan = (await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)).all()
    steps = [step for *_, step in plan]
    assert any(step.startswith("SEARCH chunk USING INDEX sqlite_autoindex_chunk_1 (id=?)") for step in steps), steps
