"""Values as a person reads them: texts and passages, with the JSON of it all behind a line."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.flows.run_panel import source
from console.components.ui import CopyButton, Text


def value_section(title: Text, found: Any, copy: str) -> rx.Component:
    """Draw a section of what a node took or gave; nothing where there is nothing."""
    raw = rx.el.details(
        rx.el.summary("As JSON", rx.el.span(" of ", title, class_name="sr")),
        rx.el.pre(found.raw, class_name="well out"),
        class_name="raw",
    )
    drawn = rx.el.section(
        rx.el.div(
            rx.el.h2(title),
            rx.el.span(CopyButton.create(text=found.raw, label=copy), class_name="r"),
            class_name="phead",
        ),
        rx.el.div(rx.foreach(found.lines, _value), raw, class_name="in vals"),
        class_name="psec",
    )
    return rx.cond(found.raw, drawn, rx.fragment())


def _value(one: Any) -> rx.Component:
    passages = rx.el.ol(rx.foreach(one.passages, _passage), class_name="psgs")
    code = rx.cond(one.code, rx.el.pre(one.code, class_name="well out"), rx.el.p(one.text, class_name="vt", dir="auto"))
    return rx.el.div(
        rx.cond(one.name, rx.el.h3(one.name, class_name="vn"), rx.fragment()),
        rx.cond(one.passages, passages, code),
    )


def _passage(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.ol(source(one.source), class_name="srcs"),
        rx.el.p(one.text, class_name="vt t12", dir="auto"),
    )
