"""What one types into."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui.kinds import Flag, Text, classes, when


def text_input(*, invalid: Flag = False, mono: bool = False, large: bool = False, **props: Any) -> rx.Component:
    """Draw a line of text. Takes what `rx.el.input` takes; debounce an `on_change` that goes to the server."""
    return rx.el.input(
        class_name=classes("input", "mono" if mono else "", "lg" if large else "", props.pop("class_name", "")),
        aria_invalid=_invalid(invalid),
        **{"type": "text", "auto_complete": "off", **props},
    )


def number_input(*, unit: Text = "", invalid: Flag = False, width: str = "80px", **props: Any) -> rx.Component:
    """Draw a right-aligned number with its unit behind it."""
    return rx.el.span(
        rx.el.input(
            type="number",
            class_name=classes("input num", props.pop("class_name", "")),
            style={"width": width},
            aria_invalid=_invalid(invalid),
            **props,
        ),
        rx.el.span(unit, class_name="t2"),
        class_name="row",
    )


def text_area(*, invalid: Flag = False, mono: bool = False, **props: Any) -> rx.Component:
    return rx.el.textarea(
        class_name=classes("input", "mono" if mono else "", props.pop("class_name", "")),
        aria_invalid=_invalid(invalid),
        **{"rows": "4", **props},
    )


def filter_input(*, label: Text, **props: Any) -> rx.Component:
    """Draw the filter of a list; the key / goes to the first one of a page.

    It takes no `value`: that would put back, at each key, what the server knew before it. Give `default_value`, and a
    `key` that changes when the server empties the filter.
    """
    attrs = {"data-filter": "true", **props.pop("custom_attrs", {})}
    return text_input(type="search", aria_label=label, placeholder=label, custom_attrs=attrs, **props)


def _invalid(flag: Flag) -> Text:
    return when(flag, "true", "false")
