"""What the knowledge pages are given to draw."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from backend.engines.events.in_process import InProcessEvents
from backend.knowledge.types import Chunk, Column, DocumentStatus, Heading, Passage, Ranks, Stage
from console.state.document_rows import outline_lines, passage_texts, window_start
from console.state.frames import frames_of
from console.state.knowledge_rows import progress_line, rows_words, size_words
from console.state.knowledge_search_rows import Track, agreement, passage_lines, tracks

NOW = datetime(2026, 11, 18, 14, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("num_bytes", "words"),
    [(0, "0 B"), (1_023, "1023 B"), (18_432, "18 KB"), (6_710_886, "6.4 MB"), (52_428_800, "50.0 MB")],
)
def test_a_size_has_its_unit_after_a_space(num_bytes: int, words: str) -> None:
    assert size_words(num_bytes) == words


@pytest.mark.parametrize(
    ("status", "stage", "percent", "error", "state", "words", "marks"),
    [
        (DocumentStatus.QUEUED, Stage.PARSE, 0, "", "queued", "Queued", ["d", "", "", "", ""]),
        (DocumentStatus.RUNNING, Stage.PARSE, 0, "", "run", "Parse", ["d", "p", "", "", ""]),
        (DocumentStatus.RUNNING, Stage.EMBED, 62, "", "run", "Embed 62 %", ["d", "d", "d", "p", ""]),
        (DocumentStatus.DONE, Stage.INDEX, 100, "", "ok", "Ready", ["d", "d", "d", "d", "d"]),
        (DocumentStatus.FAILED, Stage.PARSE, 0, "No text", "fail", "Parse: No text", ["d", "f", "", "", ""]),
        (DocumentStatus.CANCELLED, Stage.CHUNK, 5, "", "idle", "Cancelled", ["d", "d", "", "", ""]),
    ],
)
def test_progress_is_told_by_marks_and_words(  # noqa: PLR0917  # a table
    status: DocumentStatus, stage: Stage, percent: int, error: str, state: str, words: str, marks: list[str]
) -> None:
    line = progress_line(status, stage, percent, 0, error)
    assert (line.state, line.words, line.marks) == (state, words, marks)


def test_the_foot_says_which_rows_these_are() -> None:
    assert rows_words(51, 50, 1_284, filtered=False) == "Rows 51 to 100 of 1,284, newest first"
    assert rows_words(1, 2, 2, filtered=True) == "Rows 1 to 2 of 2 that match, newest first"
    assert rows_words(1, 0, 0, filtered=True) == "No row"


def passage(chunk_id: str, rank: int) -> Passage:
    return Passage(chunk_id, "doc_1", "a.md", "kb_1", rank, "A > B", "Text.", None, 0.0323456, rank)


ABC = tuple(passage(name, rank) for rank, name in enumerate("abc", start=1))
BAD = tuple(passage(name, rank) for rank, name in enumerate("bad", start=1))


def test_tracks_join_the_same_passage_and_end_where_it_is_not_shown() -> None:
    lines = tracks(ABC, BAD, 1, mirrored=False)
    assert lines == [
        Track("M0 31.5H14.5L77.5 94.5H92", "found"),  # a falls to the second place
        Track("M0 94.5H14.5L77.5 31.5H92", "taken"),  # b rises to the first, which a flow takes
        Track("M0 157.5h18", "stub"),  # c is in no fused row
        Track("M20 153.5v8", "stop"),
    ]
    assert tracks(ABC, BAD, 1, mirrored=True)[2:] == [Track("M92 157.5h-18", "stub"), Track("M72 153.5v8", "stop")]


def test_the_verdict_counts_what_both_ways_found() -> None:
    columns = Column(ABC, 1), Column(BAD, 1), Column((), 1)
    assert agreement(Ranks(columns[0], columns[1], columns[0]), 2).startswith("All 2")
    assert agreement(Ranks(columns[0], columns[1], columns[0]), 3).startswith("2 of the 3")
    assert agreement(Ranks(columns[2], columns[2], columns[2]), 3) == "Nothing was found."


def test_a_found_passage_links_to_where_it_stands() -> None:
    [line] = passage_lines([passage("a", 4)], 4, num_taken=4)
    assert (line.href, line.heading, line.score) == ("/documents/doc_1?passage=5", "B", "0.0323")
    assert line.taken


def test_a_heading_stands_over_the_first_passage_below_it() -> None:
    chunks = [
        Chunk("a", 0, ("A", "B"), "one two", None),
        Chunk("b", 1, ("A", "B"), "two three", None, overlap=3),
        Chunk("c", 2, ("A",), "four\nfive", None),
    ]
    lines = passage_texts(chunks, "guide.md")
    assert [line.heading for line in lines] == ["B", "", "A"]
    assert (lines[1].shared, lines[1].text) == ("two", " three")
    assert lines[2].text == "four five", "a line break means nothing in Markdown"


def test_the_place_in_an_outline_is_the_heading_right_above() -> None:
    lines = outline_lines([Heading("A", 0, 0, 3), Heading("B", 1, 0, 1), Heading("C", 1, 2, 3)])
    assert [(line.passages, line.first, line.last) for line in lines] == [
        ("1 to 4", 0, -1),
        ("1 to 2", 0, 1),
        ("3 to 4", 2, 3),
    ]
    assert outline_lines([]) == []


@pytest.mark.parametrize(("ordinal", "total", "start"), [(0, 5, 0), (30, 50, 0), (150, 400, 130), (399, 400, 300)])
def test_a_window_shows_some_passages_before_the_chosen_one(ordinal: int, total: int, start: int) -> None:
    assert window_start(ordinal, total) == start


async def test_many_events_make_few_frames_and_none_is_lost() -> None:
    events = InProcessEvents()
    told: list[int] = []
    async with frames_of(events.subscribe("t")) as frames:
        assert await frames.next(0.01) == []  # a quiet wait that ends early

        async def publish() -> None:
            for number in range(500):
                await events.publish("t", {"n": number})
                await asyncio.sleep(0.001)

        publishing = asyncio.create_task(publish())
        num_frames = 0
        while len(told) < 500:
            told += [event["n"] for event in await frames.next(1)]
            num_frames += 1
        await publishing
    assert told == list(range(500))
    assert num_frames <= 10
    assert events.num_topics == 0
