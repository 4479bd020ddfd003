"""Check, radio, switch and slider."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui.kinds import Flag, Handler, Number, Text, classes, when


def checkbox(
    label: Text, checked: Flag, on_change: Handler = None, *, bare: bool = False, **props: Any
) -> rx.Component:
    """Draw a box with its word; `bare` keeps the word for readers alone, as in a table's first column."""
    if on_change is not None:
        props["on_change"] = on_change
    else:
        props["read_only"] = True
    if bare:
        return rx.el.input(type="checkbox", checked=checked, aria_label=label, **props)
    return rx.el.label(rx.el.input(type="checkbox", checked=checked, **props), label, class_name="choice")


def radio(label: Text, checked: Flag, on_change: Handler = None, *, name: str, **props: Any) -> rx.Component:
    """Draw one of several; those of a group share a name, and arrows move between them."""
    if on_change is not None:
        props["on_change"] = on_change
    else:
        props["read_only"] = True
    return rx.el.label(rx.el.input(type="radio", checked=checked, name=name, **props), label, class_name="choice")


def switch(label: Text, on: Flag, on_click: Handler = None, *, disabled: Flag = False, **props: Any) -> rx.Component:
    """Draw a switch: it acts at once, a checkbox waits for Save."""
    if on_click is not None:
        props["on_click"] = on_click
    knob = rx.el.button(
        type="button",
        role="switch",
        aria_checked=when(on, "true", "false"),
        aria_label=label,
        class_name=classes("switch", props.pop("class_name", "")),
        disabled=disabled,
        **props,
    )
    return rx.el.span(knob, label, class_name="choice")


def slider(
    label: Text,
    value: Number,
    on_change: Handler = None,
    *,
    identifier: str,
    percent: Number,
    shown: Text,
    **props: Any,
) -> rx.Component:
    """Draw a range with its value at the right. `percent` is where the knob stands, `shown` the value in words."""
    if on_change is not None:
        props["on_change"] = on_change
    return rx.el.div(
        rx.el.label(label, html_for=identifier),
        rx.el.input(
            type="range",
            id=identifier,
            value=value,
            class_name="slider",
            style={"--v": f"{percent}%"},
            **props,
        ),
        rx.el.output(shown, class_name="num", html_for=identifier),
        class_name="sl",
    )
