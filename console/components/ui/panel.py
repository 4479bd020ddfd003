"""A surface with one hairline edge and a head of 36 px."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui.kinds import Child, classes


def panel(title: Child, *body: Child, note: Child = "", acts: Child = "", **props: Any) -> rx.Component:
    """Draw a panel: title, a quiet note beside it, acts at the right, then the body."""
    return rx.el.section(
        phead(title, note=note, acts=acts, tag=rx.el.header),
        *body,
        class_name=classes("panel", props.pop("class_name", "")),
        **props,
    )


def phead(title: Child, *, note: Child = "", acts: Child = "", tag: Any = rx.el.div) -> rx.Component:
    """Draw the head of a panel or a pane."""
    return tag(
        rx.el.h2(title),
        rx.el.span(note, class_name="t12 t2") if _given(note) else rx.fragment(),
        rx.el.span(acts, class_name="r row") if _given(acts) else rx.fragment(),
        class_name="" if tag is rx.el.header else "phead",
    )


def _given(child: Child) -> bool:
    return not (isinstance(child, str) and not child)
