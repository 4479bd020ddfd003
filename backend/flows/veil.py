"""Take secrets out of whatever a node leaves behind."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote, quote_plus

MASK = "****"
SHORTEST = 8


class Veil:
    """The secrets that one node was given; what covers them covers their usual spellings too."""

    def __init__(self) -> None:
        self._texts: set[str] = set()

    @property
    def is_worn(self) -> bool:
        """Tell whether there is anything to cover."""
        return bool(self._texts)

    def learn(self, secret: str) -> None:
        """Cover this from now on, also where it stands in a URL, in JSON or encoded."""
        encoded = base64.b64encode(secret.encode()).decode()
        spelt = {
            secret, secret.strip(), quote(secret), quote(secret, safe=""), quote_plus(secret), encoded,
            encoded.rstrip("="), json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1],
        }  # fmt: skip
        self._texts |= {text for text in spelt if len(text) >= SHORTEST}

    def text(self, text: str) -> str:
        for secret in sorted(self._texts, key=len, reverse=True):
            text = text.replace(secret, MASK)
        return text

    def cover(self, value: Any) -> Any:
        """Return the same value with every secret in its texts and keys masked."""
        if not self._texts:
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.cover(key): self.cover(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(self.cover(item) for item in value)
        return value
