"""What a prompt must pass before its labels move."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.gate_words import gate_verdict, gate_ways
from console.components.ui import phead
from console.state.prompt_gate import PromptGateState as Gate


def gate() -> rx.Component:
    """Draw the requirement and what it says to the chosen version; nothing where there is none."""
    return rx.cond(
        Gate.dataset,
        rx.el.div(
            phead(rx.Var.create("Before ") + Gate.labels.join(", ")),
            rx.el.ul(
                rx.el.li(
                    rx.el.span("Must pass ", rx.el.a(Gate.dataset, href=Gate.dataset_href, dir="auto")),
                    rx.el.span(Gate.rule, class_name="t12 t2", dir="auto"),
                ),
                rx.foreach(Gate.gates, _gate),
                class_name="lbls",
            ),
            class_name="psec",
        ),
        rx.fragment(),
    )


def _gate(one: Any) -> rx.Component:
    """Draw what the gate says under a label; its name where there are several."""
    name = rx.cond(Gate.labels.length() > 1, rx.el.b(one.label, class_name="b"), rx.fragment())
    return rx.el.li(name, gate_verdict(one.said), gate_ways(one.said), key=one.label)
