"""Ranges of what is measured, as people type them and as the log says them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from backend.conversations.range_types import Measured, Range, range_of

MOST, FINEST = 10**9, Decimal("1e-9")


@dataclass(frozen=True)
class Kind:
    """How a measure is typed: `factor` of its units are one on the screen."""

    title: str
    unit: str = ""
    factor: int = 1


KINDS = {
    Measured.COST: Kind("Cost", "$"),
    Measured.TOKENS: Kind("Tokens"),
    Measured.LATENCY: Kind("Mean latency", "s", 1_000),
    Measured.DURATION: Kind("Duration", "s"),
    Measured.TURNS: Kind("Turns"),
}


def typed_range(of: str, least: str, most: str) -> Range | None:
    """Return the range between two numbers as they were typed, None where there is none."""
    if of not in set(Measured):
        return None
    try:
        ends = [_end(end, KINDS[Measured(of)]) if end.strip() else "" for end in (least, most)]
    except ArithmeticError:
        return None
    return range_of(of, "..".join(ends))


def ranges_in(chosen: Iterable[tuple[str, str]]) -> tuple[Range, ...]:
    """Return the ranges among what is chosen; what reads as none is left out."""
    return tuple(one for key, value in chosen if (one := range_of(key, value)))


def range_words(one: Range) -> str:
    kind = KINDS[one.of]
    least, most = (_with_unit(end, kind) if end else "" for end in (one.least, one.most))
    if least and most:
        return f"{least} to {most}"
    return f"at least {least}" if least else f"at most {most}"


def _end(typed: str, kind: Kind) -> str:
    """Write an end in the units that are kept. Raise ArithmeticError."""
    number = Decimal(typed) * kind.factor
    if not 0 <= number < MOST:
        raise InvalidOperation
    return _written(number.quantize(FINEST))


def _with_unit(end: str, kind: Kind) -> str:
    number = f"{Decimal(_written(Decimal(end) / kind.factor)):,}"
    return f"${number}" if kind.unit == "$" else f"{number} {kind.unit}".strip()


def _written(number: Decimal) -> str:
    """Write a number with all its digits, and no more."""
    return f"{number.normalize():f}"
