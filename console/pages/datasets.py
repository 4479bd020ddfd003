"""The datasets of the project."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console import routes
from console.components.datasets.form import dataset_form
from console.components.shell import body, page_head, shell
from console.components.ui import (
    Column,
    button,
    cell,
    data_table,
    empty_state,
    filter_input,
    phase_view,
    skeleton_rows,
    tag,
)
from console.components.ui.data_table import more_button, table_foot, table_row
from console.state.datasets import DatasetsState as Datasets
from console.state.datasets_form import DatasetsFormState as Form
from console.state.datasets_rows import DatasetLine

COLUMNS = (
    Column("Dataset"),
    Column("Description", narrow=False),
    Column("Tags", narrow=False),
    Column("Splits", narrow=False),
    Column("Version", number=True),
    Column("Rows", number=True),
    Column("Changed", number=True, narrow=False),
)


def datasets() -> rx.Component:
    new = button("New dataset", Form.open_new, kind="primary", icon="plus")
    return shell(
        routes.DATASETS,
        page_head("Datasets", rx.cond(Datasets.may_edit, new, rx.fragment()), sub=Datasets.total),
        body(
            rx.el.section(
                phase_view(
                    Datasets.phase,
                    rx.fragment(
                        rx.el.header(
                            filter_input(
                                label="Filter datasets",
                                on_change=Datasets.filter.debounce(250),
                                key=Datasets.num_clears.to_string(),
                                default_value=Datasets.text,
                            )
                        ),
                        data_table("Datasets", COLUMNS, Datasets.rows, lambda row: dataset_row(row=row, key=row.id)),
                        rx.cond(
                            Datasets.rows.length() == 0,
                            empty_state("No dataset matches", "Change or clear the filter to see more."),
                            table_foot(
                                rx.cond(Datasets.has_more, Datasets.total, Datasets.total + ", newest first"),
                                more_button(Datasets.has_more, Datasets.more),
                            ),
                        ),
                    ),
                    skeleton=skeleton_rows(160, 240, 60, 60),
                    empty=_empty(),
                    problem=Datasets.problem,
                    on_retry=Datasets.load,
                    what="Datasets",
                ),
                class_name="panel",
                aria_label="Datasets",
            ),
            dataset_form(),
        ),
    )


@rx.memo
def dataset_row(row: rx.Var[DatasetLine], rest: rx.RestProp) -> rx.Component:
    one: Any = row
    more: Any = rest
    return table_row(
        cell(rx.el.a(one["name"], href=one["href"], title=one["name"], dir="auto"), name=True),
        cell(rx.el.span(one["description"], class_name="one-line t2"), narrow=False),
        cell(rx.foreach(one["tags"].to(list[str]), _tag), narrow=False),
        cell(rx.el.span(one["splits"], class_name="one-line t2"), narrow=False),
        cell(one["version"], number=True),
        cell(one["rows"], number=True),
        rx.el.td(one["changed"], title=one["changed_exact"], class_name="num t2 hide-s"),
        more,
    )


def _tag(word: rx.Var[str]) -> rx.Component:
    return tag(word)


def _empty() -> rx.Component:
    return empty_state(
        "No dataset yet",
        "Without rows to try it on, a changed prompt is a guess. A dataset holds questions and the answers you expect.",
        rx.cond(Datasets.may_edit, button("New dataset", Form.open_new, icon="plus"), rx.fragment()),
    )
