"""Buttons in every kind and state."""

from __future__ import annotations

import reflex as rx

from console.components.design.section import section
from console.components.ui import button, icon_button
from console.components.ui.button import Kind

HEADS = ("Rest", "Focus", "Busy", "Disabled", "Small", "Large")
KINDS: tuple[tuple[str, Kind, str, str], ...] = (
    ("Default", "", "Publish", "Publishing"),
    ("Primary", "primary", "Publish", "Publishing"),
    ("Quiet", "quiet", "Publish", "Publishing"),
    ("Danger", "danger", "Delete", "Deleting"),
    ("Danger, final", "danger solid", "Delete", "Deleting"),
)


def buttons() -> rx.Component:
    heads = [rx.el.th(rx.el.span("Variant", class_name="sr")), *(rx.el.th(head) for head in HEADS)]
    table = rx.el.table(
        rx.el.thead(rx.el.tr(*heads)), rx.el.tbody(*(_row(*kind) for kind in KINDS), _icons()), class_name="bt"
    )
    return section(
        "Buttons", table, hint="One primary per view. A disabled button has its reason next to it, in words."
    )


def _row(name: str, kind: Kind, verb: str, doing: str) -> rx.Component:
    return rx.el.tr(
        rx.el.th(name, scope="row"),
        rx.el.td(button(verb, kind=kind)),
        rx.el.td(button(verb, kind=kind, class_name="focus")),
        rx.el.td(button(doing, kind=kind, busy=True)),
        rx.el.td(button(verb, kind=kind, disabled=True)),
        rx.el.td(button(verb, kind=kind, size="sm")),
        rx.el.td(button(verb, kind=kind, size="lg")),
    )


def _icons() -> rx.Component:
    return rx.el.tr(
        rx.el.th("Icon, key", scope="row"),
        rx.el.td(icon_button("plus", "Add", kind="")),
        rx.el.td(icon_button("plus", "Add", kind="", class_name="focus")),
        rx.el.td(icon_button("plus", "Add", kind="quiet")),
        rx.el.td(icon_button("plus", "Add", kind="", disabled=True)),
        rx.el.td(icon_button("plus", "Add", kind="", size="sm")),
        rx.el.td(button("Run", key="Ctrl ↵")),
    )
