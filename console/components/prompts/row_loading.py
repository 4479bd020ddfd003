"""The dialog that fills the playground from a row of a dataset."""

from __future__ import annotations

import reflex as rx

from console import routes
from console.components.ui import button, dialog, field, link_button, number_input, select
from console.state.prompt_play_load import PromptPlayLoadState as Load

FORM = "load-form"


def load_dialog() -> rx.Component:
    """Draw the dialog once on the page; `PromptPlayLoadState.ask` opens it."""
    number = number_input(id="load-row", name="row", default_value="1", min="1", width="96px")
    error = rx.cond(Load.errors.contains("row"), Load.errors["row"], "")
    form = rx.el.form(
        field("Dataset", select(Load.datasets, id="load-dataset", name="dataset_id"), html_for="load-dataset"),
        field("Row", number, html_for="load-row", help_text="The row's permanent number.", error=error),
        id=FORM,
        on_submit=Load.send,
        class_name="form",
        key=Load.shown,
    )
    has_any = Load.datasets.length() > 0
    return dialog(
        "Fill from a row",
        rx.cond(has_any, form, rx.el.p("No dataset yet.")),
        identifier="load",
        opened=Load.opened,
        on_close=Load.close,
        foot=[
            button("Cancel", Load.close),
            rx.cond(
                has_any,
                button("Fill", kind="primary", type="submit", form=FORM),
                link_button("Go to datasets", routes.DATASETS, kind="primary"),
            ),
        ],
    )
