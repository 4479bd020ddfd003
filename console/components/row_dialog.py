"""The dialog that makes a row of a dataset from what a model answered."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.datasets.types import MAX_SPLIT
from console import routes
from console.components.ui import button, dialog, field, link_button, refusal, select, text_area, text_input

FORM = "pick-form"


def row_dialog(pick: Any, given: str) -> rx.Component:
    """Draw the dialog of a state that picks rows, once on a page. `given` names what stands in the input."""
    return dialog(
        "Add to a dataset",
        rx.cond(
            pick.datasets.length() > 0,
            _form(pick, given),
            rx.el.p("There is no dataset yet. Make one, then add this answer."),
        ),
        identifier="pick",
        opened=pick.opened,
        on_close=pick.close,
        foot=[
            button("Cancel", pick.close),
            rx.cond(
                pick.datasets.length() > 0,
                button("Add row", kind="primary", type="submit", form=FORM),
                link_button("Go to datasets", routes.DATASETS, kind="primary"),
            ),
        ],
    )


def _form(pick: Any, given: str) -> rx.Component:
    return rx.el.form(
        refusal(pick.errors),
        field("Dataset", select(pick.datasets, id="pick-dataset", name="dataset_id"), html_for="pick-dataset"),
        field(given, rx.el.p(pick.question, class_name="asis", dir="auto")),
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
            help_text="The answer as it was given. Correct it to what should have been said.",
        ),
        field(
            "Split",
            text_input(id="pick-split", name="split", max_length=MAX_SPLIT),
            html_for="pick-split",
            help_text="As test or train. Empty: none.",
        ),
        id=FORM,
        on_submit=pick.save,
        class_name="form",
        key=pick.shown,
    )
