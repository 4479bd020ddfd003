"""The list of flows."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console import routes
from console.components.flows.creating import creating
from console.components.shell import body, page_head, shell
from console.components.ui import (
    TRIGGER,
    Column,
    button,
    cell,
    data_table,
    empty_state,
    filter_input,
    icon_button,
    menu,
    menu_item,
    menu_line,
    more_button,
    panel,
    phase_view,
    skeleton_rows,
    status,
    table_foot,
    table_row,
    tag,
)
from console.state.flows import FlowsState

COLUMNS = (
    Column("Flow"),
    Column("Last run"),
    Column("Duration", number=True, narrow=False),
    Column("Published", narrow=False),
    Column("Nodes", number=True, narrow=False),
    Column("Saved", number=True),
    Column("More", width="48px"),
)


def flows() -> rx.Component:
    new = rx.cond(
        FlowsState.may_edit, button("New flow", FlowsState.ask("blank"), kind="primary", icon="plus"), rx.fragment()
    )
    begin = rx.fragment(
        button("New flow", FlowsState.ask("blank"), icon="plus"),
        button("Start from a template", FlowsState.ask("answer"), kind="quiet"),
    )
    return shell(
        routes.FLOWS,
        page_head("Flows", new),
        body(
            phase_view(
                FlowsState.phase,
                _table(),
                skeleton=skeleton_rows(180, 90, 60, count=6),
                empty=empty_state(
                    "No flow yet",
                    "A flow takes a question, does its steps and answers. Draw one, or start from a template.",
                    rx.cond(FlowsState.may_edit, begin, "Editors and above can create one."),
                ),
                problem=FlowsState.problem,
                on_retry=FlowsState.load,
                what="Flows",
            )
        ),
        creating(),
    )


def _table() -> rx.Component:
    none = rx.cond(
        FlowsState.rows,
        rx.fragment(),
        empty_state("No flow with that name", "Change or clear the filter.", button("Show all", FlowsState.load)),
    )
    more = more_button(FlowsState.has_more, FlowsState.more)
    return panel(
        "All flows",
        data_table("Flows", COLUMNS, FlowsState.rows, _row),
        none,
        table_foot(FlowsState.shown, more),
        acts=filter_input(
            label="Filter by name", on_change=FlowsState.search.debounce(200), key=FlowsState.num_clears.to_string()
        ),
    )


def _row(row: Any) -> rx.Component:
    last = rx.cond(
        row.run_href,
        rx.el.a(
            status(row.mark, row.words),
            rx.el.span(row.run_when, class_name="t12 t2"),
            href=row.run_href,
            class_name="row",
        ),
        status("queued", "Not run"),
    )
    version = rx.fragment(
        rx.cond(row.version, tag(row.version), rx.el.span("Draft only", class_name="t2")),
        rx.cond(row.version & row.changed, rx.el.span(" draft changed", class_name="t12 t2"), rx.fragment()),
    )
    return table_row(
        cell(
            rx.el.a(row.name, href=row.href, title=row.name, dir="auto"),
            rx.el.span(row.description, class_name="t12 t2 desc"),
            name=True,
        ),
        cell(last),
        cell(row.run_time, number=True, narrow=False),
        cell(version, narrow=False),
        cell(row.nodes, number=True, narrow=False),
        cell(rx.el.time(row.saved, title=row.saved_exact), number=True),
        cell(_acts(row)),
        key=row.id,
    )


def _acts(row: Any) -> rx.Component:
    copy = menu_item("Duplicate", FlowsState.duplicate(row.id), icon="copy")
    delete = menu_item(
        "Delete", FlowsState.delete(row.id), icon="trash-2", danger=True, custom_attrs={"data-delete": "true"}
    )
    return menu(
        icon_button("ellipsis", rx.Var.create("More for ") + row.name, size="sm", custom_attrs=TRIGGER),
        rx.cond(FlowsState.may_edit, copy, rx.fragment()),
        menu_item("Runs", rx.redirect(rx.Var.create(f"{routes.RUNS}?flow=") + row.id), icon="list-tree"),
        rx.cond(FlowsState.may_edit, rx.fragment(menu_line(), delete), rx.fragment()),
        label="More",
        align="right",
    )
