"""The rows that changed, and one of them side by side with the words that differ."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui import (
    Column,
    button,
    cell,
    data_table,
    empty_state,
    link_button,
    panel,
    segments,
    status,
    table_foot,
    table_row,
)
from console.state.experiment import ExperimentState as One

COLUMNS = (
    Column("Row", width="64px"),
    Column("Question"),
    Column("Baseline", number=True, narrow=False),
    Column("Variant", number=True, narrow=False),
    Column("Change", width="92px"),
)


def rows_panel() -> rx.Component:
    groups = (("flipped", One.flipped), ("fail", One.failing), ("pass", One.passing), ("all", "All"))
    more = rx.cond(One.has_more, button("More", One.more, size="sm"), rx.fragment())
    none = rx.cond(One.rows, rx.fragment(), empty_state("No row here", "Others may be in the other groups."))
    return panel(
        "Rows",
        data_table("Rows", COLUMNS, One.rows, _row),
        none,
        table_foot(One.metric, more),
        rx.cond(One.row, _side_by_side(), rx.fragment()),
        acts=segments("Rows shown", groups, One.group, One.show),
    )


def _row(row: Any) -> rx.Component:
    question = rx.el.button(
        rx.cond(row.question, row.question, "No input"),
        type="button",
        on_click=One.open(row.row),
        class_name="link one",
        title=row.question,
        dir="auto",
    )
    return table_row(
        cell(rx.el.span(row.number, class_name="mono t2")),
        cell(question, name=True),
        cell(row.old, number=True, narrow=False),
        cell(row.new, number=True, narrow=False),
        cell(status(row.mark, row.words)),
        key=row.number,
        selected=One.row.row == row.row,
    )


def _side_by_side() -> rx.Component:
    row = One.row
    return rx.el.div(
        rx.el.div(
            rx.el.h3(f"Row {row.number}"),
            rx.el.span(row.question, class_name="t2 ell", title=row.question, dir="auto"),
            rx.cond(
                row.expected, rx.el.span("Expected: ", row.expected, class_name="t2 ell", dir="auto"), rx.fragment()
            ),
            class_name="row xp-head",
        ),
        rx.el.div(
            _side(One.baseline, row.old_words, row.old_note, row.old_href, "xp-del"),
            _side(One.variant, row.new_words, row.new_note, row.new_href, "xp-add"),
            class_name="xp-sides",
        ),
    )


def _side(name: Any, words: Any, note: Any, href: Any, look: str) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.b(name, class_name="b", dir="auto"),
            rx.cond(href, link_button("Open trace", href, size="sm"), rx.fragment()),
            class_name="row",
        ),
        rx.el.p(rx.foreach(words, lambda one: _word(one, look)), dir="auto"),
        rx.el.p(note, class_name="t12 t2", dir="auto"),
    )


def _word(one: Any, look: str) -> rx.Component:
    return rx.el.span(one.text, class_name=rx.cond(one.own, look, ""))
