"""Pick one of a list that is known: the system's own list, which every keyboard knows."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui.kinds import Text, classes


def select(options: Any, *, value: Any = None, placeholder: Text = "", **props: Any) -> rx.Component:
    """Draw a select. `options` is a list of (value, label) pairs, or a Var of objects with `value` and `label`."""
    if value is not None:
        props["value"] = value
    first = rx.el.option(placeholder, value="", disabled=True) if placeholder else rx.fragment()
    if isinstance(options, rx.Var):
        drawn = rx.foreach(options, lambda one: rx.el.option(one["label"], value=one["value"]))
    else:
        drawn = rx.fragment(*(rx.el.option(label, value=key) for key, label in options))
    return rx.el.select(first, drawn, class_name=classes("select", props.pop("class_name", "")), **props)
