"""The dialog that makes a row of a dataset from a turn."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.datasets.types import MAX_SPLIT
from console import routes
from console.components.ui import button, dialog, field, link_button, select, status, text_area, text_input
from console.state.dataset_pick import DatasetPickState as Pick

FORM = "pick-form"


def add_to_dataset(message_id: Any) -> rx.Component:
    """Draw the act under an answer."""
    return rx.el.button("Add to dataset", type="button", class_name="link t12", on_click=Pick.open(message_id))


def dataset_dialog() -> rx.Component:
    """Draw the dialog once on a page; `add_to_dataset` opens it."""
    return dialog(
        "Add to a dataset",
        rx.cond(Pick.datasets.length() > 0, _form(), rx.el.p("There is no dataset yet. Make one, then add this turn.")),
        identifier="pick",
        opened=Pick.opened,
        on_close=Pick.close,
        foot=[
            button("Cancel", Pick.close),
            rx.cond(
                Pick.datasets.length() > 0,
                button("Add row", kind="primary", type="submit", form=FORM),
                link_button("Go to datasets", routes.DATASETS, kind="primary"),
            ),
        ],
    )


def _form() -> rx.Component:
    return rx.el.form(
        rx.cond(Pick.errors.contains(""), rx.el.p(status("fail", Pick.errors[""]), role="alert"), rx.fragment()),
        field("Dataset", select(Pick.datasets, id="pick-dataset", name="dataset_id"), html_for="pick-dataset"),
        field("Question", rx.el.p(Pick.question, class_name="asis", dir="auto")),
        field(
            "Expected output",
            text_area(
                id="pick-expected",
                name="expected",
                default_value=Pick.answer,
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
        on_submit=Pick.save,
        class_name="form",
        key=Pick.message_id,
    )
