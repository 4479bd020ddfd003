"""A promised figure, and the line it makes in the table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

WIDTHS = (54, 14, 14, 7)
HEADS = ("figure", "measured", "target", "", "for comparison")


@dataclass(frozen=True)
class Figure:
    """`target` is the most that is allowed, or the least where `more_is_better`; `peer` is a rival's figure or None."""

    name: str
    measured: float
    unit: str
    target: float
    comparison: str = ""
    peer: float | None = None
    more_is_better: bool = False

    @property
    def kept(self) -> bool:
        return self.measured >= self.target if self.more_is_better else self.measured <= self.target

    @property
    def ratio(self) -> str:
        """How many times better than the peer: above 1 is better, whichever way the figure counts."""
        if self.peer is None or not self.measured or not self.peer:
            return ""
        times = self.measured / self.peer if self.more_is_better else self.peer / self.measured
        return f" ({times:.1f} x better)" if times >= 1 else f" ({1 / times:.1f} x worse)"

    def cells(self) -> tuple[str, ...]:
        bound = ">=" if self.more_is_better else "<="
        return (
            self.name,
            f"{number(self.measured)} {self.unit}",
            f"{bound} {number(self.target)} {self.unit}",
            "ok" if self.kept else "MISSED",
            f"{self.comparison}{self.ratio}",
        )


def number(value: float) -> str:
    """Write three significant digits, thousands with commas."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def line(cells: Iterable[str]) -> str:
    *fixed, last = cells
    return "  ".join([*(cell.ljust(width) for cell, width in zip(fixed, WIDTHS, strict=True)), last]).rstrip()


def main(figures: Callable[[], Iterable[Figure]]) -> None:
    """Print the table of one script: `if __name__ == "__main__": main(figures)`."""
    print(line(HEADS))
    for figure in figures():
        print(line(figure.cells()), flush=True)
