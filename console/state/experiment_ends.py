"""Where the numbers below an interval stand: under its ends, inside the drawing, and not upon each other."""

from __future__ import annotations

WIDTH, LETTER, GAP = 206.0, 5.6, 6.0


def under(low: float, high: float, low_words: str, high_words: str) -> tuple[float, float]:
    """Return the middle of each number, for a drawing 206 wide."""
    left, right = LETTER * len(low_words) / 2, LETTER * len(high_words) / 2
    apart = left + GAP + right
    if high - low < apart:
        middle = (low + high) / 2
        low, high = middle - apart / 2, middle + apart / 2
    low = max(low, left)
    high = min(max(high, low + apart), WIDTH - right)
    return min(low, high - apart), high
