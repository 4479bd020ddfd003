"""What every vector index promises, tried on ours and on a reference by other hands."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from backend.engines.vectors.edge import EdgeVectorIndex
from backend.engines.vectors.shared import SharedVectorIndex, lending
from backend.errors import InvalidInput
from backend.ports.vectors import Point, VectorIndex, VectorQuery
from tests.later import Later

reference_vectors = Later("tests.contracts.reference_vectors")

SPACE = "wordllama-256"
RANDOM = np.random.default_rng(7)
WORDS = [f"word{number}" for number in range(200)]


@pytest.fixture(params=["edge", "shared", "reference"])
async def index(request, tmp_path: Path) -> AsyncIterator[VectorIndex]:
    """`shared` is the index of a server as its workers see it, over a socket in a deep directory."""
    if request.param == "reference":
        made = reference_vectors.ReferenceIndex()
        yield made
        await made.close()
        return
    edge = EdgeVectorIndex(tmp_path / "vectors", tmp_path / "log")
    if request.param == "edge":
        yield edge
    else:
        deep = tmp_path / ("deep" * 30)
        deep.mkdir()
        async with lending(edge, deep):
            yield SharedVectorIndex(deep)
    await edge.close()


def point(
    text="some words", vector=(1.0, 0.0, 0.0), *, project="prj_a", base="kb_1", document="doc_1", number=0
) -> Point:
    made_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{project} {base} {document} {number}"))
    return Point(made_id, np.array(vector, np.float32).tobytes(), text, project, base, document)


def query(text="some words", vector=(1.0, 0.0, 0.0), *, project="prj_a", bases=("kb_1",), mode="hybrid", limit=10):
    return VectorQuery(project, bases, mode, np.array(vector, np.float32).tobytes(), text, limit)


async def test_a_point_is_found_by_its_meaning_and_by_its_words(index: VectorIndex):
    near, far = point("a warranty lasts two years", (0.9, 0.1, 0)), point("parcels", (0, 1, 0), document="doc_2")
    await index.upsert(SPACE, [near, far])
    semantic = await index.search(SPACE, query("", (1, 0, 0), mode="semantic"))
    assert [hit.id for hit in semantic] == [near.id, far.id]
    assert semantic[0].score == pytest.approx(0.9939, abs=1e-3)
    keyword = await index.search(SPACE, query("how long is the warranty", mode="keyword"))
    assert [hit.id for hit in keyword] == [near.id]
    hybrid = await index.search(SPACE, query("parcels", (1, 0, 0)))
    assert [hit.id for hit in hybrid] == [far.id, near.id]


@pytest.mark.security("30")
async def test_another_project_is_never_found(index: VectorIndex):
    await index.upsert(SPACE, [point(project="prj_b", base="kb_1")])
    for mode in ("semantic", "keyword", "hybrid"):
        assert await index.search(SPACE, query(project="prj_a", bases=("kb_1",), mode=mode)) == []


async def test_only_the_named_knowledge_bases_are_searched(index: VectorIndex):
    points = [point(base=f"kb_{number}") for number in range(3)]
    await index.upsert(SPACE, points)
    found = await index.search(SPACE, query(bases=("kb_0", "kb_2")))
    assert {hit.id for hit in found} == {points[0].id, points[2].id}
    assert await index.search(SPACE, query(bases=())) == []


async def test_upserting_twice_is_upserting_once_and_replaces(index: VectorIndex):
    await index.upsert(SPACE, [point("old words", (1, 0, 0))])
    await index.upsert(SPACE, [point("new letters", (0, 1, 0))])
    assert await index.count(SPACE, project_id="prj_a") == 1
    assert await index.search(SPACE, query("old", mode="keyword")) == []
    assert (await index.search(SPACE, query("letters", (0, 1, 0), mode="semantic")))[0].score == pytest.approx(
        1, abs=1e-3
    )


async def test_deleting_takes_what_counting_counts(index: VectorIndex):
    places = [
        ("prj_a", "kb_1", "doc_1"),
        ("prj_a", "kb_1", "doc_2"),
        ("prj_a", "kb_2", "doc_3"),
        ("prj_b", "kb_3", "d"),
    ]
    await index.upsert(SPACE, [point(project=p, base=b, document=d, number=n) for p, b, d in places for n in range(3)])
    assert await index.count(SPACE, project_id="prj_a", document_id="doc_1") == 3
    await index.delete(SPACE, project_id="prj_a", document_id="doc_1")
    assert await index.count(SPACE, project_id="prj_a", document_id="doc_1") == 0
    assert await index.count(SPACE, project_id="prj_a", knowledge_base_id="kb_1") == 3
    await index.delete(SPACE, project_id="prj_a", knowledge_base_id="kb_1")
    assert await index.count(SPACE, project_id="prj_a") == 3
    await index.delete(SPACE, project_id="prj_a")
    assert await index.count(SPACE, project_id="prj_a") == 0
    assert await index.count(SPACE, project_id="prj_b") == 3


async def test_deleting_without_a_project_takes_nothing(index: VectorIndex):
    await index.upsert(SPACE, [point()])
    await index.delete(SPACE, project_id="", knowledge_base_id="", document_id="")
    assert await index.count(SPACE, project_id="prj_a") == 1


async def test_an_unknown_space_holds_nothing(index: VectorIndex):
    assert await index.search("nowhere", query()) == []
    assert await index.count("nowhere", project_id="prj_a") == 0
    await index.delete("nowhere", project_id="prj_a")


async def test_spaces_of_different_lengths_do_not_mix(index: VectorIndex):
    await index.upsert("small", [point(vector=(1, 0, 0))])
    await index.upsert("large", [point(vector=(1, 0, 0, 0, 0))])
    assert len(await index.search("small", query(vector=(1, 0, 0), mode="semantic"))) == 1
    assert len(await index.search("large", query(vector=(1, 0, 0, 0, 0), mode="semantic"))) == 1


async def test_the_limit_is_kept(index: VectorIndex):
    await index.upsert(SPACE, [point(number=number) for number in range(30)])
    assert len(await index.search(SPACE, query(limit=7))) == 7


async def test_edge_ranks_as_the_reference_does(tmp_path: Path):
    """Compare dense and BM25 answers over 400 random chunks in 4 knowledge bases, ids and scores."""
    rows = RANDOM.normal(size=(400, 16)).astype(np.float32)
    texts = [" ".join(RANDOM.choice(WORDS, 30)) for _ in rows]
    points = [
        point(text, tuple(row), base=f"kb_{number % 4}", number=number)
        for number, (row, text) in enumerate(zip(rows, texts, strict=True))
    ]
    ours, reference = EdgeVectorIndex(tmp_path / "vectors", tmp_path / "log"), reference_vectors.ReferenceIndex()
    await ours.upsert(SPACE, points)
    await reference.upsert(SPACE, points)
    for number in range(20):
        for mode in ("semantic", "keyword"):
            asked = query(" ".join(RANDOM.choice(WORDS, 4)), rows[number], bases=("kb_1", "kb_3"), mode=mode)
            one, other = await ours.search(SPACE, asked), await reference.search(SPACE, asked)
            assert [hit.score for hit in one] == pytest.approx([hit.score for hit in other], rel=0.02)
            if mode == "semantic":  # a byte a number may swap two that are nearly as near
                truly = {hit.id: hit.score for hit in await reference.search(SPACE, replace(asked, limit=len(points)))}
                assert [truly[hit.id] for hit in one] == pytest.approx([hit.score for hit in other], abs=0.005)
    await ours.close()
    await reference.close()


async def test_edge_refuses_a_vector_of_another_length(tmp_path: Path):
    index = EdgeVectorIndex(tmp_path / "vectors", tmp_path / "log")
    await index.upsert(SPACE, [point(vector=(1, 0, 0))])
    with pytest.raises(InvalidInput, match="vectors of 3 numbers, not of 2"):
        await index.upsert(SPACE, [point(vector=(1, 0), number=2)])
    with pytest.raises(InvalidInput, match="vectors of 3 numbers, not of 2"):
        await index.search(SPACE, query(vector=(1, 0)))
    assert await index.count(SPACE, project_id="prj_a") == 1
    await index.close()


async def test_edge_finds_words_in_scripts_without_spaces(tmp_path: Path):
    index = EdgeVectorIndex(tmp_path / "vectors", tmp_path / "log")
    weather, parcel = point("東京の天気はどうですか A-1042", number=1), point("小包は明日届きます", number=2)
    await index.upsert(SPACE, [weather, parcel, point("Der Vertrag läuft über Zürich", number=3)])
    assert [hit.id for hit in await index.search(SPACE, query("天気", mode="keyword"))] == [weather.id]
    assert [hit.id for hit in await index.search(SPACE, query("1042", mode="keyword"))] == [weather.id]
    assert len(await index.search(SPACE, query("zurich", mode="keyword"))) == 1
    await index.close()


async def test_edge_opens_again_with_all_that_was_acknowledged(tmp_path: Path):
    first = EdgeVectorIndex(tmp_path / "vectors", tmp_path / "log")
    await first.upsert(SPACE, [point(number=number) for number in range(600)])
    await first.close()
    second = EdgeVectorIndex(tmp_path / "vectors", tmp_path / "log")
    assert await second.count(SPACE, project_id="prj_a") == 600
    await second.close()
