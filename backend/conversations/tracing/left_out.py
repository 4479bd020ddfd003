"""What of a delivery of spans was not kept."""

from __future__ import annotations

from typing import NamedTuple


class LeftOut(NamedTuple):
    """Spans of work that is no agent's, which nobody misses, beyond what a trace may have, and of removed people."""

    num_other: int = 0
    num_beyond: int = 0
    num_removed: int = 0

    def and_also(self, more: LeftOut) -> LeftOut:
        return LeftOut(*(one + other for one, other in zip(self, more, strict=True)))

    @property
    def words(self) -> str:
        other = f"Left out as no call of a model, a tool or an agent: {self.num_other}."
        beyond = f"Refused as more than a trace may have: {self.num_beyond}."
        removed = f"Left out as late parts of what was removed with its person: {self.num_removed}."
        return " ".join(words for words, num in zip((other, beyond, removed), self, strict=True) if num)
