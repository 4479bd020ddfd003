"""What the experiment would do and cost, before it is made."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui import button, panel, status
from console.state.experiment_entries import PLAN, SAVE, START
from console.state.experiment_form import ExperimentFormState as Form


def plan_panel(form: str) -> rx.Component:
    """Draw the plan, and the buttons that send the form of this id."""
    words = rx.cond(Form.planned, Form.planned, "Nothing runs and nothing is charged until you start it.")
    go: dict[str, Any] = {"type": "submit", "form": form}
    is_kept = (Form.draft_id != "") & (Form.outdated == "")
    make, make_and_start = rx.cond(is_kept, "Save", "Create"), rx.cond(is_kept, "Save and start", "Create and start")
    start = button(make_and_start, Form.choose_act(START), kind="primary", icon="play", **go)
    acts = rx.el.div(
        button(make, Form.choose_act(SAVE), **go),
        rx.cond(Form.may_run, start, rx.fragment()),
        class_name="row xf-acts",
    )
    # Enter presses the first button of a form, so that planning stands before saving. Each says what it is for: a
    # browser may have sent nothing at the press before, because a field was empty.
    save = rx.cond(is_kept, button("Save", Form.choose_act(SAVE), **go), rx.fragment())
    plan = button("Plan", Form.choose_act(PLAN), kind="primary", **go)
    unplanned = rx.el.div(plan, save, class_name="row xf-acts")
    return panel(
        "Plan",
        rx.el.div(
            rx.cond(Form.planned, plan_said(Form.plan), rx.fragment()),
            rx.el.p(words, class_name="t12 t2", role="status"),
            rx.cond(Form.planned, acts, unplanned),
            class_name="pad xf-plan",
        ),
        class_name="xf-side",
    )


def plan_said(plan: Any) -> rx.Component:
    """Draw what a plan says: figures, warnings, rows that lack something, and what was supposed."""
    missing = rx.fragment(
        rx.el.p(status("warn", "These rows lack values and count as failures:")),
        rx.el.ul(
            rx.foreach(plan.missing, lambda one: rx.el.li(one, dir="auto")), rx.el.li(plan.more), class_name="t12"
        ),
    )
    return rx.fragment(
        rx.el.dl(rx.foreach(plan.figures, _figure), class_name="xf-figures"),
        rx.foreach(plan.warnings, lambda words: status("warn", words)),
        rx.cond(plan.missing, missing, rx.fragment()),
        rx.foreach(plan.notes, lambda words: rx.el.p(words, class_name="t12 t2", dir="auto")),
    )


def _figure(one: Any) -> rx.Component:
    return rx.el.div(
        rx.el.dt(one.name),
        rx.el.dd(one.value),
        rx.cond(one.note, rx.el.dd(one.note, class_name="t12 t2"), rx.fragment()),
    )
