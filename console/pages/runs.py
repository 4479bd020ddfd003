"""The history of runs."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console import routes
from console.components.shell import body, page_head, shell
from console.components.ui import (
    Column,
    button,
    cell,
    data_table,
    empty_state,
    link_button,
    more_button,
    panel,
    phase_view,
    segments,
    skeleton_rows,
    status,
    table_foot,
    table_row,
    tag,
)
from console.state.runs import RunsState

GROUPS = (("all", "All"), ("going", "Running"), ("done", "Done"), ("failed", "Failed"), ("cancelled", "Cancelled"))
COLUMNS = (
    Column("Run"),
    Column("State"),
    Column("Flow", narrow=False),
    Column("From", narrow=False),
    Column("Tokens", number=True, narrow=False),
    Column("Cost", number=True, narrow=False),
    Column("Duration", number=True, narrow=False),
    Column("Started", number=True),
)


def runs() -> rx.Component:
    return shell(
        routes.RUNS,
        page_head("Runs"),
        body(
            phase_view(
                RunsState.phase,
                _table(),
                skeleton=skeleton_rows(260, 80, 90, count=8),
                empty=empty_state(
                    "No runs yet",
                    "Every run is kept here, with what each node did.",
                    link_button("Open a flow and run it", routes.FLOWS),
                ),
                problem=RunsState.problem,
                on_retry=RunsState.load,
                what="Runs",
            )
        ),
    )


def _table() -> rx.Component:
    none = rx.cond(
        RunsState.rows,
        rx.fragment(),
        empty_state("No run in this state", "Other states may have some.", button("Show all", RunsState.show_all)),
    )
    only = rx.cond(
        RunsState.flow,
        rx.el.span(
            tag(rx.cond(RunsState.flow_name, RunsState.flow_name, "One flow")),
            button("All flows", RunsState.show_all, kind="quiet", size="sm"),
            class_name="row tight",
        ),
        rx.fragment(),
    )
    more = more_button(RunsState.has_more, RunsState.more)
    return panel(
        "History",
        data_table("Runs", COLUMNS, RunsState.rows, _row),
        none,
        table_foot(RunsState.shown, more),
        acts=rx.el.div(only, segments("State", GROUPS, RunsState.group, RunsState.show), class_name="row"),
    )


def _row(row: Any) -> rx.Component:
    asked = rx.el.a(
        rx.cond(row.asked, row.asked, "No input"), href=row.href, class_name="one", title=row.asked, dir="auto"
    )
    reason = rx.cond(row.reason, rx.el.span(row.reason, class_name="t12 t2 desc", title=row.reason), rx.fragment())
    flow = rx.el.span(
        rx.el.a(row.flow, href=row.flow_href, class_name="ell", title=row.flow, dir="auto"),
        tag(row.version),
        class_name="row tight mid",
    )
    return table_row(
        cell(asked, reason, name=True),
        cell(status(row.mark, row.words, weight=row.mark == "fail")),
        cell(flow, narrow=False),
        cell(row.trigger, narrow=False),
        cell(row.tokens, number=True, narrow=False),
        cell(row.cost, number=True, narrow=False),
        cell(row.time, number=True, narrow=False),
        cell(rx.el.time(row.when, title=row.when_exact), number=True),
        key=row.id,
    )
