"""The dialog that makes an experiment's dataset and evaluators a gate."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui import SAFE, button, checkbox, dialog, status
from console.state.experiment_require import ExperimentRequireState as Require

# No evaluator at all would mean those of the experiment, every one.
_SOME: Any = Require.evaluators.pluck("counts").contains(True)
_WAITS: Any = (Require.labels.length() == 0) | Require.labels.pluck("counts").contains(True)


def require_dialog() -> rx.Component:
    """Draw the dialog once on the page; `ExperimentRequireState.ask` opens it."""
    said = rx.fragment(
        rx.el.p(Require.subject, " must pass ", rx.el.b(Require.dataset, class_name="b"), ", by", dir="auto"),
        rx.el.fieldset(
            rx.el.legend("Which evaluators count", class_name="lab"),
            rx.foreach(Require.evaluators, _evaluator),
            class_name="field bare",
        ),
        rx.cond(
            Require.labels,
            rx.el.fieldset(
                rx.el.legend("Which labels wait for it", class_name="lab"),
                rx.foreach(Require.labels, _label),
                class_name="field bare",
            ),
            rx.fragment(),
        ),
        rx.el.p(
            "It can be published, or go to those labels, only after an experiment over all rows has run those that "
            "count, nothing got worse than the version that stands there and every target was met. Whatever else such "
            "an experiment asks can only refuse.",
            class_name="t2",
        ),
        rx.cond(Require.note, rx.el.p(status("warn", Require.note)), rx.fragment()),
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
            rx.cond(
                Require.refused,
                rx.fragment(),
                button("Require it", Require.send, kind="primary", disabled=~(_SOME & _WAITS)),
            ),
        ],
    )


def _label(one: Any, at: Any) -> rx.Component:
    return checkbox(one.name, one.counts, Require.guard(at), key=at)


def _evaluator(one: Any, at: Any) -> rx.Component:
    return checkbox(one.name, one.counts, Require.count(at), key=at)
