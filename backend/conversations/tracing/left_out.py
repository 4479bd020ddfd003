"""What of a delivery of spans was not kept."""

from __future__ import annotations

from typing import NamedTuple


class LeftOut(NamedTuple):
    """Spans of work that is no agent's, which nobody misses, and those beyond what a trace may have."""

    num_other: int = 0
    num_beyond: int = 0

    @property
    def words(self) -> str:
        other = f"Left out as no call of a model, a tool or an agent: {self.num_other}."
        beyond = f"Refused as more than a trace may have: {self.num_beyond}."
        return " ".join(words for words, num in ((other, self.num_other), (beyond, self.num_beyond)) if num)
