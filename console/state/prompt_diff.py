"""Two versions beside each other or in one column: lines that belong together, and the words that differ in them."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

from backend.prompts.types import Content, Placeholder

# No brace within: a hole that may run over others is looked for from each of them to the end of the line.
HOLE = re.compile(r"\{\{[^{}]*\}\}|\{%[^{}]*%\}|\{#[^{}]*#\}")
KINDS = {"{{": "v", "{%": "k", "{#": "c"}
WORD = re.compile(r"\w+|\s+|[^\w\s]")
# Lines that share less are two lines, not one that was changed.
ALIKE = 0.45
# Comparing each line of a block with each costs some us a pair.
MOST_PAIRS = 2_500
# Anybody who may write prompts chooses what is compared here, on the loop that serves everybody.
MOST_LINES = 2_000
MOST_CHARACTERS = 300_000
MOST_PIECES = 300  # of one line; beyond, it is drawn in one colour
MOST_STEPS = 10_000_000  # of all matching together, at worst half a second


class Effort:
    """What may still be spent on one comparison."""

    def __init__(self, steps: int = MOST_STEPS) -> None:
        self.left = steps

    def spend(self, steps: int) -> bool:
        """Take the steps away and say yes, or say no where fewer are left."""
        if steps > self.left:
            return False
        self.left -= steps
        return True

    def matcher(self, ours: Sequence[str], theirs: Sequence[str]) -> difflib.SequenceMatcher[str] | None:
        """Return what matches the two, None where that could cost more than is left.

        The matcher looks once through both, and through every pair of equals, for each match that it finds. Blanks
        are equal too often to be looked for: they match beside what does.
        """
        mine = Counter(one for one in ours if one.strip())
        pairs = sum(mine[one] for one in theirs if one in mine)
        if not self.spend((len(ours) + len(theirs) + pairs) * min(len(ours), len(theirs))):
            return None
        return difflib.SequenceMatcher(lambda one: not one.strip(), ours, theirs, autojunk=False)


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
    """Rows for two columns, lines for one, and how many lines came and went; nothing of what is too long."""

    rows: list[Row]
    lines: list[Half]
    num_added: int
    num_removed: int
    is_too_long: bool = False


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
    if any(len(text) > MOST_LINES or sum(map(len, text)) > MOST_CHARACTERS for text in (before, after)):
        return Compared([], [], 0, 0, is_too_long=True)
    effort = Effort()
    rows: list[Row] = []
    lines: list[Half] = []
    for act, i1, i2, j1, j2 in _acts(before, after, effort):
        if act == "equal":
            places = zip(range(i1, i2), range(j1, j2), strict=True)
            same = [Row(_half(before[i], i, ""), _half(after[j], j, "")) for i, j in places]
            rows += same
            lines += [row.right for row in same]
            continue
        block = list(_block(before[i1:i2], after[j1:j2], i1, j1, effort))
        rows += block
        lines += [row.left for row in block if row.left.mark == "del"]
        lines += [row.right for row in block if row.right.mark == "add"]
    added = sum(line.mark == "add" for line in lines)
    return Compared(rows, lines, added, sum(line.mark == "del" for line in lines))


def _acts(before: list[str], after: list[str], effort: Effort) -> Iterator[tuple[str, int, int, int, int]]:
    """Yield what is equal and what is not; between the common head and tail all as one change where it is too much."""
    shorter = min(len(before), len(after))
    head = next((at for at in range(shorter) if before[at] != after[at]), shorter)
    tail = next((at for at in range(shorter - head) if before[-1 - at] != after[-1 - at]), shorter - head)
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    if head:
        yield "equal", 0, head, 0, head
    matcher = effort.matcher(old, new)
    acts = matcher.get_opcodes() if matcher else [("replace", 0, len(old), 0, len(new))]
    for act, i1, i2, j1, j2 in acts:
        yield act, head + i1, head + i2, head + j1, head + j2
    if tail:
        yield "equal", len(before) - tail, len(before), len(after) - tail, len(after)


def _block(old: list[str], new: list[str], i: int, j: int, effort: Effort) -> Iterator[Row]:
    """Pair the lines of a changed block that are alike, in order; all others stand beside a pad."""
    for left, right in _pairs(old, new, effort):
        gone, come = ([], []) if left is None or right is None else _words(old[left], new[right], effort)
        yield Row(
            PAD if left is None else _half(old[left], i + left, "del", gone),
            PAD if right is None else _half(new[right], j + right, "add", come),
        )


def _pairs(old: list[str], new: list[str], effort: Effort) -> Iterator[tuple[int | None, int | None]]:
    """Yield the places that belong together so that the most is alike; a long block is paired as it stands."""
    ours, theirs = [_bag(line) for line in old], [_bag(line) for line in new]
    num_pairs = len(old) * len(new)
    cost = 20 * num_pairs + len(new) * sum(map(len, ours))
    if num_pairs > MOST_PAIRS or not effort.spend(cost):
        for place in range(max(len(old), len(new))):
            yield (place if place < len(old) else None, place if place < len(new) else None)
        return
    alike = [[_likeness(one, other) for other in theirs] for one in ours]
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


def _bag(line: str) -> Counter[str]:
    return Counter(word for word in WORD.findall(line) if not word.isspace())


def _likeness(old: Counter[str], new: Counter[str]) -> float:
    """Return how much of both is the same words, in whatever order, between 0 and 1."""
    shared = sum(min(count, new[word]) for word, count in old.items() if word in new)
    return 2 * shared / max(1, old.total() + new.total())


def _words(old: str, new: str, effort: Effort) -> tuple[list[Span], list[Span]]:
    """Return where the words stand that only one of the lines has; nowhere when they have little in common."""
    ours, theirs = WORD.findall(old), WORD.findall(new)
    matcher = effort.matcher(ours, theirs)
    if matcher is None or matcher.ratio() < ALIKE:
        return [], []
    mine, their = [0, *accumulate(map(len, ours))], [0, *accumulate(map(len, theirs))]
    acts = [act for act in matcher.get_opcodes() if act[0] != "equal"]
    gone = [(mine[i1], mine[i2]) for _, i1, i2, _, _ in acts if i1 < i2]
    return gone, [(their[j1], their[j2]) for _, _, _, j1, j2 in acts if j1 < j2]


def _half(line: str, index: int, mark: str, changed: list[Span] | None = None) -> Half:
    return Half(str(index + 1), mark, pieces(line, changed or []))


def pieces(line: str, changed: list[Span]) -> list[Piece]:
    """Cut a line where a hole or a changed part begins or ends."""
    holes = {match.start(): (match.end(), KINDS[match[0][:2]]) for match in HOLE.finditer(line)}
    spans = dict(changed)
    edges = {0, len(line), *spans, *spans.values(), *holes, *(end for end, _ in holes.values())}
    if len(edges) > MOST_PIECES:
        return [Piece("", line, changed=bool(changed))]
    found = []
    hole, kind, span = 0, "", 0
    for first, last in pairwise(sorted(edges)):
        hole, kind = holes.get(first, (hole, kind))
        span = spans.get(first, span)
        found.append(Piece(kind if first < hole else "", line[first:last], first < span))
    return found
