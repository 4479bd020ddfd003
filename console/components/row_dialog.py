"""The dialog that makes a row of a dataset from what a model answered."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.datasets.types import MAX_NAME, MAX_SPLIT
from console.components.ui import button, dialog, error_of, field, refusal, select, status, text_area, text_input

FORM = "pick-form"


def row_dialog(pick: Any, title: str, given: str) -> rx.Component:
    """Draw the dialog of a state that picks rows, once on a page. `given` names what stands in the input."""
    return dialog(
        title,
        _form(pick, given),
        identifier="pick",
        opened=pick.opened,
        on_close=pick.close,
        foot=[
            button("Cancel", pick.close),
            button(rx.cond(pick.known, "Change row", "Add row"), kind="primary", type="submit", form=FORM),
        ],
    )


def _bad(pick: Any) -> rx.Component:
    """Show an answer that was marked, beside the field for the right one."""
    why = rx.cond(pick.blame, rx.el.p(pick.blame, class_name="t12 t2", dir="auto"), rx.fragment())
    return field("Answer, marked not helpful", rx.fragment(rx.el.p(pick.bad, class_name="asis", dir="auto"), why))


def _form(pick: Any, given: str) -> rx.Component:
    dataset = select(pick.datasets, id="pick-dataset", name="dataset_id", value=pick.chosen, on_change=pick.choose)
    name = text_input(id="pick-name", name="name", default_value=pick.new_name, max_length=MAX_NAME, required=True)
    new = field("Name of the new dataset", name, html_for="pick-name", error=error_of(pick.errors, "name"))
    earlier = rx.el.label(
        rx.el.input(type="checkbox", name="with_history", default_checked=True),
        pick.earlier,
        class_name="choice",
    )
    return rx.el.form(
        refusal(pick.errors),
        rx.cond(pick.known, rx.el.p(pick.known, class_name="t2", dir="auto"), rx.fragment()),
        field("Dataset", dataset, html_for="pick-dataset"),
        rx.cond(pick.chosen == "", new, rx.fragment()),
        rx.cond(pick.fit, rx.el.p(status("warn", pick.fit), dir="auto", role="status"), rx.fragment()),
        field(given, rx.el.p(pick.question, class_name="asis", dir="auto")),
        rx.cond(pick.earlier, earlier, rx.fragment()),
        rx.cond(pick.bad, _bad(pick), rx.fragment()),
        field(
            "Expected output",
            text_area(
                id="pick-expected",
                name="expected",
                default_value=pick.answer,
                rows="6",
                dir="auto",
                custom_attrs={"data-safe": "true"},
            ),
            html_for="pick-expected",
            help_text=rx.cond(
                pick.bad, "What it should have said.", "The answer as given. Edit it to what it should have been."
            ),
        ),
        field(
            "Split",
            text_input(id="pick-split", name="split", max_length=MAX_SPLIT),
            html_for="pick-split",
            help_text="For example test or train. Optional.",
        ),
        id=FORM,
        on_submit=pick.save,
        class_name="form",
        key=pick.shown,
    )
