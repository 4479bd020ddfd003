"""A draft on its page: what it will run beside what that would do and cost, and the question before it goes."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.experiments.plan_panel import plan_said
from console.components.ui import Column, button, cell, confirm, data_table, link_button, panel, status, table_row
from console.state.experiment import ExperimentState as One
from console.state.experiment_draft import ExperimentDraftState as Drafted


def draft_acts(like: rx.Component) -> rx.Component:
    """Draw what can be done with a draft; `like` leads to a copy of it."""
    return rx.fragment(
        button("Delete", Drafted.ask_delete, icon="trash-2"),
        like,
        link_button("Edit", Drafted.edit, icon="pencil"),
        rx.cond(Drafted.problem, rx.fragment(), button("Start", Drafted.start, kind="primary", icon="play")),
    )


def drafted() -> rx.Component:
    is_read = Drafted.experiment_id == One.experiment_id  # this state is read behind the page's own
    return rx.cond((One.line.status == "draft") & is_read, rx.el.div(_held(), _plan(), class_name="xf"))


def _held() -> rx.Component:
    words = Drafted.held
    return panel(
        "What it will run",
        variants_table(Drafted.asked),
        rx.el.dl(rx.foreach(words, _line), class_name="facts xf-held"),
        note="All of it can be changed until it begins.",
    )


def variants_table(lines: Any) -> rx.Component:
    """Draw the variants, and what each is."""

    def line(one: Any) -> rx.Component:
        baseline = rx.cond(one.is_baseline, rx.el.span("baseline", class_name="t12 t2"), rx.fragment())
        return table_row(
            cell(rx.el.span(rx.el.bdi(one.name), baseline, class_name="row tight"), name=True),
            cell(rx.el.span(one.words, class_name="lines", dir="auto")),
            key=one.name,
        )

    return data_table("Variants", (Column("Variant", width="30%"), Column("What answers")), lines, line)


def _line(one: Any) -> rx.Component:
    words = rx.cond(one.href, rx.el.a(one.words, href=one.href, class_name="link"), one.words)
    return rx.fragment(rx.el.dt(one.name), rx.el.dd(words, dir="auto"))


def _plan() -> rx.Component:
    said = rx.cond(Drafted.problem, status("fail", Drafted.problem), plan_said(Drafted.plan))
    hint = rx.cond(
        Drafted.problem,
        "It cannot start like this. Edit it first.",
        "Nothing runs and nothing is charged until you start it.",
    )
    return panel("Plan", rx.el.div(said, rx.el.p(hint, class_name="t12 t2"), class_name="pad xf-plan"))


def delete_draft_dialog() -> rx.Component:
    """Draw the dialog once on the page; `ExperimentDraftState.ask_delete` opens it."""
    return confirm(
        rx.cond(One.line, f"Delete “{One.line.name}”?", ""),
        rx.el.p("The draft goes with all that was entered. Nothing was asked or paid for it. This cannot be undone."),
        identifier="delete-draft",
        opened=Drafted.deleting,
        keep="Keep it",
        act="Delete draft",
        on_keep=Drafted.keep,
        on_act=Drafted.delete,
    )
