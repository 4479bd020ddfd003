"""What several repetitions of one row say: how often it passes, and how sure that is."""

from __future__ import annotations

import math


def pass_at(k: int, num_passed: int, num_repetitions: int) -> float:
    """Return the chance that at least one of k tries passes, without bias (Chen et al. 2021)."""
    return 1 - all_fail(k, num_passed, num_repetitions)


def all_fail(k: int, num_passed: int, num_repetitions: int) -> float:
    return math.comb(num_repetitions - num_passed, k) / math.comb(num_repetitions, k)


def pass_all(k: int, num_passed: int, num_repetitions: int) -> float:
    """Return the chance that all of k tries pass ("pass^k"), without bias."""
    return math.comb(num_passed, k) / math.comb(num_repetitions, k)
