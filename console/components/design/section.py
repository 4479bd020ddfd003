"""A card of the sheet."""

from __future__ import annotations

import reflex as rx


def section(title: str, *parts: rx.Component, hint: str = "") -> rx.Component:
    return rx.el.section(
        rx.el.h2(title), rx.el.p(hint, class_name="hint") if hint else rx.fragment(), *parts, class_name="cs"
    )


def line(label: str, *parts: rx.Component) -> rx.Component:
    """Draw pieces in a row behind their name."""
    return rx.el.div(rx.el.span(label, class_name="lab") if label else rx.fragment(), *parts, class_name="ch")
