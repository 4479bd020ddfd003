"""Line icons of one weight. The name must be literal: a Var would ship every icon there is."""

from __future__ import annotations

import reflex as rx

SIZE, SMALL = 16, 14


def icon(name: str, *, small: bool = False) -> rx.Component:
    """Draw a lucide icon beside a word; it is hidden from readers, the word or an aria-label speaks."""
    return rx.icon(
        name,
        size=SMALL if small else SIZE,
        class_name="i s" if small else "i",
        custom_attrs={"aria-hidden": "true"},
    )
