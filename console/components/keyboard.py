"""The palette and the keys: what acts on every page without a pointer."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.navigation import ACTS, AREAS
from console.state.palette import PaletteState

PAGES: list[dict[str, Any]] = [
    {
        "id": f"page-{area.key}",
        "group": "Go to",
        "icon": "page",
        "title": area.name,
        "note": f"G {area.key}",
        "key": area.key,
        "href": area.route,
    }
    for area in AREAS
]
DO: list[dict[str, Any]] = [
    {
        "id": f"act-{act.name}",
        "group": "Do",
        "icon": "act",
        "title": act.name,
        "note": act.note,
        "act": act.act,
        "href": act.route,
    }
    for act in ACTS
]
KEYS: list[dict[str, Any]] = [
    {
        "name": "Everywhere",
        "keys": [
            ["Ctrl K", "search or run a command"],
            ["?", "all keys"],
            ["/", "go to the filter"],
            ["Esc", "close, empty or leave"],
            ["Ctrl Z", "undo the last action"],
            ["Ctrl ↵", "run or send"],
        ],
    },
    {"name": "Go to a page", "keys": [[f"G {area.key}", area.name] for area in AREAS]},
    {
        "name": "Lists",
        "keys": [
            ["↑ ↓", "move, also J and K"],
            ["↵", "open"],
            ["Space", "select"],
            ["Shift ↑ ↓", "extend"],
            ["Ctrl A", "select the page"],
            ["R", "retry"],
            ["Del", "delete, with undo"],
        ],
    },
    {
        "name": "Canvas",
        "keys": [
            ["→ ←", "along the track"],
            ["↑ ↓", "between branches"],
            ["↵", "open the inspector"],
            ["Alt ← →", "move by 24 px"],
            ["C", "connect"],
            ["N", "add a node"],
            ["P", "next problem"],
            ["F", "fit to view"],
            ["Del", "delete"],
        ],
    },
]


class Palette(rx.Component):
    """Goes to any flow, document, conversation, run, page and act."""

    library = "$/public/palette/palette.jsx"
    tag = "Palette"
    pages: rx.Var[list[dict[str, Any]]]
    acts: rx.Var[list[dict[str, Any]]]
    results: rx.Var[list[dict[str, str]]]
    for_query: rx.Var[str]
    on_query: rx.EventHandler[rx.event.passthrough_event_spec(str)]


class Hotkeys(rx.Component):
    """Hears the keys that act everywhere; single ones only outside fields, and only while they are switched on."""

    library = "$/public/hotkeys/hotkeys.jsx"
    tag = "Hotkeys"
    pages: rx.Var[list[dict[str, Any]]]
    groups: rx.Var[list[dict[str, Any]]]


def keyboard() -> rx.Component:
    return rx.fragment(
        Palette.create(
            pages=PAGES,
            acts=DO,
            results=PaletteState.results,
            for_query=PaletteState.for_query,
            on_query=PaletteState.search,
        ),
        Hotkeys.create(pages=PAGES, groups=KEYS),
    )
