"""Notice which work has lost its process, by one's own looks: the clocks of two processes may differ."""

from __future__ import annotations

from collections.abc import Hashable, Mapping


class Silence:
    """Whoever shows the same sign in so many looks, one after the other, is taken for dead."""

    def __init__(self, looks: int) -> None:
        self._looks = looks
        self._seen: dict[str, tuple[Hashable, int]] = {}

    def among(self, signs: Mapping[str, Hashable]) -> set[str]:
        """Look once at all that live by the record, by id; return those that gave no sign for too long."""
        before, self._seen = self._seen, {}
        for one, sign in signs.items():
            last, count = before.get(one, (None, 0))
            self._seen[one] = sign, count + 1 if last == sign else 0
        return {one for one, (_, count) in self._seen.items() if count >= self._looks}
