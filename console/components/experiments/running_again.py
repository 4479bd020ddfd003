"""The dialog that runs an experiment once more."""

from __future__ import annotations

import reflex as rx

from console.components.experiments.plan_panel import plan_said
from console.components.ui import SAFE, button, dialog, status
from console.state.experiment_again import ExperimentAgainState as Again


def again_button() -> rx.Component:
    return button("Run again", Again.ask, icon="rotate-cw")


def again_dialog() -> rx.Component:
    """Draw the dialog once on the page; `ExperimentAgainState.ask` opens it."""
    wrong = rx.el.p(status("fail", Again.errors[""]), role="alert")
    return dialog(
        "Run it again?",
        rx.cond(Again.errors.contains(""), wrong, rx.fragment()),
        rx.el.p("The same over the newest rows, as ", rx.el.b(Again.name, class_name="b"), ".", dir="auto"),
        rx.el.div(plan_said(Again.plan), class_name="xf-plan"),
        identifier="again",
        opened=Again.opened,
        on_close=Again.close,
        foot=[
            button("Leave it", Again.close, custom_attrs=SAFE),
            button("Start", Again.send, kind="primary", icon="play", custom_attrs={"data-once": ""}),
        ],
    )
