"""The dialog that takes a variant to production, and what became of those that went."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.gate_words import gate_words
from console.components.ui import SAFE, button, dialog, field, select, status, text_area
from console.state.experiment import ExperimentState as One
from console.state.experiment_promote import MAX_COMMENT
from console.state.experiment_promote import ExperimentPromoteState as Promote

FORM = "promote-form"


def promote_button() -> rx.Component:
    """Draw the way to production; where people get the variant already, or nothing speaks for it, it steps back."""
    one: Any = One.first
    return rx.cond(
        one.is_there | (one.doubts != ""),
        _promote(one),
        button(one.words, Promote.ask(one.variant), kind="primary", icon="arrow-up-right"),
    )


def promote_other() -> rx.Component:
    """Draw beside the choice of variants the way to production of one that the advice does not name."""
    one: Any = One.second
    return rx.cond((one.variant != "") & One.may_edit & (One.line.status == "done"), _promote(one), rx.fragment())


def _promote(one: Any) -> rx.Component:
    act = Promote.ask(one.variant)
    return rx.cond(
        one.is_there,
        button(one.words, act, icon="check"),
        rx.cond(
            one.doubts,
            button(one.words, act, icon="arrow-up-right", custom_attrs={"data-tip": one.doubts}),
            button(one.words, act, icon="arrow-up-right"),
        ),
    )


def promoted() -> rx.Component:
    """Say in a line each where variants went, by whom, and whether they are there still."""
    return rx.foreach(One.promoted, _promoted)


def _promoted(line: Any) -> rx.Component:
    name = rx.cond(line.href, rx.el.a(line.name, href=line.href, dir="auto"), rx.el.span(line.name, dir="auto"))
    when = rx.el.span(line.when, title=line.when_exact, class_name="t2", dir="auto")
    return rx.el.p(
        status(line.mark, rx.fragment(line.words, " ", name)),
        when,
        rx.cond(line.then, rx.el.span(line.then, class_name="t2"), rx.fragment()),
        rx.cond(line.follows, _followed(line), rx.fragment()),
        class_name="row wrap t12",
    )


def _followed(line: Any) -> rx.Component:
    """Say who gets what the label points at; where nobody does, lead to where a flow takes a prompt by its label."""
    way = rx.fragment(status("wait", line.follows), " ", rx.el.a("Choose it in a flow", href=line.way, class_name="u"))
    return rx.el.span(
        rx.cond(line.way, way, rx.el.span(line.follows, class_name="t2")), class_name="row tight wrap", dir="auto"
    )


def promote_dialog() -> rx.Component:
    """Draw the dialog once on the page; `ExperimentPromoteState.ask` opens it."""
    label = select(
        Promote.labels, value=Promote.label, on_change=Promote.choose_label, id="promote-label", name="label"
    )
    comment = text_area(
        id="promote-comment", name="comment", max_length=MAX_COMMENT, rows="2", default_value=Promote.lead
    )
    refused = Promote.gate.mark == "fail"  # whose words stand above
    act = rx.cond(
        (Promote.doubts != "") | refused,
        button("Promote", type="submit", form=FORM, disabled=refused),
        button("Promote", kind="primary", type="submit", form=FORM),
    )
    wrong = Promote.errors.values().join(" ")
    gate = gate_words(Promote.gate, wrong)
    # A refusal has said what is worse.
    beside = rx.foreach(Promote.against, lambda line: rx.el.p(status("warn", line), dir="auto"))
    note = rx.cond(
        (Promote.note != "") & (Promote.gate.mark != ""), rx.el.p(status("warn", Promote.note)), rx.fragment()
    )
    against = rx.fragment(note, rx.cond(refused & (Promote.gate.evidence == ""), rx.fragment(), beside))
    form = rx.el.form(
        rx.cond(Promote.is_prompt, field("Label", label, html_for="promote-label"), rx.fragment()),
        field("Why, optional", comment, html_for="promote-comment", help_text="The verdicts are added to it."),
        id=FORM,
        key=Promote.drawn,
        on_submit=Promote.send,
        class_name="formcol",
    )
    return dialog(
        rx.Var.create("Promote ") + Promote.variant + "?",
        rx.cond(Promote.stands, rx.el.p(status("idle", Promote.stands), dir="auto"), rx.fragment()),
        rx.el.p(Promote.what, dir="auto"),
        rx.cond(Promote.refused, rx.fragment(), rx.fragment(gate, against, form)),
        identifier="promote",
        opened=Promote.opened,
        on_close=Promote.close,
        foot=[
            button("Keep it here", Promote.close, custom_attrs=SAFE),
            rx.cond(Promote.refused, rx.fragment(), act),
        ],
    )
