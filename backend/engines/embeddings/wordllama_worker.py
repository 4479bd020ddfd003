"""The child that embeds with WordLlama, from its own wheel and without any network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import wordllama

from backend.engines.embeddings.orders import Embed
from backend.engines.embeddings.wordllama import DIMENSIONS
from backend.engines.room.frames import Worker


def worker(_folder: Path) -> Worker:
    # The loader looks in the wrong folder unless it is told, and would then download.
    weights = Path(wordllama.__file__).parent
    model = wordllama.WordLlama.load(cache_dir=weights, disable_download=True, dim=DIMENSIONS)

    def embed(order: Embed) -> bytes:
        with np.errstate(invalid="ignore"):
            rows = model.embed(order.texts, norm=True)
        # A text without any known token has no direction; zeros are found by nothing, NaN would poison the index.
        return bytes(np.nan_to_num(rows.astype(np.float32)).tobytes())

    return Worker({Embed: embed})
