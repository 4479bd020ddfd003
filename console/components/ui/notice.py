"""What speaks to the operator: banners across a page, the undo bar, and toasts for results of acts elsewhere."""

from __future__ import annotations

from typing import Any, Literal

import reflex as rx

from console.components.ui.button import button, icon_button
from console.components.ui.kinds import Child, Flag, Handler, Text
from console.components.ui.parts import Countdown
from console.components.ui.status import shape

UNDO_SECONDS = 10


def banner(state: Literal["wait", "fail", "run", "ok"], lead: Text, *words: Child, acts: Child = "") -> rx.Component:
    """Draw a line across the page: the fact in medium, then what it means, then the acts."""
    return rx.el.div(
        rx.el.span(shape(state), class_name=f"st {state}"),
        rx.el.span(rx.el.b(lead, class_name="b"), " ", *words),
        rx.el.span(acts, class_name="acts"),
        class_name=f"banner {state}",
        role="alert" if state == "fail" else "status",
    )


def undo_bar(opened: Flag, words: Text, *, on_undo: Handler, on_end: Handler, number: Any) -> rx.Component:
    """Offer to undo the last action for 10 s, also by Ctrl Z. `on_end` hides it: the act then stands.

    Another `number` is another act, with its own 10 s.
    """
    bar = rx.el.div(
        rx.el.span(words, class_name="ell"),
        button("Undo", on_undo, kind="quiet", size="sm", key="Ctrl Z", class_name="r"),
        icon_button("x", "Dismiss", on_end, size="sm"),
        Countdown.create(seconds=UNDO_SECONDS, on_end=on_end, on_undo=on_undo, key=number),
        class_name="undo over",
        role="status",
    )
    return rx.cond(opened, bar, rx.fragment())


def toast_card(
    state: Literal["ok", "run", "fail"],
    lead: Text,
    words: Child,
    *,
    on_dismiss: Handler,
    acts: Child = "",
    reference: Text = "",
) -> rx.Component:
    """Draw a toast that stands in the page: with acts, with progress, or with a reference."""
    return rx.el.div(
        shape(state),
        rx.el.p(rx.el.b(lead, class_name="b"), " ", words),
        icon_button("x", "Dismiss", on_dismiss, size="sm"),
        rx.el.div(acts, class_name="acts") if not isinstance(acts, str) else rx.fragment(),
        rx.el.span("Reference ", rx.el.span(reference, class_name="mono"), class_name="ref")
        if reference
        else rx.fragment(),
        class_name=f"toast {state}",
        role="alert" if state == "fail" else "status",
    )
