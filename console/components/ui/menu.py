"""A list of acts behind a button."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Literal

import reflex as rx

from console.components.ui.icon import icon as draw_icon
from console.components.ui.keys import keys
from console.components.ui.kinds import Child, Flag, Handler, Text, classes
from console.components.ui.parts import MenuRoot


def menu(
    trigger: rx.Component, *items: rx.Component, label: Text, align: Literal["left", "right"] = "left"
) -> rx.Component:
    """Open `items` below `trigger`, a button made with `custom_attrs=TRIGGER`. Arrows move, Esc closes."""
    return MenuRoot.create(
        trigger,
        rx.el.div(*items, role="menu", aria_label=label, class_name="menu pop"),
        class_name="menuroot",
        align=align,
    )


# Read-only, because the framework writes aria-labels into the attributes that it is given.
TRIGGER = MappingProxyType({"data-trigger": "true"})


def menu_item(
    words: Child,
    on_click: Handler = None,
    *,
    icon: str = "",
    key: str = "",
    danger: bool = False,
    disabled: Flag = False,
    class_name: str = "",
    **props: Any,
) -> rx.Component:
    """Draw one act. The dangerous one stands last, after a `menu_line`."""
    if on_click is not None:
        props["on_click"] = on_click
    return rx.el.button(
        draw_icon(icon, small=True) if icon else rx.fragment(),
        words,
        keys(key) if key else rx.fragment(),
        type="button",
        role=props.pop("role", "menuitem"),
        tab_index=-1,
        disabled=disabled,
        class_name=classes("danger" if danger else "", class_name),
        **props,
    )


def menu_link(words: Child, href: Text, *, icon: str = "", **props: Any) -> rx.Component:
    mark = draw_icon(icon, small=True) if icon else rx.fragment()
    return rx.el.a(mark, words, href=href, role="menuitem", tab_index=-1, **props)


def menu_line() -> rx.Component:
    return rx.el.hr()
