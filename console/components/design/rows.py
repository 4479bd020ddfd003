"""Rows of a table in every state; the table works by hand and by keyboard."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.design.section import section
from console.components.ui import Column, cell, checkbox, data_table, pager, status, table_row
from console.state.design import DesignState

COLUMNS = (
    Column("", width="30px"),
    Column("Flow", sort="name"),
    Column("State"),
    Column("Runs", sort="runs", number=True, narrow=False),
    Column("Failed", number=True),
)
ROWS = [
    {"name": "Order status", "note": "", "state": "ok", "word": "OK", "runs": "2,204", "failed": "0.18 %", "tone": ""},
    {
        "name": "Supplier email sorter",
        "note": "",
        "state": "ok",
        "word": "OK",
        "runs": "642",
        "failed": "0.31 %",
        "tone": "",
    },
    {
        "name": "Returns triage",
        "note": "selected",
        "state": "fail",
        "word": "Failing",
        "runs": "1,187",
        "failed": "5.14 %",
        "tone": "bad",
    },
    {
        "name": "Warranty claims",
        "note": "",
        "state": "warn",
        "word": "Degraded",
        "runs": "418",
        "failed": "2.15 %",
        "tone": "warned",
    },
    {
        "name": "Invoice reader",
        "note": "",
        "state": "run",
        "word": "Running",
        "runs": "287",
        "failed": "10.80 %",
        "tone": "",
    },
    {
        "name": "Review digest",
        "note": "paused",
        "state": "idle",
        "word": "Paused",
        "runs": "1",
        "failed": "0 %",
        "tone": "t2",
    },
]


def rows() -> rx.Component:
    return section(
        "Table rows",
        data_table(
            "Flows",
            COLUMNS,
            rx.Var.create(ROWS),
            _row,
            sort=DesignState.sort,
            descending=DesignState.descending,
            on_sort=DesignState.sort_by,
        ),
        pager(
            "Rows 1 to 6 of 1,284, most runs first",
            on_previous=None,
            on_next=DesignState.pick("tab", "prompt"),
            has_previous=False,
            has_next=True,
        ),
    )


def _row(row: Any) -> rx.Component:
    chosen = DesignState.chosen.contains(row["name"])
    weight = (row["state"] == "fail") | (row["state"] == "warn")
    return table_row(
        cell(checkbox("Select " + row["name"], chosen, DesignState.choose(row["name"]), bare=True)),
        cell(row["name"], " ", rx.el.span(row["note"], class_name="t12 t2 plain"), name=True),
        cell(status(row["state"], row["word"], weight=weight)),
        cell(row["runs"], number=True, narrow=False),
        rx.el.td(row["failed"], class_name="num " + row["tone"]),
        selected=chosen,
        key=row["name"],
    )
