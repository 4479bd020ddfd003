"""Figures side by side, each with its change against as long a time before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reflex as rx

from console.components.ui.kinds import Text, when


def tiles(label: Text, rows: Any, active: Any, on_pick: Callable[[Any], Any]) -> rx.Component:
    """Draw tiles of which one is pressed: the picture below is of it."""

    def one(tile: Any) -> rx.Component:
        return rx.el.button(
            *_inside(tile),
            type="button",
            class_name="kpi",
            aria_pressed=when(active == tile.key, "true", "false"),
            on_click=on_pick(tile.key),
            key=tile.key,
        )

    return rx.el.section(rx.foreach(rows, one), class_name="kpis panel", aria_label=label)


def _inside(tile: Any) -> tuple[rx.Component, ...]:
    return (
        rx.el.span(tile.title, class_name="t12 t2"),
        rx.el.b(tile.value),
        rx.el.span(
            rx.cond(tile.change, rx.el.span(tile.change, class_name="change " + tile.tone), rx.fragment()),
            " ",
            rx.el.span(tile.note, class_name="t2"),
            class_name="t12",
        ),
    )
