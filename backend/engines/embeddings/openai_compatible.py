"""Embedding models of connected providers, over the guarded client."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from openai.types import CreateEmbeddingResponse
from pydantic_ai.exceptions import ModelAPIError, UnexpectedModelBehavior
from pydantic_ai.models.openai._errors import map_api_errors

from backend.engines.language_model.clients import Clients
from backend.engines.language_model.failures import ModelSilent, may_be_repeated
from backend.engines.language_model.lean_client import LeanClient
from backend.engines.language_model.pauses import pause_before
from backend.engines.language_model.turns import MOST_TOKENS
from backend.engines.language_model.words import failure, resting
from backend.ports.embeddings import Vectors
from backend.ports.http import AddressRefused
from backend.ports.language_model import ModelEndpoint, ModelFailed, Patience, estimated_usage

# What most servers take in one request: OpenAI allows 2,048 texts, text-embeddings-inference 32 by default.
TEXTS_A_CALL = 32
CHARACTERS_A_CALL = 200_000
PATIENCE = Patience(first_token=60, attempts=4)


class OpenAiEmbedder:
    """Ask in batches; each batch is repeated by itself. `dimensions` is what the provider's owner entered."""

    def __init__(
        self, clients: Clients, endpoint: ModelEndpoint, dimensions: int, patience: Patience = PATIENCE
    ) -> None:
        self._clients = clients
        self._endpoint = endpoint
        self._dimensions = dimensions
        self._patience = patience

    @property
    def dimensions(self) -> int:
        return self._dimensions

    async def embed(self, texts: Sequence[str]) -> Vectors:
        parts = [await self._rows(batch) for batch in _batches(texts)]
        tokens = sum(counted for _, counted in parts)
        return Vectors(b"".join(rows for rows, _ in parts), self._dimensions, tokens)

    async def close(self) -> None:
        """Leave the connections: they belong to all models of the provider."""

    async def _rows(self, texts: Sequence[str]) -> tuple[bytes, int]:
        number = 1
        while True:
            try:
                answer = await self._asked(texts)
                return self._checked(answer, texts), _tokens(answer, texts)
            except (ModelAPIError, UnexpectedModelBehavior, AddressRefused) as error:
                pause = None
                if isinstance(error, ModelAPIError) and may_be_repeated(error):
                    pause = pause_before(number, error.retry_after, self._patience)
                if pause is None:
                    raise failure(error, self._endpoint, self._patience) from error
                number += 1
                await asyncio.sleep(pause)

    async def _asked(self, texts: Sequence[str]) -> CreateEmbeddingResponse:
        """Ask once, unless the provider rests; what it asks for with Retry-After holds for its other models too."""
        longest = self._patience.longest_retry_after
        async with self._clients.use(self._endpoint) as (client, gate):
            await gate.wait(longest)
            if (left := gate.seconds_resting()) > 0:
                raise resting(left)
            try:
                return await self._answered(client, texts)
            except ModelAPIError as error:
                if error.retry_after is not None and may_be_repeated(error):
                    await gate.leave_alone(error.retry_after, longest)
                raise

    async def _answered(self, client: LeanClient, texts: Sequence[str]) -> CreateEmbeddingResponse:
        # An empty text is refused by some servers; a blank has no direction either.
        asked = [text or " " for text in texts]
        try:
            async with asyncio.timeout(self._patience.first_token):
                with map_api_errors(self._endpoint.model):
                    return await client.embeddings.create(
                        model=self._endpoint.model, input=asked, encoding_format="float"
                    )
        except TimeoutError as late:
            raise ModelSilent(self._endpoint.model, "no first token in time") from late

    def _checked(self, answer: CreateEmbeddingResponse, texts: Sequence[str]) -> bytes:
        """Return rows of length 1 in the order of the texts. Raise ModelFailed where their form is not as entered."""
        data = sorted(getattr(answer, "data", None) or [], key=lambda entry: entry.index)
        if len(data) != len(texts):
            raise UnexpectedModelBehavior("the answer holds another number of rows than texts were sent")
        rows = np.array([entry.embedding for entry in data], dtype=np.float32)
        if rows.shape != (len(texts), self._dimensions):
            raise ModelFailed(
                f"The model gives {rows.shape[-1]} numbers a text, and {self._dimensions} were entered for it.",
                reason="not_a_model",
                hint="Correct the dimensions under Models.",
            )
        if not np.isfinite(rows).all():
            raise UnexpectedModelBehavior("the answer holds numbers that are none")
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        for place, text in enumerate(texts):
            if not text.strip():
                rows[place] = 0
        return bytes(np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0).tobytes())


def _tokens(answer: CreateEmbeddingResponse, texts: Sequence[str]) -> int:
    """Return the provider's count, or an estimate where it gives none that can be."""
    counted: Any = getattr(getattr(answer, "usage", None), "prompt_tokens", None)
    if isinstance(counted, int) and not isinstance(counted, bool) and 0 < counted <= MOST_TOKENS:
        return counted
    return estimated_usage(sum(map(len, texts)), 0).input_tokens


def _batches(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Cut into batches of at most 32 texts and 200,000 characters; a longer text goes alone."""
    start, characters = 0, 0
    for place, text in enumerate(texts):
        if place > start and (place - start == TEXTS_A_CALL or characters + len(text) > CHARACTERS_A_CALL):
            yield texts[start:place]
            start, characters = place, 0
        characters += len(text)
    if start < len(texts):
        yield texts[start:]
