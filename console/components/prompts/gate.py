"""What a prompt must pass before it goes to production."""

from __future__ import annotations

import reflex as rx

from console.components.ui import link_button, phead, status
from console.state.prompt_gate import PromptGateState as Gate


def gate() -> rx.Component:
    """Draw the requirement and what it says to the chosen version; nothing where there is none."""
    said = rx.cond(Gate.passed, status("ok", Gate.said), status("fail", Gate.said))
    evidence = rx.el.a("Open the experiment", href=Gate.evidence, class_name="t12")
    missing = link_button("Run this experiment", Gate.asking, icon="flask-conical", size="sm")
    return rx.cond(
        Gate.dataset,
        rx.el.div(
            phead("Before production"),
            rx.el.ul(
                rx.el.li(
                    rx.el.span("Must pass ", rx.el.a(Gate.dataset, href=Gate.dataset_href, dir="auto")),
                    rx.el.span(Gate.rule, class_name="t12 t2", dir="auto"),
                    said,
                    rx.cond(Gate.hint, rx.el.span(Gate.hint, class_name="t12 t2", dir="auto"), rx.fragment()),
                    rx.cond(Gate.evidence, evidence, rx.fragment()),
                    rx.cond(Gate.asking, missing, rx.fragment()),
                ),
                class_name="lbls",
            ),
            class_name="psec",
        ),
        rx.fragment(),
    )
