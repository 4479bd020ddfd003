"""Where the numbers below an interval stand: under its ends, inside the drawing, and not upon each other."""

from __future__ import annotations

WIDTH, DIGIT, NARROW, GAP = 206.0, 7.0, 3.0, 6.0


def under(low: float, high: float, low_words: str, high_words: str) -> tuple[float, float]:
    """Return the middle of each number, for a drawing 206 wide."""
    left, right = (sum(NARROW if one in " ,." else DIGIT for one in words) / 2 for words in (low_words, high_words))
    apart = left + GAP + right
    if high - low < apart:
        middle = (low + high) / 2
        low, high = middle - apart / 2, middle + apart / 2
    low = max(low, left)
    high = min(max(high, low + apart), WIDTH - right)
    return min(low, high - apart), high
