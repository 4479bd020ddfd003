"""The running ring: one of the three things that move by themselves."""

from __future__ import annotations

import reflex as rx


def ring() -> tuple[rx.Component, ...]:
    """Return the shapes of the ring in a 10 by 10 box."""
    return (
        rx.el.svg.circle(cx="5", cy="5", r="4", fill="none", stroke="currentColor", stroke_width="1.5", opacity=".35"),
        rx.el.svg.path(d="M5 1a4 4 0 0 1 4 4", fill="none", stroke="currentColor", stroke_width="2", class_name="arc"),
        rx.el.svg.circle(cx="5", cy="5", r="1.6", fill="currentColor"),
    )


def spinner() -> rx.Component:
    return rx.el.svg(*ring(), view_box="0 0 10 10", class_name="spin", custom_attrs={"aria-hidden": "true"})
