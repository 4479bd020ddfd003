"""All live tests: which label of which prompt is split, by what it is decided, and how it stands."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console import routes
from console.components.shell import body, page_head, shell
from console.components.ui import (
    Column,
    Every,
    cell,
    data_table,
    empty_state,
    link_button,
    more_button,
    panel,
    phase_view,
    skeleton_rows,
    status,
    table_foot,
    table_row,
)
from console.state.live_tests import LiveTestsState as State

LOOK_SECONDS = 15
COLUMNS = (
    Column("Prompt and label"),
    Column("State", width="132px"),
    Column("Verdict", width="200px"),
    Column("Primary metric", width="220px", narrow=False),
    Column("Conversations", number=True, narrow=False),
    Column("Started", width="96px", narrow=False),
)


def live_tests() -> rx.Component:
    crumb = rx.el.span(rx.el.a("Experiments", href=routes.EXPERIMENTS), " /")
    return shell(
        routes.EXPERIMENTS,
        page_head("Live tests", link_button("To Prompts", routes.PROMPTS), crumb=crumb),
        body(
            phase_view(
                State.phase,
                rx.fragment(_table(), rx.cond(State.is_running, _again(), rx.fragment())),
                skeleton=skeleton_rows(260, 80, 120, count=6),
                empty=empty_state(
                    "No live test yet",
                    "A live test splits a label of a prompt over versions while people talk to them, and says which "
                    "is better. Open a prompt and choose Live test.",
                    link_button("To Prompts", routes.PROMPTS, kind="primary"),
                ),
                problem=State.problem,
                on_retry=State.load,
                what="The live tests",
            ),
        ),
    )


def _again() -> rx.Component:
    return Every.create(seconds=LOOK_SECONDS, on_tick=State.load)


def _table() -> rx.Component:
    return panel(
        "Labels that are or were split over versions",
        data_table("Live tests", COLUMNS, State.rows, _row),
        table_foot(State.shown, more_button(State.has_more, State.more)),
        class_name="ltests",
    )


def _row(row: Any) -> rx.Component:
    return table_row(
        cell(
            rx.el.a(row.name, href=row.href, class_name="one", title=row.name, dir="auto"),
            rx.el.span(row.split, class_name="t12 t2 desc", dir="auto", title=row.split),
            name=True,
        ),
        cell(status(row.mark, row.words)),
        cell(
            rx.foreach(row.verdicts, lambda one: rx.el.p(status(one.mark, one.words), key=one.words)),
            rx.cond(row.notice, rx.el.p(row.notice, class_name="t12 t2", dir="auto"), rx.fragment()),
        ),
        cell(row.metric, narrow=False),
        cell(row.count, number=True, narrow=False),
        cell(rx.el.time(row.when, title=row.exact), narrow=False),
        key=row.id,
    )
