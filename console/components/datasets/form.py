"""The dialog that makes or changes a dataset."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui import button, dialog, error_of, field, refusal, text_area, text_input
from console.state.datasets_form import DatasetsFormState as Form

FORM = "dataset-form"


def dataset_form() -> rx.Component:
    """Draw the dialog once on a page; `DatasetsFormState` opens it."""
    return dialog(
        rx.cond(Form.editing, "Edit dataset", "New dataset"),
        rx.el.form(
            refusal(Form.errors),
            _line("name", "Name", Form.name, required=True, custom_attrs={"data-safe": "true"}),
            _lines("description", "Description", Form.description, "What the rows test, and where they come from."),
            _line("tags", "Tags", Form.tags, help_text="Separated by commas."),
            rx.cond(Form.editing, rx.fragment(), rx.el.p(ROWS_NEXT, class_name="t2")),
            _checks(),
            id=FORM,
            on_submit=Form.save,
            class_name="form",
        ),
        identifier="dataset",
        opened=Form.opened,
        on_close=Form.close,
        foot=[
            button(rx.cond(Form.editing, "Keep as it is", "Cancel"), Form.close),
            button(rx.cond(Form.editing, "Save", "Create"), kind="primary", type="submit", form=FORM),
        ],
    )


SCHEMA_HELP = "JSON Schema. Leave empty to allow anything."
ROWS_NEXT = "Next you import rows from a file (CSV, JSON, Excel), or write them."


def _checks() -> rx.Component:
    """Fold away what few rows need, until there is something in it."""
    has_some = (Form.input_schema != "") | (Form.expected_schema != "")
    is_wrong = Form.errors.contains("input_schema") | Form.errors.contains("expected_schema")
    return rx.el.details(
        rx.el.summary("Checks: what every row has to look like"),
        rx.el.div(
            _lines("input_schema", "Schema of the input", Form.input_schema, SCHEMA_HELP, mono=True),
            _lines("expected_schema", "Schema of the expected output", Form.expected_schema, SCHEMA_HELP, mono=True),
            class_name="pair",
        ),
        open=has_some | is_wrong,
        class_name="more",
    )


def _error(name: str) -> Any:
    return error_of(Form.errors, name)


def _line(name: str, label: str, value: Any, *, help_text: str = "", **props: Any) -> rx.Component:
    entry = text_input(id=f"dataset-{name}", name=name, default_value=value, invalid=_error(name) != "", **props)
    return field(label, entry, html_for=f"dataset-{name}", help_text=help_text, error=_error(name))


def _lines(name: str, label: str, value: Any, help_text: str, *, mono: bool = False) -> rx.Component:
    entry = text_area(
        id=f"dataset-{name}",
        name=name,
        default_value=value,
        rows="5" if mono else "2",
        mono=mono,
        invalid=_error(name) != "",
        spell_check=not mono,
    )
    return field(label, entry, html_for=f"dataset-{name}", help_text=help_text, error=_error(name))
