"""What needs a person, the flows, and the work in progress: only what exists."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console import routes
from console.components.overview.figures import figures
from console.components.overview.needs import needs, needs_line
from console.components.ui import (
    Column,
    cell,
    data_table,
    empty_state,
    link_button,
    meter,
    panel,
    stages,
    status,
    table_row,
    tag,
)
from console.state.home import HomeState
from console.state.home_figures import HomeFiguresState as Figures

COLUMNS = (
    Column("Flow"),
    Column("Last run"),
    Column("When", number=True, narrow=False),
    Column("Conversations", number=True),
    Column("Failed", number=True, narrow=False),
    Column("p95", number=True, narrow=False),
    Column("Cost", number=True, narrow=False),
)


def home() -> rx.Component:
    return rx.fragment(
        needs_line(),
        figures(),
        rx.el.div(
            rx.el.div(
                needs(),
                _flows(),
                class_name="home-col",
            ),
            _work(),
            class_name="home-cols",
        ),
    )


def _flows() -> rx.Component:
    empty = empty_state(
        "No flows yet",
        "A flow says what happens to a question until there is an answer.",
        link_button("Make a flow", routes.FLOWS, kind="primary"),
    )
    table = data_table("Flows and their last runs", COLUMNS, HomeState.flows, _flow)
    return panel(
        "Flows",
        rx.cond(HomeState.flows.length() > 0, table, empty),
        note=rx.cond(Figures.span == "today", "figures of today", "figures of seven days"),
        acts=rx.el.a("All flows", href=routes.FLOWS, class_name="t12"),
    )


def _flow(row: Any) -> rx.Component:
    state = status(row.mark, row.words, weight=row.heavy)
    known = Figures.by_flow.contains(row.id)
    of: Any = Figures.by_flow[row.id]
    return table_row(
        cell(
            rx.el.span(
                rx.el.a(row.name, href=row.href, class_name="ell", title=row.name, dir="auto"),
                tag(row.version),
                class_name="row tight",
            ),
            name=True,
        ),
        cell(rx.cond(row.run_href, rx.el.a(state, href=row.run_href), state)),
        cell(row.when, number=True, narrow=False),
        cell(rx.cond(known, rx.el.a(of.num, href=of.href), ""), number=True),
        *(cell(rx.cond(known, value, ""), number=True, narrow=False) for value in (of.failed, of.latency, of.cost)),
        key=row.id,
    )


def _work() -> rx.Component:
    nothing = rx.el.p("Nothing in progress.", class_name="hint foot-note")
    some = rx.el.ul(
        rx.foreach(HomeState.experiments, _experiment),
        rx.foreach(HomeState.files, _file),
        rx.foreach(HomeState.runs, _run),
        class_name="ingest",
    )
    any_of = (HomeState.files.length() > 0) | (HomeState.runs.length() > 0) | (HomeState.experiments.length() > 0)
    return panel(
        "In progress",
        rx.cond(any_of, some, nothing),
        note=rx.cond(HomeState.files.length() > 0, "Store, Parse, Chunk, Embed, Index", ""),
    )


def _file(line: Any) -> rx.Component:
    return rx.el.li(
        rx.el.a(line.name, href=line.href, class_name="ell b"),
        status(line.mark, line.words),
        stages(line.marks, line.percent, line.words),
        key=line.id,
    )


def _experiment(row: Any) -> rx.Component:
    return rx.el.li(
        rx.el.a(row.name, href=row.href, class_name="ell b", title=row.name, dir="auto"),
        status("run", "Running"),
        meter(row.percent, row.left),
        rx.el.span(row.left, class_name="t2"),
        key=row.id,
    )


def _run(row: Any) -> rx.Component:
    return rx.el.li(
        rx.el.a(row.name, href=row.href, class_name="ell b"),
        status(row.mark, row.words),
        rx.el.span(row.when, class_name="t2"),
        key=row.id,
    )
