"""What every chunker promises."""

import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from backend.engines.embeddings.wordllama import texts_room
from backend.engines.parsing.chunks import SemanticChunker
from backend.errors import InvalidInput
from backend.ports.parsing import Chunker, ParsedDocument, Section

SENTENCES = [f"Sentence {number} says something about the parcels of that day." for number in range(60)]


@pytest.fixture
async def chunker(tmp_path: Path) -> AsyncIterator[Chunker]:
    room = texts_room(tmp_path / "texts", tmp_path / "log")
    yield SemanticChunker(room)
    await room.close()


def document(*sections: Section) -> ParsedDocument:
    return ParsedDocument("text", "", sections)


async def test_a_short_section_is_one_chunk_with_its_headings(chunker: Chunker):
    (chunk,) = await chunker.cut(document(Section(("A", "B"), "Few words.", 3)), size=100, overlap=0)
    assert (chunk.heading, chunk.text, chunk.page) == ("A > B", "Few words.", 3)
    assert chunk.searchable == "A > B\nFew words."


async def test_no_chunk_is_longer_than_asked_and_nothing_is_lost(chunker: Chunker):
    text = " ".join(SENTENCES)
    chunks = await chunker.cut(document(Section((), text)), size=300, overlap=0)
    assert len(chunks) > 10
    assert max(len(chunk.text) for chunk in chunks) <= 300
    assert " ".join(chunk.text for chunk in chunks) == text
    assert all(chunk.text.endswith(".") for chunk in chunks)


async def test_neighbours_share_the_overlap(chunker: Chunker):
    chunks = await chunker.cut(document(Section((), " ".join(SENTENCES))), size=300, overlap=80)
    assert len(chunks) > 10
    for one, other in itertools.pairwise(chunks):
        assert other.text.split(".")[0] in one.text


async def test_sections_never_mix(chunker: Chunker):
    sections = [Section((str(number),), " ".join(SENTENCES[number : number + 9]), number) for number in range(1, 20)]
    chunks = await chunker.cut(document(*sections), size=200, overlap=50)
    for chunk in chunks:
        (section,) = [one for one in sections if one.heading_path == chunk.heading_path]
        assert chunk.text in section.text
        assert chunk.page == section.page
    assert [chunk.page for chunk in chunks] == sorted(chunk.page or 0 for chunk in chunks)


async def test_rows_are_kept_whole_and_not_repeated(chunker: Chunker):
    rows = [f"Name: thing {number}; Price: {number}" for number in range(200)]
    chunks = await chunker.cut(document(Section((), "\n\n".join(rows), rows=True)), size=400, overlap=100)
    assert [row for chunk in chunks for row in chunk.text.split("\n\n")] == rows


async def test_a_text_of_megabytes_without_any_break_is_cut(chunker: Chunker):
    text = "x" * 300_000 + " " + " ".join(SENTENCES * 100)
    chunks = await chunker.cut(document(Section((), text)), size=1000, overlap=0)
    assert max(len(chunk.text) for chunk in chunks) <= 1000
    assert "".join(chunk.text for chunk in chunks).replace(" ", "") == text.replace(" ", "")


async def test_the_same_document_gives_the_same_chunks(chunker: Chunker):
    given = document(*(Section((), " ".join(SENTENCES)) for _ in range(50)))
    assert await chunker.cut(given, size=250, overlap=60) == await chunker.cut(given, size=250, overlap=60)


@pytest.mark.parametrize(("size", "overlap"), [(100, 100), (100, -1), (0, 0)])
async def test_an_impossible_size_is_refused(chunker: Chunker, size: int, overlap: int):
    with pytest.raises(InvalidInput):
        await chunker.cut(document(Section((), "x")), size=size, overlap=overlap)
