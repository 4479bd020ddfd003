"""The list of annotation queues."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.annotations.types import ConfigKind
from console import routes
from console.components.shell import body, page_head, shell
from console.components.ui import (
    Column,
    button,
    cell,
    data_table,
    empty_state,
    error_of,
    field,
    form_dialog,
    meter,
    panel,
    phase_view,
    refusal,
    select,
    skeleton_rows,
    table_foot,
    table_row,
    text_area,
    text_input,
)
from console.state.annotation import AnnotationState as State

COLUMNS = (Column("Queue"), Column("People", narrow=False), Column("Done", number=True))
KINDS = (
    (ConfigKind.BOOLEAN.value, "Yes or no"),
    (ConfigKind.CATEGORY.value, "One of options"),
    (ConfigKind.NUMBER.value, "A number"),
    (ConfigKind.TEXT.value, "Words"),
)
FORM = "queue-form"


def annotation() -> rx.Component:
    new = rx.cond(State.may_edit, button("New queue", State.open, kind="primary", icon="plus"), rx.fragment())
    return shell(
        routes.ANNOTATION,
        page_head("Annotation", new),
        body(
            phase_view(
                State.phase,
                panel(
                    "All queues",
                    data_table("Annotation queues", COLUMNS, State.rows, _row),
                    table_foot(State.shown),
                ),
                skeleton=skeleton_rows(260, 80, 90, count=6),
                empty=empty_state(
                    "No queues yet",
                    "A queue shows people conversations and answers one at a time and asks the same questions of each.",
                ),
                problem=State.problem,
                on_retry=State.load,
                what="The queues",
            ),
        ),
        _form(),
    )


def _row(row: Any) -> rx.Component:
    name = rx.el.a(row.name, href=row.href, class_name="one", title=row.name, dir="auto")
    asks = rx.el.span(row.asks, class_name="t12 t2 desc", title=row.asks, dir="auto")
    return table_row(
        cell(name, asks, name=True),
        cell(rx.el.span(row.people, class_name="ell", title=row.people, dir="auto"), narrow=False),
        cell(rx.el.span(row.done, meter(row.percent, "Items done", width="60px"), class_name="row an-done"),
             number=True),
        key=row.id,
    )  # fmt: skip


def _form() -> rx.Component:
    return form_dialog(
        "New annotation queue",
        refusal(State.errors),
        _text("name", "Name", max_length=120, required=True, custom_attrs={"data-safe": "true"}),
        rx.el.fieldset(
            rx.el.legend("Questions for each item"),
            rx.foreach(State.scores, _score),
            rx.el.p("Options with their keys, such as kind=k, curt=c; a scale such as 1 to 5.", class_name="t12 t2"),
            rx.el.p(error_of(State.errors, "configs"), class_name="err", role="alert"),
            button("Add a score", State.add_score, size="sm", icon="plus"),
            class_name="an-scores",
        ),
        field("Instructions", text_area(id="queue-instructions", name="instructions", rows="3", dir="auto",
                                        max_length=4000),
              html_for="queue-instructions", help_text="Shown beside each item.",
              error=error_of(State.errors, "instructions")),
        rx.el.div(
            _text("num_labels", "People for each item", default_value="1", input_mode="numeric"),
            _text("lock_minutes", "Minutes an open item is reserved", default_value="10", input_mode="numeric"),
            class_name="row wrap",
        ),
        rx.el.fieldset(
            rx.el.legend("Who labels (with nobody chosen, everyone who has permission)"),
            rx.foreach(State.members, _member),
            rx.el.p(error_of(State.errors, "people"), class_name="err", role="alert"),
            class_name="an-scores",
        ),
        form=FORM,
        identifier="queue",
        opened=State.opened,
        on_close=State.close,
        on_submit=State.save,
        act="Create queue",
    )  # fmt: skip


def _text(name: str, words: str, **props: Any) -> rx.Component:
    identifier = f"queue-{name}"
    entry = text_input(id=identifier, name=name, key=f"{name}-{State.num_opened}", **props)
    return field(words, entry, html_for=identifier, error=error_of(State.errors, name))


def _score(at: Any) -> rx.Component:
    number = f"{State.num_opened}-{at}"
    return rx.el.div(
        text_input(name=f"score-{at}", placeholder="As in: helpful", aria_label="Score", max_length=120, required=True,
                   key=f"s-{number}"),
        select(KINDS, name=f"kind-{at}", aria_label="Kind", key=f"k-{number}"),
        text_input(name=f"choices-{at}", placeholder="kind=k, curt=c",
                   aria_label="Options or scale", key=f"c-{number}"),
        class_name="an-score",
        key=number,
    )  # fmt: skip


def _member(one: Any) -> rx.Component:
    box = rx.el.input(type="checkbox", name=f"person-{one.value}", key=f"p-{State.num_opened}")
    return rx.el.label(box, one.label, class_name="choice", key=one.value)
