"""One real request to a model, and what came of it in figures and words."""

from __future__ import annotations

import time
from contextlib import aclosing

from backend.columns import utc_now
from backend.errors import DomainError
from backend.ports.embeddings import Embedder
from backend.ports.language_model import (
    AgentLimits,
    Finished,
    LanguageModel,
    Message,
    ModelEndpoint,
    ModelFailed,
    ModelSettings,
    Patience,
)
from backend.providers.types import TEST_QUESTION, ModelTest, cost_of

# A person waits for it: one attempt, and a minute at most.
LIMITS = AgentLimits(max_requests=1, patience=Patience(first_token=60, whole_call=90, attempts=1))
SHOWN_CHARACTERS = 600


async def try_chat(language_model: LanguageModel, endpoint: ModelEndpoint) -> ModelTest:
    """Ask the test question. A failure is a result, not an exception."""
    start = time.perf_counter()
    try:
        stream = language_model.stream(
            endpoint, [Message("user", TEST_QUESTION)], settings=ModelSettings(max_output_tokens=1000), limits=LIMITS
        )
        async with aclosing(stream) as events:
            heard = [event async for event in events]
        finished = heard[-1]
        assert isinstance(finished, Finished), "the port promises it as the last event"
    except ModelFailed as failed:
        words = f"{failed.message} {failed.hint}".strip()
        cost = cost_of(failed.usage, endpoint.input_price, endpoint.output_price)
        return ModelTest(
            at=utc_now(),
            ok=False,
            total_ms=_since(start),
            usage=failed.usage,
            cost=cost,
            answer=failed.text[:SHOWN_CHARACTERS],
            words=words,
            reason=failed.reason,
        )
    return ModelTest(
        at=utc_now(),
        ok=True,
        total_ms=finished.total_ms,
        first_token_ms=finished.first_token_ms,
        usage=finished.usage,
        cost=cost_of(finished.usage, endpoint.input_price, endpoint.output_price),
        answer=finished.text[:SHOWN_CHARACTERS],
        words="The answer reached its token limit and is cut." if finished.is_cut else "",
    )


async def try_embedding(embedder: Embedder) -> ModelTest:
    """Embed the test question."""
    start = time.perf_counter()
    try:
        vectors = await embedder.embed([TEST_QUESTION])
    except DomainError as error:
        words = f"{error.message} {error.hint}".strip()
        reason = error.reason if isinstance(error, ModelFailed) else None
        return ModelTest(utc_now(), ok=False, total_ms=_since(start), words=words, reason=reason)
    finally:
        await embedder.close()
    answer = f"One text became {vectors.dimensions} numbers."
    return ModelTest(utc_now(), ok=True, total_ms=_since(start), answer=answer)


def _since(start: float) -> float:
    return round((time.perf_counter() - start) * 1000, 1)
