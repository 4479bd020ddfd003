"""The figures of the home, each with a small line; the rest is on the dashboards."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console import routes
from console.components.ui import segments
from console.state.home_figures import HomeFiguresState as Figures

SPANS = (("today", "Today"), ("7", "7 d"))


def figures() -> rx.Component:
    head = rx.el.div(
        segments("Span", SPANS, Figures.span, Figures.show),
        rx.el.span(Figures.against, class_name="t12 t2"),
        rx.el.a("Dashboards", href=routes.DASHBOARDS, class_name="t12 r"),
        class_name="row",
    )
    return rx.el.section(
        head,
        rx.el.div(rx.foreach(Figures.tiles, _tile), class_name="kpis panel"),
        aria_label="Key figures",
        class_name="home-figures",
        on_mount=Figures.load,
    )


def _tile(tile: Any) -> rx.Component:
    line = rx.el.svg(
        rx.el.svg.path(d=tile.line, class_name="home-spark"),
        view_box="0 0 100 24",
        preserve_aspect_ratio="none",
        custom_attrs={"aria-hidden": "true"},
    )
    return rx.el.a(
        rx.el.span(tile.title, class_name="t12 t2"),
        rx.el.b(tile.value),
        rx.el.span(
            rx.cond(tile.change, rx.el.span(tile.change, class_name="change " + tile.tone), rx.fragment()),
            " ",
            rx.el.span(tile.note, class_name="t2"),
            class_name="t12",
        ),
        line,
        href=tile.href,
        class_name="kpi",
        key=tile.key,
    )
