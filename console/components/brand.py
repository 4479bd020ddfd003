"""The brand mark: a track that branches, with the lever's ring on it."""

from __future__ import annotations

import reflex as rx


def mark() -> rx.Component:
    return rx.el.svg(
        rx.el.svg.path(d="M1 15.5h20", stroke_width="2"),
        rx.el.svg.path(d="M6.5 15.5 14 8h7", stroke_width="2"),
        rx.el.svg.circle(cx="6.5", cy="15.5", r="3", fill="var(--bg-sunken)", stroke_width="2"),
        view_box="0 0 22 22",
        fill="none",
        stroke="currentColor",
        custom_attrs={"aria-hidden": "true"},
    )
