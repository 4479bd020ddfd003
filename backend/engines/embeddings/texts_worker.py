"""The child of the texts room: it embeds with WordLlama from its own wheel, and cuts texts. No network."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import wordllama
from semantic_text_splitter import TextSplitter

from backend.engines.embeddings.orders import Embed
from backend.engines.embeddings.wordllama import DIMENSIONS
from backend.engines.parsing.orders import Cut
from backend.engines.room.frames import Worker


def worker(_folder: Path) -> Worker:
    return Worker({Embed: _embed, Cut: _cut})


@cache
def _model() -> wordllama.WordLlamaInference:
    # The loader looks in the wrong folder unless it is told, and would then download.
    weights = Path(wordllama.__file__).parent
    return wordllama.WordLlama.load(cache_dir=weights, disable_download=True, dim=DIMENSIONS)


def _embed(order: Embed) -> bytes:
    with np.errstate(invalid="ignore"):
        rows = _model().embed(order.texts, norm=True)
    # A text without any known token has no direction; zeros are found by nothing, NaN would poison the index.
    return bytes(np.nan_to_num(rows.astype(np.float32)).tobytes())


def _cut(order: Cut) -> list[list[str]]:
    splitters = {overlap: TextSplitter(order.size, overlap) for overlap in set(order.overlaps)}
    return [splitters[overlap].chunks(text) for text, overlap in zip(order.texts, order.overlaps, strict=True)]
