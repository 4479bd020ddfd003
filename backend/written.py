"""Numbers as people write them."""

from __future__ import annotations

from decimal import Decimal


def figure(value: float, digits: int = 3) -> str:
    """Return so many digits of a number, written out: 0.83, 1230, 0.000005."""
    text = f"{value:.{digits}g}"
    return f"{Decimal(text):f}" if "e" in text else text
