"""What the embedder asks of the child that holds the model."""

from __future__ import annotations

import msgspec


class Embed(msgspec.Struct, tag=True):
    """Turn texts into rows of float32, one row a text, one behind the other."""

    texts: list[str]
