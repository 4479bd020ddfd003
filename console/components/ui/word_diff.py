"""Lines that were compared, with the words that differ in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reflex as rx

from console.components.ui.code import SIGNS


def compared_lines(rows: Any, label: str, side: Callable[[Any], Any] = lambda half: half) -> rx.Component:
    """Draw the lines of a comparison, or of its rows one `side`."""
    lines = rx.foreach(rows, lambda row: _half(side(row)))
    return rx.el.div(lines, class_name="code", role="group", aria_label=label, tab_index=0)


def _half(half: Any) -> rx.Component:
    sign = rx.match(half.mark, *SIGNS.items(), "")
    return rx.fragment(
        rx.el.span(half.number, class_name="ln"),
        rx.el.span(
            rx.el.span(sign, class_name="sg"),
            rx.foreach(half.pieces, _piece),
            class_name=rx.Var.create("l ") + half.mark,
        ),
    )


def _piece(piece: Any) -> rx.Component:
    return rx.cond(
        piece.changed,
        rx.el.b(piece.text, class_name=piece.kind),
        rx.el.span(piece.text, class_name=piece.kind),
    )
