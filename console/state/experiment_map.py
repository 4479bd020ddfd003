"""The flow of a variant as a small picture: each node with what it scores, takes and costs beside the baseline."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from backend.experiments.types import ComparedNode, ComparedNodes, FlowMap, MetricComparison
from console.state import formats
from console.state.experiment_written import amount, readable, signed

# In pixels. A node is as wide as what it says, and as high as its lines.
WIDTH, HEAD, LINE, PAD, GAP_X, GAP_Y, EDGE = 196, 26, 16, 8, 40, 20, 6
MOST_LETTERS = 22


@dataclass(frozen=True)
class MapLine:
    """A figure of a node; `mark` is "better" or "worse" where that is decided."""

    words: str
    y: str
    mark: str = ""


@dataclass(frozen=True)
class MapBox:
    """A node in the picture; `look` is "new" where the baseline has none, "worse" where a score fell or it failed."""

    node: str
    plate: str
    title: str
    told: str
    x: str
    y: str
    height: str
    text_x: str
    title_x: str
    title_y: str
    look: str
    lines: list[MapLine]


@dataclass(frozen=True)
class NodeMap:
    """`tracks` is one path through all tracks; `words` say which nodes are gone. Without boxes nothing is drawn."""

    boxes: list[MapBox] = field(default_factory=list)
    tracks: str = ""
    view: str = "0 0 1 1"
    width: str = ""
    words: str = ""


def node_map(found: ComparedNodes, variant: str, written: Callable[[ComparedNode], Sequence[str]]) -> NodeMap:
    """Lay out the flow of a variant, column behind column along its tracks; `written` says time and cost of a node."""
    flow = found.maps.get(variant)
    known = {one.node: one for one in found.nodes if one.node and one.variant == variant}
    if flow is None or not known:
        return NodeMap()
    columns = _columns(flow)
    lines = {node: _lines(known.get(node), written) for node in flow.places}
    height = max(HEAD + LINE * len(some) for some in lines.values()) + PAD
    places = {
        node: (EDGE + at * (WIDTH + GAP_X), EDGE + down * (height + GAP_Y))
        for at, column in enumerate(columns)
        for down, node in enumerate(column)
    }
    boxes = [_box(node, known.get(node), places[node], height, lines[node]) for node in places]
    across, down = (max(place[axis] for place in places.values()) for axis in (0, 1))
    size = across + WIDTH + EDGE, down + height + EDGE
    tracks = " ".join(_track(places[one], places[other], height) for one, other in flow.tracks)
    return NodeMap(boxes, tracks, f"0 0 {size[0]} {size[1]}", f"{size[0]}px", _gone(found, variant))


def _columns(flow: FlowMap) -> list[list[str]]:
    """Return the nodes in columns: each behind all that lead to it, those above each other as on the canvas."""
    before: Mapping[str, list[str]] = defaultdict(list)
    for one, other in flow.tracks:
        before[other].append(one)
    depth: dict[str, int] = {}

    def deep(node: str, through: tuple[str, ...] = ()) -> int:
        if node not in depth:
            led = [deep(one, (*through, node)) for one in before[node] if one not in through and one != node]
            depth[node] = 1 + max(led, default=-1)
        return depth[node]

    columns: list[list[str]] = [[] for _ in range(1 + max(map(deep, flow.places)))]
    for node in sorted(flow.places, key=lambda one: flow.places[one][1]):
        columns[depth[node]].append(node)
    return [column for column in columns if column]


def _lines(one: ComparedNode | None, written: Callable[[ComparedNode], Sequence[str]]) -> list[tuple[str, str]]:
    if one is None:
        return []
    return [*((score_words(score), _mark(score)) for score in one.scores), *((words, "") for words in written(one))]


def score_words(one: MetricComparison) -> str:
    """Return what a node scored: "exact 80.0 % (+20.0 pt)"; where one side has none, that it is not compared."""
    one = readable(one)
    if not math.isfinite(one.value):
        return f"{one.metric}: on one side alone"
    by = signed(one, one.difference) if one.num_rows else ""
    return f"{one.metric} {amount(one, one.value)}{f' ({by})' if by else ''}"


def _mark(one: MetricComparison) -> str:
    return one.verdict if one.verdict in ("better", "worse") else ""


def _box(
    node: str, one: ComparedNode | None, place: tuple[int, int], height: int, lines: Sequence[tuple[str, str]]
) -> MapBox:
    x, y = place
    title = one.title if one else node
    failed = one is not None and one.difference is not None and one.difference.failed_share > 0
    look = "new" if one is not None and not one.baseline_node else ""
    look = "worse" if failed or any(mark == "worse" for _, mark in lines) else look
    return MapBox(
        node=node,
        plate=f"{one.plate:02d}" if one else "",
        title=title if len(title) <= MOST_LETTERS else f"{title[: MOST_LETTERS - 1]}…",
        told=f"{title}: {', '.join(words for words, _ in lines)}" if lines else f"{title}: did not run",
        x=str(x),
        y=str(y),
        height=str(height),
        text_x=str(x + PAD),
        title_x=str(x + PAD + LINE + 4),
        title_y=str(y + LINE + 2),
        look=look,
        lines=[MapLine(words, str(y + HEAD + LINE * at + 12), mark) for at, (words, mark) in enumerate(lines)],
    )


def _track(one: tuple[int, int], other: tuple[int, int], height: int) -> str:
    (x, y), (to_x, to_y) = (one[0] + WIDTH, one[1] + height / 2), (other[0], other[1] + height / 2)
    bend = max(GAP_X / 2, (to_x - x) / 2)
    return f"M{x} {y:.1f}C{x + bend:.1f} {y:.1f} {to_x - bend:.1f} {to_y:.1f} {to_x} {to_y:.1f}"


def _gone(found: ComparedNodes, variant: str) -> str:
    """Say which nodes of the baseline the variant has not."""
    gone = [one.title for one in found.nodes if one.variant == variant and not one.node]
    return f"Not in it any more: {formats.listed(gone)}." if gone else ""
