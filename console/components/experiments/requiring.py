"""The dialog that makes an experiment's dataset and evaluators a gate."""

from __future__ import annotations

import reflex as rx

from console.components.ui import SAFE, button, dialog, status
from console.state.experiment_require import ExperimentRequireState as Require


def require_dialog() -> rx.Component:
    """Draw the dialog once on the page; `ExperimentRequireState.ask` opens it."""
    said = rx.fragment(
        rx.el.p(Require.subject, " must pass ", rx.el.b(Require.what, class_name="b"), ".", dir="auto"),
        rx.el.p(
            "It can be published or go to production only after an experiment over all rows has run these and "
            "nothing got worse than the published version.",
            class_name="t2",
        ),
        rx.cond(Require.now, rx.el.p("Until now: ", Require.now, ".", class_name="t2", dir="auto"), rx.fragment()),
    )
    return dialog(
        "Require this before publishing?",
        rx.cond(Require.errors.contains(""), rx.el.p(status("fail", Require.errors[""]), role="alert"), rx.fragment()),
        rx.cond(Require.refused, rx.el.p(Require.what), said),
        identifier="require",
        opened=Require.opened,
        on_close=Require.close,
        foot=[
            button("Leave it", Require.close, custom_attrs=SAFE),
            rx.cond(Require.now, button("Require nothing", Require.release, kind="quiet"), rx.fragment()),
            rx.cond(Require.refused, rx.fragment(), button("Require it", Require.send, kind="primary")),
        ],
    )
