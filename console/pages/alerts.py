"""The list of alerts."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console import routes
from console.components.asking import question
from console.components.shell import body, page_head, shell
from console.components.ui import (
    Column,
    Every,
    cell,
    data_table,
    empty_state,
    icon_button,
    link_button,
    panel,
    phase_view,
    skeleton_rows,
    status,
    table_foot,
    table_row,
)
from console.state.alerts import AlertsState as State

COLUMNS = (Column("Alert"), Column("State"), Column("Now", number=True, width="112px"), Column("", width="44px"))
LOOK_SECONDS = 15


def alerts() -> rx.Component:
    new = rx.cond(
        State.may_edit, link_button("New alert", routes.ALERT_FORM, kind="primary", icon="plus"), rx.fragment()
    )
    return shell(
        routes.ALERTS,
        page_head("Alerts", new),
        body(
            phase_view(
                State.phase,
                panel("All alerts", data_table("Alerts", COLUMNS, State.rows, _row), table_foot(State.shown)),
                skeleton=skeleton_rows(260, 120, 60, count=6),
                empty=empty_state(
                    "No alerts yet",
                    "An alert tells people when a figure crosses a threshold, as in: more than 10 % failed in 1 h. "
                    "Admins make them.",
                    link_button("See the figures", routes.DASHBOARDS),
                ),
                problem=State.problem,
                on_retry=State.load,
                what="The alerts",
            ),
            Every.create(seconds=LOOK_SECONDS, on_tick=State.look),
        ),
        question(
            State,
            "delete",
            rx.Var.create("Delete ") + State.asked_name + "?",
            rx.el.p("Its history goes too. This cannot be undone."),
            keep="Keep it",
            act="Delete alert",
            on_act=State.delete,
        ),
    )


def _row(row: Any) -> rx.Component:
    name = rx.el.a(row.name, href=row.href, class_name="one", title=row.name, dir="auto")
    rule = rx.el.span(row.rule, class_name="t12 t2 desc", title=row.rule)
    remove = icon_button(
        "trash-2", "Delete " + row.name, State.ask(row.id, row.name), size="sm", custom_attrs={"data-delete": "true"}
    )
    return table_row(
        cell(name, rule, name=True),
        cell(
            rx.el.span(
                status(row.mark, row.words, weight=row.heavy),
                rx.el.span(row.note, class_name="t12 t2"),
                rx.el.span(row.muted, class_name="t12 t2"),
                class_name="row wrap",
            )
        ),
        cell(row.value, number=True),
        cell(rx.cond(State.may_edit, remove, rx.fragment()), number=True),
        key=row.id,
    )
