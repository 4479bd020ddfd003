"""The three columns of the search test, and the lines that show where ranks cross."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backend.knowledge.types import Passage, Ranks
from console import routes
from console.state.flowing import flowing

ROW_PX = 63
GAP_PX = 92
STUB_PX = 18
SLANT_PX = 64  # widest run of a slanted piece: a line over one row stands at 45 degrees, a longer one is steeper


@dataclass(frozen=True)
class PassageLine:
    """A found passage. `taken` tells that it is among those that a flow would be given."""

    id: str
    href: str
    rank: str
    document: str
    heading: str
    text: str
    score: str
    taken: bool


@dataclass(frozen=True)
class Track:
    """A line between two columns as an SVG path; `kind` is taken, found, stub or stop."""

    d: str
    kind: str


def passage_lines(passages: Sequence[Passage], decimals: int, num_taken: int = 0) -> list[PassageLine]:
    return [
        PassageLine(
            id=passage.chunk_id,
            href=f"{routes.to(routes.DOCUMENT, passage.document_id)}?passage={passage.ordinal + 1}",
            rank=str(passage.rank),
            document=passage.document_name,
            heading=passage.heading.rpartition(" > ")[2],
            text=flowing(passage.text, passage.document_name),
            score=f"{passage.score:.{decimals}f}",
            taken=passage.rank <= num_taken,
        )
        for passage in passages
    ]


def tracks(outer: Sequence[Passage], fused: Sequence[Passage], num_taken: int, *, mirrored: bool) -> list[Track]:
    """Join an outer column with the fused one; `mirrored` when the outer one stands at the right."""
    places = {passage.chunk_id: place for place, passage in enumerate(fused)}
    lines: list[Track] = []
    for place, passage in enumerate(outer):
        end = places.get(passage.chunk_id)
        if end is None:
            lines += _stub(place, mirrored=mirrored)
            continue
        path = _path(end, place) if mirrored else _path(place, end)
        lines.append(Track(path, "taken" if end < num_taken else "found"))
    return lines


def agreement(ranks: Ranks, num_taken: int) -> str:
    """Say how far the two ways agree on what would be taken."""
    taken = {passage.chunk_id for passage in ranks.fused.passages[:num_taken]}
    both = taken & {one.chunk_id for one in ranks.dense.passages} & {one.chunk_id for one in ranks.keyword.passages}
    if not taken:
        return "Nothing was found."
    if len(both) == len(taken):
        return f"All {len(taken)} that a flow would take stand in both lists."
    return f"{len(both)} of the {len(taken)} that a flow would take stand in both lists."


def _middle(place: int) -> float:
    return place * ROW_PX + ROW_PX / 2


def _path(left: int, right: int) -> str:
    start, end = _middle(left), _middle(right)
    if start == end:
        return f"M0 {start}H{GAP_PX}"
    margin = (GAP_PX - min(abs(end - start), SLANT_PX)) / 2
    return f"M0 {start}H{margin}L{GAP_PX - margin} {end}H{GAP_PX}"


def _stub(place: int, *, mirrored: bool) -> list[Track]:
    """Draw a line that ends at a stop: the passage is in no fused row that is shown."""
    y = _middle(place)
    start, run, stop = (GAP_PX, -STUB_PX, GAP_PX - STUB_PX - 2) if mirrored else (0, STUB_PX, STUB_PX + 2)
    return [Track(f"M{start} {y}h{run}", "stub"), Track(f"M{stop} {y - 4}v8", "stop")]
