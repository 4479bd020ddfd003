"""Buttons. One primary in a view; a disabled one has its reason beside it, in words."""

from __future__ import annotations

from typing import Any, Literal

import reflex as rx

from console.components.ui.icon import icon as draw_icon
from console.components.ui.keys import keys as draw_keys
from console.components.ui.kinds import Child, Flag, Handler, Text, classes, when
from console.components.ui.spinner import spinner

Kind = Literal["", "primary", "quiet", "danger", "danger solid"]
Size = Literal["", "sm", "lg"]


def _props(on_click: Handler, disabled: Flag, busy: Flag) -> dict[str, Any]:
    props: dict[str, Any] = {"type": "button", "disabled": disabled, "aria_busy": busy}
    if on_click is not None:
        props["on_click"] = on_click
    return props


def button(
    label: Child,
    on_click: Handler = None,
    *,
    kind: Kind = "",
    size: Size = "",
    icon: str = "",
    key: str = "",
    busy: Flag = False,
    disabled: Flag = False,
    class_name: Text = "",
    **props: Any,
) -> rx.Component:
    """Draw a button with a verb on it. While busy it shows the ring and takes no second click."""
    mark = draw_icon(icon, small=True) if icon else rx.fragment()
    if not isinstance(busy, bool) or busy:
        mark = rx.cond(busy, spinner(), mark)
        disabled = disabled | busy
    props["custom_attrs"] = {**props.get("custom_attrs", {})}
    return rx.el.button(
        mark,
        label,
        draw_keys(key) if key else rx.fragment(),
        class_name=classes("btn", kind, size, when(busy, "busy"), class_name),
        **{**_props(on_click, disabled, busy), **props},
    )


def icon_button(
    name: str,
    label: Text,
    on_click: Handler = None,
    *,
    kind: Kind = "quiet",
    size: Size = "",
    key: str = "",
    disabled: Flag = False,
    class_name: Text = "",
    **props: Any,
) -> rx.Component:
    """Draw a square button; the label is its accessible name and its tooltip."""
    attrs = {"data-tip": label, "data-tip-key": key, **props.pop("custom_attrs", {})}
    return rx.el.button(
        draw_icon(name),
        class_name=classes("btn icon", kind, size, class_name),
        aria_label=label,
        custom_attrs=attrs,
        **{**_props(on_click, disabled, busy=False), **props},
    )


def link_button(
    label: Child, href: Text, *, kind: Kind = "", size: Size = "", icon: str = "", class_name: Text = "", **props: Any
) -> rx.Component:
    """Draw a link that looks like a button: it goes somewhere and changes nothing."""
    mark = draw_icon(icon, small=True) if icon else rx.fragment()
    return rx.el.a(mark, label, href=href, class_name=classes("btn", kind, size, class_name), **props)
