"""What a prompt must pass before it goes to production."""

from __future__ import annotations

import reflex as rx

from console.components.gate_words import gate_verdict, gate_ways
from console.components.ui import phead
from console.state.prompt_gate import PromptGateState as Gate


def gate() -> rx.Component:
    """Draw the requirement and what it says to the chosen version; nothing where there is none."""
    return rx.cond(
        Gate.dataset,
        rx.el.div(
            phead("Before production"),
            rx.el.ul(
                rx.el.li(
                    rx.el.span("Must pass ", rx.el.a(Gate.dataset, href=Gate.dataset_href, dir="auto")),
                    rx.el.span(Gate.rule, class_name="t12 t2", dir="auto"),
                    gate_verdict(Gate.said),
                    gate_ways(Gate.said),
                ),
                class_name="lbls",
            ),
            class_name="psec",
        ),
        rx.fragment(),
    )
