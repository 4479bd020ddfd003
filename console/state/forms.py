"""The move that every form shares: what cannot be used is told at its field."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import reflex as rx

from backend.errors import DomainError, InvalidInput
from console.problems import Caught, caught
from console.state.seat import Seated


@dataclass(frozen=True)
class Choice:
    """A line of a list to pick from."""

    value: str
    label: str


def sentences_of(refusal: Caught, at: str) -> dict[str, str]:
    """Return what was refused by field, at the field `at` where it names none; nothing where all went well."""
    if refusal.problem is None:
        return {}
    return (refusal.error.fields if isinstance(refusal.error, InvalidInput) else {}) or {at: refusal.problem.text}


class Formed(Seated, mixin=True):
    """`errors` holds a sentence per field, and under "" what concerns none of them."""

    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)

    @asynccontextmanager
    async def _checking(self, *others: type[DomainError], at: str = "") -> AsyncIterator[None]:
        """Turn a refusal inside the block into sentences at the fields; everything else goes on up.

        A refusal that names no field, or is one of `others`, is told at the field `at`.
        """
        self.errors = {}
        with caught(InvalidInput, *others) as refusal:
            yield
        if refusal.problem:
            self.errors = sentences_of(refusal, at)
