"""What every embedder promises."""

from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from backend.engines.embeddings.wordllama import WordLlamaEmbedder, texts_room
from backend.ports.embeddings import Embedder, Vectors


@pytest.fixture(params=["wordllama"])
async def embedder(tmp_path: Path) -> AsyncIterator[Embedder]:
    made = WordLlamaEmbedder(texts_room(tmp_path / "texts", tmp_path / "log"))
    yield made
    await made.close()


def rows(vectors: Vectors) -> np.ndarray:
    return np.frombuffer(vectors.rows, np.float32).reshape(-1, vectors.dimensions)


async def test_every_text_gets_one_row_of_length_one_in_order(embedder: Embedder):
    texts = [f"sentence number {number} about parcels and invoices" for number in range(70)]
    made = await embedder.embed(texts)
    assert len(made) == 70
    assert made.dimensions == embedder.dimensions
    assert np.linalg.norm(rows(made), axis=1) == pytest.approx(np.ones(70), abs=1e-4)
    alone = await embedder.embed([texts[40]])
    assert rows(alone)[0] == pytest.approx(rows(made)[40], abs=1e-4)
    assert made.row(40) == made.rows[40 * 4 * made.dimensions : 41 * 4 * made.dimensions]


async def test_texts_of_one_meaning_lie_closer(embedder: Embedder):
    asked, right, wrong = rows(
        await embedder.embed(
            ["How do I return a broken phone?", "Send defective devices back.", "Our office has a garden."]
        )
    )
    assert asked @ right > asked @ wrong + 0.1


async def test_an_empty_text_gives_zeros(embedder: Embedder):
    made = rows(await embedder.embed(["", "words"]))
    assert not made[0].any()
    assert np.isfinite(made).all()


async def test_no_texts_give_no_rows(embedder: Embedder):
    made = await embedder.embed([])
    assert len(made) == 0
    with pytest.raises(IndexError):
        made.row(0)
