"""What an embedding model of a provider promises, tried against the scripted server."""

from __future__ import annotations

import asyncio
import time

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


def embedder_of(scene: Scene, day: str) -> OpenAiEmbedder:
    return OpenAiEmbedder(scene.model.clients, scene.endpoint(day), DIMENSIONS, IMPATIENT)


async def test_a_wait_that_it_is_asked_for_holds_for_all_models_of_the_provider(scene: Scene):
    embedding = asyncio.create_task(embedder_of(scene, "429").embed(["word"]))
    while not scene.server.requests["embeddings"]:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.2)
    start = time.perf_counter()
    await scene.ask("echo")
    assert time.perf_counter() - start > 0.5  # of Retry-After: 1
    assert len(await embedding) == 1
    assert scene.server.requests["embeddings"] == 2


async def test_a_wait_of_an_hour_is_refused_without_another_request(scene: Scene):
    with pytest.raises(ModelFailed) as failed:
        await embedder_of(scene, "429-hour").embed(["word"])
    for _ in range(2):
        with pytest.raises(ModelFailed) as again:
            await embedder_of(scene, "429-hour").embed(["word"])
        assert (again.value.message, again.value.hint) == (failed.value.message, failed.value.hint)
        assert 3590 < (again.value.retry_after_seconds or 0) < 3600
    assert (await scene.fails("echo")).reason == "rate_limit"
    assert (scene.server.requests["embeddings"], scene.server.requests["echo"]) == (1, 0)


async def test_an_embedder_leaves_alone_whom_a_chat_was_asked_to(scene: Scene):
    await scene.fails("429-hour")
    with pytest.raises(ModelFailed, match="many requests"):
        await embedder(scene).embed(["word"])
    assert scene.server.requests["embeddings"] == 0
