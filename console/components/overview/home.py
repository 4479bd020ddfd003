"""What needs a person, the flows, and the work in progress: only what exists."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console import routes
from console.components.overview.figures import figures
from console.components.ui import (
    Column,
    button,
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
        _needs_line(),
        figures(),
        rx.el.div(
            rx.el.div(
                rx.cond(HomeState.waits.length() > 0, _waits(), rx.fragment()),
                rx.cond((HomeState.needs.length() > 0) | (Figures.complaints.length() > 0), _needs(), rx.fragment()),
                _flows(),
                class_name="home-col",
            ),
            _work(),
            class_name="home-cols",
        ),
    )


def _needs_line() -> rx.Component:
    def line(of: Any) -> rx.Component:
        return rx.el.a(status(of.mark, of.words), href=of.href, key=of.words)

    lines = rx.el.div(
        rx.el.b("Needs you"),
        rx.cond(HomeState.waiting, rx.el.a(status("wait", HomeState.waiting), href=routes.APPROVALS), rx.fragment()),
        rx.foreach(HomeState.summary, line),
        rx.cond(
            Figures.num_complaints,
            rx.el.a(status("warn", Figures.num_complaints), href=Figures.complaints_href),
            rx.fragment(),
        ),
        class_name="needs",
        role="group",
        aria_label="Needs you",
    )
    calm = rx.el.div(rx.el.b("Nothing needs you"), class_name="needs calm")
    is_needed = (HomeState.summary.length() > 0) | (HomeState.waiting != "") | (Figures.num_complaints != "")
    return rx.cond(is_needed, lines, calm)


def _waits() -> rx.Component:
    return panel("Waiting for you", rx.el.ul(rx.foreach(HomeState.waits, _need), class_name="home-fails"), id="waiting")


def _needs() -> rx.Component:
    return panel(
        "To fix",
        rx.el.ul(
            rx.foreach(HomeState.needs, _need), rx.foreach(Figures.complaints, _complaint), class_name="home-fails"
        ),
        id="needs",
    )


def _complaint(line: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            status("warn", "Not helpful", weight=True),
            rx.el.b(line.name, class_name="b ell", dir="auto"),
            class_name="row",
        ),
        rx.el.p(line.cause, class_name="t12 why"),
        rx.el.ul(rx.foreach(line.lines, _question), class_name="home-asked t12"),
        rx.el.div(link_button("Read them", line.href, size="sm"), class_name="row"),
        key=line.id,
    )


def _question(line: Any) -> rx.Component:
    return rx.el.li(
        rx.el.a(line.question, href=line.href, dir="auto"),
        rx.cond(line.why, rx.el.span("\u201c", line.why, "\u201d", class_name="t2", dir="auto"), rx.fragment()),
        rx.cond(
            Figures.may_handle,
            button("Mark as handled", Figures.handle(line.id), kind="quiet", size="sm"),
            rx.fragment(),
        ),
        key=line.id,
    )


def _need(line: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            status(line.mark, line.words, weight=True),
            rx.el.b(line.name, class_name="b ell"),
            rx.el.span(line.when, class_name="t12 t2 r nw"),
            class_name="row",
        ),
        rx.el.p(line.cause, " ", rx.el.span(line.hint, class_name="t2"), class_name="t12 why"),
        rx.el.div(
            link_button(line.act, line.href, size="sm"),
            rx.cond(
                line.document & HomeState.may_retry,
                rx.fragment(
                    rx.cond(line.may_retry, button("Try again", HomeState.retry(line.document), size="sm"), ""),
                    button("Delete", HomeState.delete(line.document), size="sm"),
                ),
                rx.fragment(),
            ),
            class_name="row",
        ),
        key=line.id,
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
