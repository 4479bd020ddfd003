"""Tables drawn with rules or shaded cells: where the lines of a page cross, text belongs to rows and columns."""

from __future__ import annotations

import bisect
import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium

from backend.engines.parsing.pdf_lines import Line

STRAIGHT = 1.0  # points that an edge may lean
NEAR = 3.0  # points between edges that are one rule: both sides of a thin box, or two cells side by side
MIN_EDGE = 5.0
MAX_EDGES = 5_000  # a drawing, not a table
MIN_LINES = 3  # that two rows, or two columns, need
MIN_FILLED = 0.5  # of the rows must hold two cells or more, else it is a frame around text
Edge = tuple[float, float, float]  # where it stands, and from where to where it goes


@dataclass(frozen=True)
class Grid:
    """`xs` grow to the right, `ys` upwards; both hold the outer rules too."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]

    def holds(self, line: Line) -> bool:
        middle = (line.top + line.bottom) / 2
        return self.ys[0] < middle < self.ys[-1] and self.xs[0] - NEAR < line.left and line.right < self.xs[-1] + NEAR

    def rows(self, lines: Sequence[Line]) -> tuple[tuple[str, ...], ...]:
        """Return the text of the cells from top to bottom, rows without any left out; () where this is no table."""
        cells = [[""] * (len(self.xs) - 1) for _ in range(len(self.ys) - 1)]
        for line in lines:
            row = len(cells) - _slot(self.ys, (line.top + line.bottom) / 2) - 1
            for left, word in line.words:
                column = _slot(self.xs, left + 1)
                cells[row][column] = f"{cells[row][column]} {word}".strip()
        filled = [tuple(row) for row in cells if any(row)]
        in_columns = sum(1 for row in filled if sum(map(bool, row)) > 1)
        if len(filled) + 1 < MIN_LINES or in_columns < MIN_FILLED * len(filled):
            return ()
        used = [at for at in range(len(self.xs) - 1) if any(row[at] for row in filled)]
        return tuple(tuple(row[at] for at in used) for row in filled)


def grids_of(page: pypdfium2.PdfPage) -> list[Grid]:
    """Return the grids that the rules of a page form; none where it is full of drawings."""
    level, upright = [], []
    for (x, y), (next_x, next_y) in _edges(page):
        if abs(y - next_y) < STRAIGHT and abs(x - next_x) >= MIN_EDGE:
            level.append((y, min(x, next_x), max(x, next_x)))
        elif abs(x - next_x) < STRAIGHT and abs(y - next_y) >= MIN_EDGE:
            upright.append((x, min(y, next_y), max(y, next_y)))
        if len(level) + len(upright) > MAX_EDGES:
            return []
    return [grid for group in _crossing(level, upright) if (grid := _grid(*group))]


def _edges(page: pypdfium2.PdfPage) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    """Yield the straight strokes of all paths, in the coordinates of the page."""
    x, y = ctypes.c_float(), ctypes.c_float()
    for shape in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=1):
        matrix = shape.get_matrix()
        last: tuple[float, float] | None = None
        first: tuple[float, float] | None = None
        for number in range(min(pdfium.FPDFPath_CountSegments(shape), MAX_EDGES)):
            segment = pdfium.FPDFPath_GetPathSegment(shape, number)
            pdfium.FPDFPathSegment_GetPoint(segment, x, y)
            point = matrix.on_point(x.value, y.value)
            kind = pdfium.FPDFPathSegment_GetType(segment)
            if kind == pdfium.FPDF_SEGMENT_MOVETO:
                first = point
            elif kind == pdfium.FPDF_SEGMENT_LINETO and last is not None:
                yield last, point
            if pdfium.FPDFPathSegment_GetClose(segment) and first is not None:
                yield point, first
            last = point


def _crossing(level: list[Edge], upright: list[Edge]) -> list[tuple[list[Edge], list[Edge]]]:
    """Sort the edges into groups that touch each other."""
    groups: list[tuple[list[Edge], list[Edge]]] = []
    for edge in sorted(upright):
        x, low, high = edge
        touched = [
            group for group in groups if any(_touch(edge, other) for other in group[0]) or _beside(edge, group[1])
        ]
        rules = [
            rule for rule in level if rule[1] - NEAR <= x <= rule[2] + NEAR and low - NEAR <= rule[0] <= high + NEAR
        ]
        merged = (rules, [edge])
        for group in touched:
            merged = ([*group[0], *merged[0]], [*group[1], *merged[1]])
            groups.remove(group)
        groups.append((list(dict.fromkeys(merged[0])), merged[1]))
    return groups


def _touch(upright: Edge, level: Edge) -> bool:
    return level[1] - NEAR <= upright[0] <= level[2] + NEAR and upright[1] - NEAR <= level[0] <= upright[2] + NEAR


def _beside(edge: Edge, others: list[Edge]) -> bool:
    """Tell whether an upright edge goes on where another of the same place ends."""
    return any(
        abs(edge[0] - other[0]) <= NEAR and edge[1] <= other[2] + NEAR and other[1] <= edge[2] + NEAR
        for other in others
    )


def _grid(level: list[Edge], upright: list[Edge]) -> Grid | None:
    xs, ys = _places(upright), _places(level)
    return Grid(xs, ys) if len(xs) >= MIN_LINES and len(ys) >= MIN_LINES else None


def _places(edges: list[Edge]) -> tuple[float, ...]:
    """Return where the edges stand, those that are one rule as one."""
    places: list[float] = []
    for place, _, _ in sorted(edges):
        if not places or place - places[-1] > NEAR:
            places.append(place)
    return tuple(places)


def _slot(places: Sequence[float], value: float) -> int:
    return min(max(bisect.bisect_right(places, value) - 1, 0), len(places) - 2)
