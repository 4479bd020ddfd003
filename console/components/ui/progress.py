"""Progress that says what it is: stages, a count, or an end that nobody knows."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui.kinds import Number, Text


def meter(percent: Number, label: Text, *, width: str = "") -> rx.Component:
    """Draw a bar for a known count; say the count in words beside it."""
    return rx.el.span(
        rx.el.i(style={"width": f"{percent}%"}),
        class_name="meter",
        role="progressbar",
        aria_label=label,
        aria_valuenow=percent,
        aria_valuemin=0,
        aria_valuemax=100,
        style={"width": width} if width else {},
    )


def moving(label: Text) -> rx.Component:
    """Draw a bar whose end is not known; say beside it what it waits for, with seconds."""
    return rx.el.span(class_name="indet", role="progressbar", aria_label=label, style={"display": "block"})


def stages(marks: Any, percent: Number, label: Text) -> rx.Component:
    """Draw known stages. `marks` holds per stage d (done), p (at work), f (failed) or nothing (to come)."""

    def piece(mark: Any) -> rx.Component:
        return rx.el.i(class_name=mark)

    drawn = rx.foreach(marks, piece) if isinstance(marks, rx.Var) else rx.fragment(*(piece(mark) for mark in marks))
    return rx.el.span(drawn, class_name="stages", role="img", aria_label=label, style={"--p": f"{percent}%"})
