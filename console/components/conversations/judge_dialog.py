"""The dialog that asks a judge about the log: by what, at what price, and then it goes on as a job."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.annotations.types import Each
from backend.judgements.types import DEFAULT_ITEMS
from console.components.ui import SAFE, button, dialog, error_of, field, refusal, select, text_area, text_input
from console.state.judge_ask import MODEL
from console.state.judge_ask import JudgeAskState as Ask

FORM = "judge-form"
OUTPUTS = (("boolean", "Yes or no"), ("score", "A number on a scale"), ("category", "A category"))
EACH = ((Each.CONVERSATION.value, "Each conversation as a whole"), (Each.ANSWER.value, "Each of their answers"))


def judge_dialog() -> rx.Component:
    """Draw it once on a page."""
    is_told = Ask.told.length() > 0
    back = rx.cond(Ask.is_known, rx.fragment(), button("Back", Ask.back))
    return dialog(
        "Ask a judge",
        rx.el.p(Ask.what, class_name="t2"),
        # The form stays while the price is told: who goes back finds what they entered.
        rx.cond(Ask.is_known, refusal(Ask.errors), rx.el.div(_form(), hidden=is_told)),
        rx.cond(
            is_told,
            rx.el.div(
                rx.cond(Ask.is_known, rx.fragment(), refusal(Ask.errors)),
                rx.foreach(Ask.told, lambda one: rx.el.p(one, key=one)),
                role="status",
                class_name="form",
            ),
            rx.fragment(),
        ),
        identifier="judge-dialog",
        opened=Ask.opened,
        on_close=Ask.close,
        foot=[
            button("Cancel", Ask.close, custom_attrs=SAFE),
            rx.cond(
                is_told,
                rx.fragment(back, button("Ask the judge", Ask.ask, kind="primary")),
                rx.cond(
                    Ask.is_known,
                    rx.fragment(),
                    button("See what it costs", kind="primary", type="submit", form=FORM),
                ),
            ),
        ],
    )  # fmt: skip


def _form() -> rx.Component:
    return rx.el.form(
        refusal(Ask.errors),
        _field("Name", text_input(id="judge-name", name="name", max_length=60, required=True), "name",
               "Its scores stand under this name. Keep it when you improve the rubric."),
        _field("What is good?", text_area(id="judge-rubric", name="rubric", rows="4", max_length=20_000, required=True),
               "rubric", "In plain words. The judge sees it with what was said."),
        field("It answers with", select(OUTPUTS, id="judge-output", name="output", on_change=Ask.choose),
              html_for="judge-output"),
        rx.match(
            Ask.output,
            ("score", _field("Scale", text_input(id="judge-scale", name="scale", default_value="1 to 5"), "scale", "")),
            ("category", rx.fragment(
                _field("Categories", text_input(id="judge-categories", name="categories", placeholder="kind, curt"),
                       "categories", "Separated by commas."),
                _field("Those that pass", text_input(id="judge-passing", name="passing"), "passing", "None need pass."),
            )),
            rx.fragment(),
        ),
        rx.cond(Ask.of_queue, rx.fragment(), field(
            "What is judged", select(EACH, id="judge-each", name="each"), html_for="judge-each")),
        rx.el.fieldset(
            rx.el.legend("Models", class_name="lab"),
            rx.el.div(rx.foreach(Ask.models, _model), class_name="row wrap"),
            rx.el.p("Of several, what most say or the mean counts. None: the project's own.", class_name="t12 t2"),
            class_name="field bare",
        ),
        _field("At most", text_input(id="judge-most", name="most", default_value=str(DEFAULT_ITEMS),
                                     input_mode="numeric"), "most", "So many items."),
        _field("Budget in dollars", text_input(id="judge-budget", name="budget", input_mode="decimal"), "budget",
               "It stops there. Empty for none."),
        id=FORM,
        on_submit=Ask.look,
        class_name="form",
        key=Ask.shown,
    )  # fmt: skip


def _field(label: str, entry: rx.Component, name: str, help_text: str) -> rx.Component:
    where = {"rubric": "rubric"}.get(name, name)
    return field(label, entry, html_for=f"judge-{name}", help_text=help_text, error=error_of(Ask.errors, where))


def _model(one: Any) -> rx.Component:
    box = rx.el.input(type="checkbox", name=MODEL + one.value)
    return rx.el.label(box, rx.el.span(one.label, dir="auto"), class_name="choice", key=one.value)
