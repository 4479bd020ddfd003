"""Tabs show one of several panes; segments pick one of few values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import reflex as rx

from console.components.ui.kinds import Text, when
from console.components.ui.parts import Roving

Pick = Callable[[str], Any]


def tabs(
    label: Text, items: Sequence[tuple[str, Text]], active: Text, on_pick: Pick, *, panes: str = ""
) -> rx.Component:
    """Draw a row of tabs; arrows move between them. `panes` is the id of what they switch."""

    shown: dict[str, Any] = {"aria_controls": panes} if panes else {}

    def one(key: str, words: Text) -> rx.Component:
        chosen = active == key
        return rx.el.button(
            words,
            type="button",
            role="tab",
            aria_selected=when(chosen, "true", "false"),
            tab_index=rx.cond(chosen, 0, -1),
            on_click=on_pick(key),
            **shown,
        )

    return Roving.create(
        *(one(*item) for item in items), class_name="tabs", role="tablist", label=label, pick="[role=tab]"
    )


def segments(label: Text, items: Sequence[tuple[str, Text]], active: Text, on_pick: Pick) -> rx.Component:
    """Draw few values side by side, one of them pressed; one without words is left out."""

    def one(key: str, words: Text) -> rx.Component:
        drawn = rx.el.button(
            words, type="button", aria_pressed=when(active == key, "true", "false"), on_click=on_pick(key)
        )
        return drawn if isinstance(words, str) else rx.cond(words, drawn, rx.fragment())

    return rx.el.div(*(one(*item) for item in items), class_name="seg", role="group", aria_label=label)
