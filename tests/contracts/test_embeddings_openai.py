"""What an embedding model of a provider promises, tried against the scripted server."""

from __future__ import annotations

import numpy as np
import pytest

from backend.engines.embeddings.openai_compatible import OpenAiEmbedder
from backend.engines.language_model.scripted_server import DIMENSIONS
from backend.engines.language_model.scripted_wire import answer
from backend.ports.language_model import ModelFailed
from tests.doubles.model_scene import IMPATIENT, Scene


def embedder(scene: Scene, dimensions: int = DIMENSIONS, **changes) -> OpenAiEmbedder:
    return OpenAiEmbedder(scene.model.clients, scene.endpoint("embed", **changes), dimensions, IMPATIENT)


async def test_texts_become_rows_of_length_one_in_their_order(scene: Scene):
    vectors = await embedder(scene).embed(["one two", "three", "one two"])
    assert len(vectors) == 3
    assert vectors.row(0) == vectors.row(2) != vectors.row(1)
    assert np.linalg.norm(np.frombuffer(vectors.row(0), np.float32)) == pytest.approx(1)


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [({"prompt_tokens": 7}, 7), ([], 5), (None, 5), ({"prompt_tokens": "7"}, 5), ("", 5), (True, 5)],
)
async def test_tokens_are_those_that_the_provider_counted_or_an_estimate(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, usage: object, tokens: int
) -> None:
    row = {"object": "embedding", "index": 0, "embedding": [1.0] * DIMENSIONS}
    told = answer({"object": "list", "data": [row], "model": "embed", "usage": usage})
    monkeypatch.setattr(scene.server, "_embed", lambda _request: told)
    assert (await embedder(scene).embed(["x" * 20])).tokens == tokens


async def test_an_empty_text_gives_zeros_and_no_text_gives_nothing(scene: Scene):
    vectors = await embedder(scene).embed(["", "word"])
    assert not np.frombuffer(vectors.row(0), np.float32).any()
    assert len(await embedder(scene).embed([])) == 0


async def test_many_texts_go_in_batches(scene: Scene):
    assert len(await embedder(scene).embed([f"text {number}" for number in range(100)])) == 100
    assert scene.server.requests["embeddings"] == 4


async def test_wrong_dimensions_are_named(scene: Scene):
    with pytest.raises(ModelFailed, match="gives 64 numbers a text, and 300 were entered"):
        await embedder(scene, 300).embed(["word"])


async def test_a_wrong_key_and_a_private_address_have_their_words(scene: Scene):
    with pytest.raises(ModelFailed) as wrong:
        await embedder(scene, api_key="other").embed(["word"])
    assert wrong.value.reason == "key"
    with pytest.raises(ModelFailed) as private:
        await embedder(scene, allow_private_address=False).embed(["word"])
    assert private.value.reason == "address"
