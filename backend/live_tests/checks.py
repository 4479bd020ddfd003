"""What a wish for a live test must keep."""

from __future__ import annotations

from collections.abc import Sequence

from backend.errors import InvalidInput
from backend.live_tests.types import MAX_ARMS, MAX_WEIGHT, MIN_ARMS, Arm, NewLiveTest


def checked_arms(arms: Sequence[Arm], baseline: int) -> tuple[Arm, ...]:
    """Return the arms, the baseline's first. Raise InvalidInput."""
    versions = [arm.version for arm in arms]
    if not MIN_ARMS <= len(arms) <= MAX_ARMS:
        raise _wrong(f"A live test has {MIN_ARMS} to {MAX_ARMS} versions.")
    if len(set(versions)) < len(versions):
        raise _wrong("Each version stands in a live test once.")
    if not all(1 <= arm.weight <= MAX_WEIGHT for arm in arms):
        raise _wrong(f"A weight is a whole number from 1 to {MAX_WEIGHT}.")
    if baseline not in versions:
        raise _wrong(f"v{baseline}, which the label points at, has to be one of the versions.")
    return tuple(sorted(arms, key=lambda arm: arm.version != baseline))


def checked_margin(wish: NewLiveTest) -> float:
    """Return the difference that does not matter. Raise InvalidInput."""
    margin = wish.metric.margin if wish.margin is None else wish.margin
    if not 0 < margin < 1:
        words = "The margin lies between 0 and 1: 0.02 is two percent."
        raise InvalidInput(words, fields={"margin": words})
    return margin


def _wrong(words: str) -> InvalidInput:
    return InvalidInput(words, fields={"arms": words})
