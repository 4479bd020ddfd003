"""The code that scores an experiment, with what became of it and who may decide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reflex as rx

from console.components.ui import banner, button, code, dialog, field, panel, status, text_area
from console.state.experiment import ExperimentState as One
from console.state.experiment_code import ExperimentCodeState as Code

REFUSE = "refuse-code-form"


def code_that_waits() -> rx.Component:
    """Draw what needs a person, to stand before anything else."""
    return _each(lambda one: rx.cond(one.lead, rx.fragment(_asking(one), _text(one)), rx.fragment()))


def code_that_is_decided() -> rx.Component:
    """Draw what is decided, to stand behind what the experiment found."""
    return _each(lambda one: rx.cond(one.lead, rx.fragment(), _text(one)))


def _each(draw: Callable[[Any], rx.Component]) -> rx.Component:
    """Draw the code of this experiment, which is read behind the page's own state."""
    return rx.cond(Code.experiment_id == One.experiment_id, rx.foreach(Code.codes, draw), rx.fragment())


def _asking(one: Any) -> rx.Component:
    decide = rx.fragment(
        button("Refuse", Code.ask_refusal(one.id), size="sm"),
        button("Approve", Code.approve(one.id), size="sm", kind="primary"),
    )
    acts = rx.fragment(
        rx.cond(one.own, button("Take it back", Code.withdraw(one.id), size="sm"), rx.fragment()),
        rx.cond(one.may_decide, decide, rx.el.span(one.why_not, class_name="t12 t2")),
    )
    return banner("wait", one.lead, "Read it first: it runs only once it is approved.", acts=acts)


def _text(one: Any) -> rx.Component:
    refuse = button("Refuse it now", Code.ask_refusal(one.id), size="sm")
    acts = rx.fragment(status(one.mark, one.words), rx.cond(one.may_refuse, refuse, rx.fragment()))
    return panel(one.title, code(one.lines, one.title), acts=acts, class_name="xp-code")


def refuse_code_dialog() -> rx.Component:
    """Draw the dialog once on the page; `ExperimentCodeState.ask_refusal` opens it."""
    error = rx.cond(Code.errors.contains("reason"), Code.errors["reason"], "")
    reason = text_area(id="refuse-code-reason", name="reason", required=True, rows="3")
    return dialog(
        "Refuse this code?",
        rx.el.p("It will not run in any experiment of this project.", class_name="t2"),
        rx.el.form(
            field("Reason", reason, html_for="refuse-code-reason", error=error),
            id=REFUSE,
            on_submit=Code.refuse,
            class_name="formcol",
        ),
        identifier="refuse-code",
        opened=Code.deciding != "",
        on_close=Code.close,
        foot=[button("Leave it", Code.close), button("Refuse", kind="danger", type="submit", form=REFUSE)],
    )
