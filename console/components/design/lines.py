"""Ports, edges and the small marks."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.design.section import line, section
from console.components.ui import PORT_SHAPES, avatar, cite, keys, plate, port, tag

TRACK = "M6 20H34L46 8H114"
EDGES: tuple[tuple[str, tuple[dict[str, Any], ...]], ...] = (
    ("Carried data", ({"stroke": "var(--text-2)", "stroke_width": "2"},)),
    (
        "Live",
        (
            {"stroke": "var(--run-line)", "stroke_width": "4"},
            {"stroke": "var(--run)", "stroke_width": "2", "stroke_dasharray": "10 14"},
        ),
    ),
    ("Not reached", ({"stroke": "var(--line-control)", "stroke_width": "2"},)),
    ("Not taken", ({"stroke": "var(--line-control)", "stroke_width": "2", "stroke_dasharray": "4 4"},)),
    ("Selected", ({"stroke": "var(--accent-text)", "stroke_width": "3"},)),
    (
        "Refused: types differ",
        (
            {"stroke": "var(--fail)", "stroke_width": "2"},
            {"stroke": "var(--fail)", "stroke_width": "2", "d": "m76 4 8 8m0-8-8 8"},
        ),
    ),
)


def ports() -> rx.Component:
    drawn = [rx.el.li(port(name), port(name, joined=False), rx.el.span(name)) for name in PORT_SHAPES]
    return section("Ports: colour and shape", rx.el.ul(*drawn, class_name="pts"), hint="Left: joined. Right: free.")


def edges() -> rx.Component:
    return section("Edges", rx.el.ul(*(_edge(*edge) for edge in EDGES), class_name="eg"))


def marks() -> rx.Component:
    return section(
        "Plates, keys, tags, cites, people",
        line(
            "Plates",
            plate("01"),
            plate("07", "live"),
            plate("04", "bad"),
            plate("08", "wt"),
            plate("05", "off"),
            rx.el.span("done, running, failed, waiting, not reached", class_name="t12 t2"),
        ),
        line("Keys", *(keys(key) for key in ("Ctrl K", "Esc", "↑", "↓", "↵", "?"))),
        line("Tags", tag("v42"), tag("v43 draft", accent=True), tag("returns_policy")),
        line("Cites", rx.el.span("until 16 December ", cite("1"), " and ", cite("2"))),
        line(
            "People",
            avatar("IH", "Ines Halloran"),
            avatar("MV", "Maren Vogt"),
            avatar("CI", "Key ci-publisher", machine=True),
            rx.el.span("square is a machine", class_name="t12 t2"),
        ),
    )


def _edge(name: str, strokes: tuple[dict[str, Any], ...]) -> rx.Component:
    drawn = [rx.el.svg.path(**{"d": TRACK, **stroke}) for stroke in strokes]
    return rx.el.li(
        rx.el.svg(
            *drawn, view_box="0 0 120 28", width="120", height="28", fill="none", custom_attrs={"aria-hidden": "true"}
        ),
        rx.el.span(name),
    )
