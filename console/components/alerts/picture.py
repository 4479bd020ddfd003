"""What a rule watched in the last days, with its threshold and the times at which it fires."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.dashboards.picture import plot


def alert_picture(of: Any) -> rx.Component:
    """Draw the curve and say the same in words; `of` is a `Picture`."""
    limit = rx.el.span(of.limit.words, class_name="al-limit", style={"top": of.limit.at})
    return rx.fragment(
        rx.el.p(of.words, class_name="al-words", role="status"),
        plot(of.drawing, of.words, None, rx.foreach(of.bands, _band), limit),
        rx.cond(
            of.spells,
            rx.el.ul(
                rx.foreach(of.spells, lambda words: rx.el.li(words, key=words)),
                rx.cond(of.more, rx.el.li(of.more), rx.fragment()),
                class_name="al-spells t12 t2",
            ),
            rx.fragment(),
        ),
    )


def _band(one: Any) -> rx.Component:
    return rx.el.i(style={"left": one.left, "width": one.width}, class_name="al-band", key=one.left)
