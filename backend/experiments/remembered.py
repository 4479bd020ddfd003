"""Comparisons that were made, for whoever opens the same again."""

from __future__ import annotations

from collections import OrderedDict

from backend.experiments.types import Comparison

# One takes some ten kilobytes, whatever the number of its rows.
MOST = 64


class Remembered:
    """A comparison under what it rests on: another answer, score or row is another mark, so none is ever old."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str, str], Comparison] = OrderedDict()

    def find(self, experiment_id: str, mark: str, baseline: str) -> Comparison | None:
        """Return it, None where nobody asked for it before or long ago, or nothing tells what it rests on."""
        key = experiment_id, mark, baseline
        if not mark or key not in self._kept:
            return None
        self._kept.move_to_end(key)
        return self._kept[key]

    def keep(self, experiment_id: str, mark: str, baseline: str, said: Comparison) -> None:
        if mark:
            self._kept[experiment_id, mark, baseline] = said
            if len(self._kept) > MOST:
                self._kept.popitem(last=False)
