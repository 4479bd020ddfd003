"""React Flow, wrapped in parts that share one document by `flow_key`. Sources: assets/flow_canvas/.

The browser owns the open document: `seed` is read when `revision` rises, and edits come back as operations.
"""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.components.component import field

LIBRARY = "$/public/flow_canvas/index.jsx"


class _Part(rx.NoSSRComponent):
    library = LIBRARY
    lib_dependencies: list[str] = field(default_factory=lambda: ["@xyflow/react@12.12.1"])

    flow_key: rx.Var[str]


class FlowCanvas(_Part):
    """Palette and canvas, or the same flow as steps. Sends nothing until something is dropped."""

    tag = "FlowCanvas"

    seed: rx.Var[dict[str, Any]]
    revision: rx.Var[int]
    catalogue: rx.Var[dict[str, Any]]
    names: rx.Var[dict[str, str]]
    read_only: rx.Var[bool]
    note: rx.Var[str]
    color_mode: rx.Var[str]
    label: rx.Var[str]
    on_ops: rx.EventHandler[rx.event.passthrough_event_spec(list[dict[str, Any]])]


class FlowFeed(_Part):
    """What the server says about the draft. `ask` rising makes the browser send the whole document once."""

    tag = "FlowFeed"

    problems: rx.Var[list[dict[str, Any]]]
    plates: rx.Var[dict[str, int]]
    goto: rx.Var[str]
    frozen: rx.Var[bool]
    ask: rx.Var[int]
    on_document: rx.EventHandler[rx.event.passthrough_event_spec(dict[str, Any])]


class RunMarks(_Part):
    """What a run says about each node: `marks` change with nodes, `live` with tokens."""

    tag = "RunMarks"

    run: rx.Var[dict[str, Any]]
    track: rx.Var[dict[str, Any]]
    marks: rx.Var[dict[str, Any]]
    live: rx.Var[dict[str, str]]


class FlowInspector(_Part):
    """The form of the selected node, drawn from its kind's JSON Schema."""

    tag = "FlowInspector"

    choices: rx.Var[dict[str, Any]]


class RunKeys(_Part):
    """Ctrl Enter anywhere, and Enter in the message: send what typing left waiting, then run."""

    tag = "RunKeys"


class DeskGrip(rx.Component):
    """The edge between canvas and desk: drag it, or move it with the arrows; its place is kept in this browser."""

    library = "$/public/flow_canvas/grip.jsx"
    tag = "DeskGrip"


class FlowTimeline(_Part):
    """A row for each plate: when it ran, how long, what it cost."""

    tag = "FlowTimeline"

    full: rx.Var[bool]
    title: rx.Var[str]
    run_id: rx.Var[str]
    on_select: rx.EventHandler[rx.event.passthrough_event_spec(str)]
