"""What is usual in a document: the size of its body, its line spacing, its running titles, its compounds."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from backend.engines.parsing.pdf_lines import Line

BULLET = re.compile(r"([•●○◦▪■□–—‣⁃·*-]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s+\S")  # noqa: RUF001 - the dashes lists begin with
LARGER = 1.15  # of the body's size; below that it is only another font
MAX_HEADING_CHARACTERS, MAX_BOLD_HEADING_CHARACTERS = 200, 100
FULL = 0.85  # of the page's widest line: a line as wide as that most likely goes on below
USUAL_SPACING = 1.3  # of the size, from one line's foot to the next one's, where nothing tells
MIN_SPACING, MAX_SPACING = 0.5, 3.0  # of the size; beyond that it is no spacing of lines
MARGIN = 0.09  # of the page's height at its top and foot, where running titles stand
RUNNING_SHARE = 0.6
PAGE_NUMBER = re.compile(r"[ivxlc]+|#", re.IGNORECASE)
NUMBER_AT_END = re.compile(r"^\d+\s|\s\d+$")
# A line of a table of contents: found by every search for a heading, and no answer to any.
LEADERS = re.compile(r"(\s*[.…·]){5,}\s*\S{0,8}$")
COMPOUND = re.compile(r"\w+-\w+")
HYPHENATED = {"self", "non", "well", "half", "cross", "ex"}


@dataclass(frozen=True)
class Typography:
    """`larger` holds the sizes above the body's, largest first; `spacing` of lines is in sizes of the body."""

    body: float
    larger: tuple[float, ...]
    body_is_bold: bool
    spacing: float
    compounds: frozenset[str]

    @classmethod
    def of(cls, pages: Sequence[Sequence[Line]]) -> Typography:
        weights: Counter[float] = Counter()
        bold = 0
        for line in itertools.chain(*pages):
            weights[rounded(line)] += len(line.text)
            bold += len(line.text) if line.bold else 0
        compounds = frozenset(itertools.chain(*(COMPOUND.findall(line.text) for line in itertools.chain(*pages))))
        if not weights:
            return cls(1.0, (), body_is_bold=False, spacing=USUAL_SPACING, compounds=compounds)
        body = weights.most_common(1)[0][0]
        larger = sorted((size for size in weights if size >= LARGER * body), reverse=True)
        return cls(body, tuple(larger), bold * 2 > weights.total(), _spacing(pages, body), compounds)

    def level(self, line: Line) -> int:
        """Return the level of a heading; 0 for a line that is none."""
        is_item = BULLET.match(line.text) and not line.text[0].isalnum()
        if len(line.cells) > 1 or not re.search(r"\w", line.text) or is_item:
            return 0
        size = rounded(line)
        if size >= LARGER * self.body and len(line.text) <= MAX_HEADING_CHARACTERS:
            return 1 + self.larger.index(size) if size in self.larger else len(self.larger)
        is_label = line.bold and not self.body_is_bold and len(line.text) <= MAX_BOLD_HEADING_CHARACTERS
        if is_label and size >= 0.95 * self.body and not re.search(r"[.,;:]$", line.text):
            return len(self.larger) + 1
        return 0

    def joined(self, text: str, more: str, *, hyphen: bool) -> str:
        """Join two lines; a word that was cut at the end of the first one is made whole."""
        stem = text.removesuffix("-")
        cut = hyphen or (text != stem and stem[-1:].isalpha() and more[:1].islower())
        if not cut:
            return f"{text} {more}"
        before, after = re.search(r"\w*$", stem), re.match(r"\w*", more)
        first, second = (before.group() if before else ""), (after.group() if after else "")
        keeps = first.lower() in HYPHENATED or f"{first}-{second}" in self.compounds
        return f"{stem}-{more}" if keeps else f"{stem}{more}"


def rounded(line: Line) -> float:
    return round(line.size * 2) / 2


def _spacing(pages: Sequence[Sequence[Line]], body: float) -> float:
    """Return the usual way from one line's foot to the next one's within a paragraph, in sizes of the body."""
    steps: Counter[float] = Counter()
    for lines in pages:
        width = max((line.right - line.left for line in lines), default=0.0)
        for above, below in itertools.pairwise(lines):
            step = (above.bottom - below.bottom) / body
            is_full = above.right - above.left >= FULL * width
            if is_full and rounded(above) == rounded(below) == body and MIN_SPACING < step < MAX_SPACING:
                steps[round(step * 20) / 20] += 1
    return steps.most_common(1)[0][0] if steps else USUAL_SPACING


def without_running_titles(pages: list[list[Line]], heights: list[float]) -> list[list[Line]]:
    """Take off what stands at the edge of most pages: running titles and page numbers; and lines of contents."""
    edges = [
        {at: re.sub(r"\d+", "#", line.text) for at, line in enumerate(lines) if _at_edge(line, height)}
        for lines, height in zip(pages, heights, strict=True)
    ]
    seen: Counter[str] = Counter(itertools.chain(*(set(marks.values()) for marks in edges)))
    numbered = [
        {at for at in marks if NUMBER_AT_END.search(lines[at].text)} for lines, marks in zip(pages, edges, strict=True)
    ]
    least = max(2, RUNNING_SHARE * len(pages))
    # "Chapter 2: Naming 17" is another text on each page, but a number stands at its end on nearly all of them.
    drops_numbered = sum(map(bool, numbered)) >= least

    def is_running(page: int, at: int) -> bool:
        mark = edges[page].get(at)
        if mark is None:
            return False
        return seen[mark] >= least or bool(PAGE_NUMBER.fullmatch(mark)) or (drops_numbered and at in numbered[page])

    return [
        [line for at, line in enumerate(lines) if not is_running(page, at) and not LEADERS.search(line.text)]
        for page, lines in enumerate(pages)
    ]


def _at_edge(line: Line, height: float) -> bool:
    return line.bottom > (1 - MARGIN) * height or line.top < MARGIN * height
