"""The line that says that a wish was refused, and why."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui import banner, button


def refused(line: Any, on_dismiss: Any) -> rx.Component:
    """Draw a `RefusalLine`; who asked may put it away."""
    words = rx.el.span(line.words, title=line.exact, class_name="lines", dir="auto")
    return banner("wait", line.lead, words, acts=rx.cond(line.own, button("Dismiss", on_dismiss, size="sm"), ""))
