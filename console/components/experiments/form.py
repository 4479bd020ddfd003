"""The dialog that plans and makes an experiment."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui import button, dialog, field, number_input, select, status, text_area, text_input
from console.state.experiment_form import ExperimentFormState as Form

FORM = "experiment-form"
EVALUATORS = (
    ("exact", "Equals the expected output"),
    ("contains", "Contains the expected output"),
    ("levenshtein", "Letters alike"),
    ("rouge", "Words alike (ROUGE-L)"),
    ("similarity", "Meaning alike"),
    ("json_equal", "Same JSON"),
    ("judge", "A model judges by a rubric"),
)


def experiment_form() -> rx.Component:
    """Draw the dialog once on a page; `ExperimentFormState` opens it."""
    planned = Form.plan.lines.length() > 0
    return dialog(
        "New experiment",
        rx.el.form(
            rx.cond(
                Form.errors.keys().length() > 0,
                rx.el.p(status("fail", rx.foreach(Form.errors, _sentence)), role="alert"),
                "",
            ),
            field(
                "Name",
                text_input(id="xp-name", name="name", required=True, custom_attrs={"data-safe": "true"}),
                html_for="xp-name",
            ),
            field(
                "Dataset",
                select(Form.datasets, id="xp-dataset", name="dataset", required=True),
                html_for="xp-dataset",
                help_text="Templates read the keys of a row's input: {{ question }}.",
            ),
            _variant("A"),
            _variant("B"),
            field("Scored by", select(EVALUATORS, id="xp-eval", name="evaluator"), html_for="xp-eval"),
            field(
                "Rubric",
                text_area(id="xp-rubric", name="rubric", rows="2"),
                html_for="xp-rubric",
                help_text="For a model that judges: what makes an answer good.",
            ),
            rx.el.div(
                field(
                    "Repetitions", number_input(id="xp-reps", name="repetitions", default_value="1"), html_for="xp-reps"
                ),
                field(
                    "Budget", number_input(id="xp-budget", name="budget", unit="$", step="any"), html_for="xp-budget"
                ),
                class_name="pair",
            ),
            rx.cond(planned, _plan(), rx.fragment()),
            id=FORM,
            on_submit=Form.send,
            class_name="form",
        ),
        identifier="experiment",
        opened=Form.opened,
        on_close=Form.close,
        foot=[
            button("Cancel", Form.close),
            button(rx.cond(planned, "Create", "Plan"), kind="primary", type="submit", form=FORM),
        ],
    )


def _sentence(entry: Any) -> rx.Component:
    return rx.el.span(entry[1], " ")


def _variant(name: str) -> rx.Component:
    template, model = f"xp-template-{name}", f"xp-model-{name}"
    return rx.el.div(
        field(
            f"Prompt {name}",
            text_area(id=template, name=f"template_{name}", rows="3", mono=True),
            html_for=template,
            wide=True,
        ),
        field(f"Model {name}", select(Form.models, id=model, name=f"model_{name}"), html_for=model),
    )


def _line(words: Any) -> rx.Component:
    return rx.el.span(words)


def _warning(words: Any) -> rx.Component:
    return status("warn", words)


def _plan() -> rx.Component:
    return rx.el.div(
        rx.foreach(Form.plan.lines, _line),
        rx.foreach(Form.plan.warnings, _warning),
        class_name="xp-plan",
        role="status",
    )
