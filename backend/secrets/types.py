"""Secrets and variables as others see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret without its value, which no answer ever carries. `last_four` is empty for a short one."""

    name: str
    last_four: str
    updated_at: datetime
    updated_by: str

    @property
    def words(self) -> str:
        return f"Stored, ends in {self.last_four}" if self.last_four else "Stored"


@dataclass(frozen=True, slots=True)
class Variable:
    """A plain value that flows use by name."""

    name: str
    value: str
    updated_at: datetime
    updated_by: str
