"""The list of annotation queues."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console import routes
from console.components.annotation.form import queue_form
from console.components.shell import body, page_head, shell
from console.components.ui import (
    Column,
    button,
    cell,
    data_table,
    empty_state,
    meter,
    panel,
    phase_view,
    skeleton_rows,
    status,
    table_foot,
    table_row,
)
from console.state.annotation import AnnotationState as State
from console.state.queue_form import QueueFormState as Form

COLUMNS = (
    Column("Queue"),
    Column("People", width="36%", narrow=False),
    Column("Done", number=True),
    Column("", width="72px"),
)


def annotation() -> rx.Component:
    new = rx.cond(State.may_edit, button("New queue", Form.open, kind="primary", icon="plus"), rx.fragment())
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
                    "A queue shows people one answer after another and asks the same questions about each.",
                    rx.cond(State.may_edit, button("New queue", Form.open, icon="plus"), rx.fragment()),
                ),
                problem=State.problem,
                on_retry=State.load,
                what="The queues",
            ),
        ),
        queue_form(),
    )


def _row(row: Any) -> rx.Component:
    name = rx.el.a(row.name, href=row.href, class_name="one", title=row.name, dir="auto")
    asks = rx.el.span(row.asks, class_name="t12 t2 desc", title=row.asks, dir="auto")
    return table_row(
        cell(name, rx.cond(row.closed, status("idle", "Closed"), rx.fragment()), asks, name=True),
        cell(rx.el.span(row.people, class_name="ell", title=row.people, dir="auto"), narrow=False),
        cell(rx.el.span(row.done, meter(row.percent, "Items done", width="60px"), class_name="row an-done"),
             number=True),
        cell(rx.el.a("Items", href=row.items_href, class_name="t12", aria_label="Items of " + row.name), number=True),
        key=row.id,
    )  # fmt: skip
