"""The list of experiments."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console import routes
from console.components.shell import body, page_head, shell
from console.components.ui import (
    Column,
    banner,
    cell,
    data_table,
    empty_state,
    link_button,
    meter,
    more_button,
    panel,
    phase_view,
    skeleton_rows,
    status,
    table_foot,
    table_row,
)
from console.state.experiments import ExperimentsState as Experiments

COLUMNS = (
    Column("Experiment"),
    Column("State"),
    Column("Result"),
    Column("Dataset", width="180px", narrow=False),
    Column("Answers", number=True, narrow=False),
    Column("Cost", number=True, narrow=False),
    Column("Started", number=True),
)


def experiments() -> rx.Component:
    new = link_button("New experiment", routes.EXPERIMENT_NEW, kind="primary", icon="plus")
    return shell(
        routes.EXPERIMENTS,
        page_head("Experiments", link_button("Live tests", routes.LIVE_TESTS, kind="quiet", icon="split"), new),
        body(
            rx.foreach(Experiments.waiting, _waiting),
            phase_view(
                Experiments.phase,
                _table(),
                skeleton=skeleton_rows(260, 80, 90, count=8),
                empty=empty_state(
                    "Nothing is compared yet",
                    "An experiment asks prompts, models or flows the same rows and ends in a verdict.",
                    link_button("New experiment", routes.EXPERIMENT_NEW),
                ),
                problem=Experiments.problem,
                on_retry=Experiments.load,
                what="Experiments",
            ),
        ),
    )


def _waiting(one: Any) -> rx.Component:
    """Say what needs a person before anything else."""
    look = rx.el.a("Look and decide", href=one.href, class_name="btn sm")
    return banner("wait", one.words, "Asked by ", one.by, ". It waits for a second person.", acts=look)


def _table() -> rx.Component:
    more = more_button(Experiments.has_more, Experiments.more)
    return panel(
        "All experiments",
        data_table("Experiments", COLUMNS, Experiments.rows, _row),
        table_foot(Experiments.shown, more),
    )


def _result(row: Any) -> rx.Component:
    """Say what it ended in; of one under way how far it is, and on a narrow page what it cost until now."""
    known = Experiments.results.contains(row.id)
    said: Any = Experiments.results[row.id]
    cost = rx.cond(row.cost, rx.Var.create(", ") + row.cost, "")
    under_way = rx.el.span(
        meter(row.percent, row.progress, width="96px"),
        rx.cond(row.left, rx.el.span(row.left, class_name="t12 t2"), rx.fragment()),
        rx.el.span(row.progress, cost, class_name="t12 t2 only-s"),
        class_name="stack",
    )
    ended = rx.cond(
        said.mark,
        status(said.mark, said.words),
        rx.cond(said.words, rx.el.a(said.words, href=row.href, class_name="t12"), rx.fragment()),
    )
    is_under_way = (row.status == "running") | (row.status == "paused")
    return rx.cond(is_under_way, under_way, rx.cond(known, ended, rx.fragment()))


def _row(row: Any) -> rx.Component:
    name = rx.el.a(row.name, href=row.href, class_name="one", title=row.name, dir="auto")
    variants = rx.el.span(row.variants, class_name="t12 t2 desc", title=row.variants, dir="auto")
    return table_row(
        cell(name, variants, name=True),
        cell(status(row.mark, row.words)),
        cell(_result(row)),
        cell(rx.el.span(row.dataset, class_name="ell", title=row.dataset, dir="auto"), narrow=False),
        cell(row.progress, number=True, narrow=False),
        cell(row.cost, number=True, narrow=False),
        cell(rx.el.time(row.when, title=row.when_exact), number=True),
        key=row.id,
    )
