"""The dialog that takes a variant to production."""

from __future__ import annotations

import reflex as rx

from console.components.ui import SAFE, button, dialog, field, select, status, text_input
from console.state.experiment_promote import ExperimentPromoteState as Promote

FORM = "promote-form"


def promote_dialog() -> rx.Component:
    """Draw the dialog once on the page; `ExperimentPromoteState.ask` opens it."""
    label = select(Promote.labels, id="promote-label", name="label")
    comment = text_input(id="promote-comment", name="comment", max_length=500)
    form = rx.el.form(
        rx.cond(Promote.errors.contains(""), rx.el.p(status("fail", Promote.errors[""]), role="alert"), rx.fragment()),
        rx.cond(Promote.is_prompt, field("Label", label, html_for="promote-label"), rx.fragment()),
        field("Why", comment, html_for="promote-comment", help_text="The verdicts are added to it."),
        id=FORM,
        on_submit=Promote.send,
        class_name="formcol",
    )
    return dialog(
        rx.Var.create("Promote ") + Promote.variant + "?",
        rx.el.p(Promote.what, dir="auto"),
        rx.el.p(Promote.lead, class_name="t2", dir="auto"),
        rx.cond(Promote.refused, rx.fragment(), form),
        identifier="promote",
        opened=Promote.opened,
        on_close=Promote.close,
        foot=[
            button("Keep it here", Promote.close, custom_attrs=SAFE),
            rx.cond(Promote.refused, rx.fragment(), button("Promote", kind="primary", type="submit", form=FORM)),
        ],
    )
