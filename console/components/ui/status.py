"""A state as shape, word and colour: the shape and the word say it all, colour is the third sign."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui.kinds import Child, Flag, Text, classes, when
from console.components.ui.spinner import ring

STATES = ("ok", "run", "wait", "warn", "fail", "queued", "skip", "idle")
_path = rx.el.svg.path


def shape(state: str) -> rx.Component:
    """Draw the mark of one of STATES in a 10 by 10 box."""
    drawn = {
        "ok": (rx.el.svg.circle(cx="5", cy="5", r="4", fill="currentColor"),),
        "run": ring(),
        "wait": (_path(d="M5 0 10 5 5 10 0 5Z", fill="currentColor"),),
        "warn": (_path(d="M5 .5 10 9.5H0Z", fill="currentColor"),),
        "fail": (
            _path(d="M.5 .5h9v9h-9z", fill="currentColor"),
            _path(d="m3 3 4 4m0-4-4 4", stroke="var(--bg-panel)", stroke_width="1.4"),
        ),
        "queued": (rx.el.svg.circle(cx="5", cy="5", r="3.5", fill="none", stroke="currentColor", stroke_width="1.5"),),
        "skip": (_path(d="M0 5h3.2M6.8 5H10", stroke="currentColor", stroke_width="2"),),
        "idle": (_path(d="M1 5h8", stroke="currentColor", stroke_width="2"),),
    }[state]
    return rx.el.svg(*drawn, view_box="0 0 10 10", custom_attrs={"aria-hidden": "true"})


def status(state: Text, words: Child, *, weight: Flag = False, **props: Any) -> rx.Component:
    """Draw a state. `state` is one of STATES, or a Var of one; `weight` boxes it, for failures in tables."""
    mark = (
        shape(state) if isinstance(state, str) else rx.match(state, *((s, shape(s)) for s in STATES), shape("queued"))
    )
    return rx.el.span(mark, words, class_name=classes("st", state, when(weight, "fill")), **props)
