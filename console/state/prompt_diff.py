"""Two versions beside each other or in one column: lines that belong together, and the words that differ in them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from backend.prompts.types import Content, Placeholder

HOLE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}")
KINDS = {"{{": "v", "{%": "k", "{#": "c"}
WORD = re.compile(r"\w+|\s+|[^\w\s]")
# Lines that share less are two lines, not one that was changed.
ALIKE = 0.45
# Comparing each line of a block with each costs about 20 us a pair.
MOST_PAIRS = 2_500


@dataclass(frozen=True)
class Piece:
    """A part of a line: `kind` is of a template's hole (v, k, c) or empty, `changed` marks what differs."""

    kind: str
    text: str
    changed: bool


@dataclass(frozen=True)
class Half:
    """One side of a row: its line number (empty for a pad), what was done to it (del, add, pad or empty)."""

    number: str = ""
    mark: str = "pad"
    pieces: list[Piece] = field(default_factory=list)


@dataclass(frozen=True)
class Row:
    left: Half
    right: Half


@dataclass(frozen=True)
class Compared:
    """Rows for two columns, lines for one, and how many lines came and went."""

    rows: list[Row]
    lines: list[Half]
    num_added: int
    num_removed: int


PAD = Half()
Span = tuple[int, int]


def lines_of(content: Content, other: Content | None = None) -> list[str]:
    """Return a content as lines: messages under their roles, then the parameters that differ from `other`."""
    if content.kind == "text":
        said = [content.text]
    else:
        said = [
            f"[messages put in as {one.placeholder}]"
            if isinstance(one, Placeholder)
            else f"[{one.role}]\n{one.content}"
            for one in content.messages
        ]
    if content.instructions:
        said.append(f"[instructions]\n{content.instructions}")
    if other is not None and (more := _parameters(content, other)):
        said.append("\n".join(["", *more]))
    return "\n".join(said).split("\n")


def _parameters(content: Content, other: Content) -> list[str]:
    ours, theirs = content.as_json(), other.as_json()
    names = ("model", "temperature", "max_tokens", "voice", "tools", "response_schema")
    return [f"[{name.replace('_', ' ')}] {_said(ours[name])}" for name in names if ours[name] != theirs[name]]


def _said(value: object) -> str:
    return "not set" if value in (None, "", []) else str(value)


def compared(before: list[str], after: list[str]) -> Compared:
    """Compare two texts line by line, and word by word where a line was changed."""
    rows: list[Row] = []
    lines: list[Half] = []
    for act, i1, i2, j1, j2 in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if act == "equal":
            places = zip(range(i1, i2), range(j1, j2), strict=True)
            same = [Row(_half(before[i], i, ""), _half(after[j], j, "")) for i, j in places]
            rows += same
            lines += [row.right for row in same]
            continue
        block = list(_block(before[i1:i2], after[j1:j2], i1, j1))
        rows += block
        lines += [row.left for row in block if row.left.mark == "del"]
        lines += [row.right for row in block if row.right.mark == "add"]
    added = sum(line.mark == "add" for line in lines)
    return Compared(rows, lines, added, sum(line.mark == "del" for line in lines))


def _block(old: list[str], new: list[str], i: int, j: int) -> Iterator[Row]:
    """Pair the lines of a changed block that are alike, in order; all others stand beside a pad."""
    for left, right in _pairs(old, new):
        gone, come = _words(old[left], new[right]) if left is not None and right is not None else ([], [])
        yield Row(
            PAD if left is None else _half(old[left], i + left, "del", gone),
            PAD if right is None else _half(new[right], j + right, "add", come),
        )


def _pairs(old: list[str], new: list[str]) -> Iterator[tuple[int | None, int | None]]:
    """Yield the places that belong together so that the most is alike; a long block is paired as it stands."""
    if len(old) * len(new) > MOST_PAIRS:
        for place in range(max(len(old), len(new))):
            yield (place if place < len(old) else None, place if place < len(new) else None)
        return
    alike = [[_likeness(one, other) for other in new] for one in old]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for left in reversed(range(len(old))):
        for right in reversed(range(len(new))):
            paired = alike[left][right] + best[left + 1][right + 1] if alike[left][right] >= ALIKE else 0.0
            best[left][right] = max(paired, best[left + 1][right], best[left][right + 1])
    left = right = 0
    while left < len(old) or right < len(new):
        both = left < len(old) and right < len(new) and alike[left][right] >= ALIKE
        if both and best[left][right] == alike[left][right] + best[left + 1][right + 1]:
            yield left, right
            left, right = left + 1, right + 1
            continue
        if right == len(new) or (left < len(old) and best[left][right] == best[left + 1][right]):
            yield left, None
            left += 1
        else:
            yield None, right
            right += 1


def _likeness(old: str, new: str) -> float:
    return difflib.SequenceMatcher(None, WORD.findall(old), WORD.findall(new), autojunk=False).ratio()


def _words(old: str, new: str) -> tuple[list[Span], list[Span]]:
    """Return where the words stand that only one of the lines has; nowhere when they have little in common."""
    ours, theirs = WORD.findall(old), WORD.findall(new)
    matcher = difflib.SequenceMatcher(None, ours, theirs, autojunk=False)
    if matcher.ratio() < ALIKE:
        return [], []
    gone: list[Span] = []
    come: list[Span] = []
    for act, i1, i2, j1, j2 in matcher.get_opcodes():
        if act != "equal":
            gone.append(_span(ours, i1, i2))
            come.append(_span(theirs, j1, j2))
    return [span for span in gone if span[0] < span[1]], [span for span in come if span[0] < span[1]]


def _span(words: list[str], first: int, last: int) -> Span:
    start = sum(map(len, words[:first]))
    return start, start + sum(map(len, words[first:last]))


def _half(line: str, index: int, mark: str, changed: list[Span] | None = None) -> Half:
    return Half(str(index + 1), mark, pieces(line, changed or []))


def pieces(line: str, changed: list[Span]) -> list[Piece]:
    """Cut a line where a hole or a changed part begins or ends."""
    holes = [(*match.span(), KINDS[match[0][:2]]) for match in HOLE.finditer(line)]
    edges = {0, len(line), *(edge for span in changed for edge in span)}
    edges |= {edge for first, last, _ in holes for edge in (first, last)}
    ordered = sorted(edges)
    found = []
    for first, last in pairwise(ordered):
        kind = next((kind for start, end, kind in holes if start <= first and last <= end), "")
        differs = any(start <= first and last <= end for start, end in changed)
        found.append(Piece(kind, line[first:last], differs))
    return found
