"""The stages of a document as the staged bar draws them."""

from __future__ import annotations

from collections.abc import Sequence


def stage_marks(names: Sequence[str], at: str, *, failed: bool = False, done: bool = False) -> list[str]:
    """Return a mark for each stage: d those before `at`, p or f that one, nothing for those to come."""
    if done:
        return ["d"] * len(names)
    if at not in names:
        return [""] * len(names)
    place = list(names).index(at)
    return ["d"] * place + ["f" if failed else "p"] + [""] * (len(names) - place - 1)
