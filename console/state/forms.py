"""The move that every form shares: what cannot be used is told at its field."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import reflex as rx

from backend.errors import InvalidInput
from console.state.seat import Seated


@dataclass(frozen=True)
class Choice:
    """A line of a list to pick from."""

    value: str
    label: str


class Formed(Seated, mixin=True):
    """`errors` holds a sentence per field, and under "" what concerns none of them."""

    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)

    @asynccontextmanager
    async def _checking(self) -> AsyncIterator[None]:
        """Turn a refusal inside the block into sentences at the fields; everything else goes on up."""
        self.errors = {}
        try:
            yield
        except InvalidInput as refusal:
            self.errors = refusal.fields or {"": f"{refusal.message} {refusal.hint}".strip()}
