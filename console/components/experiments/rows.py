"""The rows that changed, and one of them side by side with the words that differ."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.experiments.called import called
from console.components.experiments.opened_cell import open_button
from console.components.ui import (
    Column,
    cell,
    data_table,
    empty_state,
    icon_button,
    link_button,
    more_button,
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
    Column("Baseline", width="86px", narrow=False),
    Column("Variant", width="86px", narrow=False),
    Column("Change", width="92px"),
    Column("Why", width="28%", narrow=False),
)

# A single variant is compared with nothing.
ALONE = (
    Column("Row", width="64px"),
    Column("Question"),
    Column("Score", width="92px"),
    Column("Why", width="28%", narrow=False),
)


def rows_panel() -> rx.Component:
    is_alone = One.variants.length() == 1
    groups: Any = (("flipped", One.flipped), ("unsteady", One.unsteady), ("fail", One.failing), ("pass", One.passing),
                   ("failed", One.lacking), ("all", "All"))  # fmt: skip
    beside = data_table("Rows", COLUMNS, One.rows, _row)
    more = more_button(One.has_more, One.more)
    none = rx.cond(One.rows, rx.fragment(), empty_state("No row here", "Other groups may have some."))
    return panel(
        "Rows",
        rx.cond(is_alone, data_table("Rows", ALONE, One.rows, _row_alone), beside),
        none,
        table_foot(One.scored_by, more),
        rx.cond(One.row, _side_by_side(), rx.fragment()),
        acts=rx.cond(is_alone, _groups(*groups[1:]), _groups(*groups)),
        class_name="xp-rows",
    )


def _groups(*groups: tuple[str, Any]) -> rx.Component:
    return segments("Rows shown", groups, One.group, One.show)


def _row(row: Any) -> rx.Component:
    old, new = (cell(_value(one.mark, one.words), narrow=False) for one in (row.old, row.new))
    return _line(row, old, new, cell(rx.cond(row.words, status(row.mark, row.words), "")))


def _row_alone(row: Any) -> rx.Component:
    return _line(row, cell(_value(row.new.mark, row.new.words)))


def _line(row: Any, *told: rx.Component) -> rx.Component:
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
        *told,
        cell(rx.el.span(row.why, class_name="t2 ell", title=row.why, dir="auto"), narrow=False),
        key=row.number,
        selected=One.row.row == row.row,
    )


def _value(mark: Any, words: Any) -> Any:
    return rx.match(mark, ("ok", status("ok", words)), ("fail", status("fail", words)), rx.el.span(words))


def _side_by_side() -> rx.Component:
    row: Any = One.row
    expected = rx.el.span("Expected: ", row.expected, class_name="t2 ell", title=row.expected, dir="auto")
    whole = rx.el.details(
        rx.el.summary("The whole row"),
        rx.el.p(row.given, class_name="lines", dir="auto"),
        rx.el.pre(row.source, class_name="mono", dir="auto"),
        class_name="xp-whole",
    )
    steps = rx.el.span(
        icon_button("chevron-up", "Row before", One.step(-1), size="sm"),
        icon_button("chevron-down", "Next row", One.step(1), size="sm"),
        icon_button("x", "Close the row", One.open(0), size="sm"),
        class_name="r row tight",
    )
    return rx.el.div(
        rx.el.div(
            rx.el.h3("Row ", row.number),
            rx.el.span(row.question, class_name="t2 ell", title=row.question, dir="auto"),
            rx.cond(row.expected, expected, rx.fragment()),
            steps,
            class_name="row xp-head",
        ),
        rx.cond(row.source, whole, rx.fragment()),
        rx.el.div(
            rx.cond(One.variants.length() > 1, _side(called(One.baseline), row.old), rx.fragment()),
            _side(called(One.variant), row.new),
            class_name="xp-sides",
        ),
        class_name="xp-row",
        role="region",
        aria_label=rx.Var.create("Row ") + row.number,
        tab_index=0,
    )


def _side(name: Any, side: Any) -> rx.Component:
    scores = rx.el.dl(
        rx.foreach(side.scores, lambda one: rx.el.div(rx.el.dt(one.name), _score(one))),
        class_name="xp-scores",
    )
    return rx.el.div(
        rx.el.div(
            rx.el.b(name, class_name="b ell", title=name, dir="auto"),
            _value(side.mark, side.words),
            rx.el.span(
                rx.cond(side.href, link_button("Open trace", side.href, size="sm"), rx.fragment()),
                rx.cond(side.cells.length() > 0, open_button(side.cells), rx.fragment()),
                class_name="row tight r",
            ),
            class_name="row",
        ),
        rx.el.p(side.took, class_name="t12 t2"),
        rx.el.p(rx.foreach(side.said, _word), dir="auto"),
        rx.cond(side.reason, rx.el.p(side.reason, class_name="t12 t2", dir="auto"), rx.fragment()),
        rx.cond(side.scores, scores, rx.fragment()),
    )


def _score(one: Any) -> rx.Component:
    return rx.el.dd(_value(one.mark, one.words), rx.cond(one.at, rx.el.div(one.at, class_name="t2"), rx.fragment()))


def _word(one: Any) -> rx.Component:
    return rx.el.span(one.text, class_name=rx.cond(one.own, "xp-own", ""))
