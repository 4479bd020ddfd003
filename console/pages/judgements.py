"""The judgements of the project: judges that were asked about the log, how far they are, and what they cost."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console import routes
from console.components.asking import question
from console.components.shell import body, page_head, shell
from console.components.ui import (
    Column,
    Every,
    button,
    cell,
    data_table,
    empty_state,
    icon_button,
    link_button,
    meter,
    panel,
    phase_view,
    skeleton_rows,
    status,
    table_foot,
    table_row,
)
from console.state.judgements import JudgementsState as State

LOOK_SECONDS = 2
COLUMNS = (
    Column("Judge"),
    Column("State", width="132px"),
    Column("Judged", width="184px"),
    Column("Cost", number=True, narrow=False),
    Column("Asked", width="96px", narrow=False),
    Column("", width="184px"),
)


def judgements() -> rx.Component:
    crumb = rx.el.span(rx.el.a("Conversations", href=routes.CONVERSATIONS), " /")
    return shell(
        routes.CONVERSATIONS,
        page_head("Judgements", link_button("Agreement with people", routes.ANNOTATION), crumb=crumb),
        body(
            phase_view(
                State.phase,
                rx.fragment(
                    panel(
                        "Judges that were asked about the log",
                        data_table("Judgements", COLUMNS, State.rows, _row),
                        table_foot(State.shown),
                    ),
                    rx.cond(State.of != "", _failed(), rx.fragment()),
                    rx.cond(State.is_open, Every.create(seconds=LOOK_SECONDS, on_tick=State.load), rx.fragment()),
                ),
                skeleton=skeleton_rows(260, 80, 90, count=6),
                empty=empty_state(
                    "No judge was asked yet",
                    "Filter or tick conversations, then ask a judge about them: its scores stand beside them, and "
                    "beside what people say in annotation queues.",
                    link_button("To Conversations", routes.CONVERSATIONS, kind="primary"),
                ),
                problem=State.problem,
                on_retry=State.load,
                what="The judgements",
            ),
        ),
        question(
            State,
            "delete",
            rx.Var.create("Delete the scores of ") + State.asked_name + "?",
            rx.el.p("The scores that it gave in this judgement go. What it cost stays spent."),
            keep="Keep them",
            act="Delete scores",
            on_act=State.delete,
        ),
    )


def _row(row: Any) -> rx.Component:
    failed = rx.el.button(
        row.failed, type="button", class_name="link t12", on_click=State.why(row.id), aria_label="Why: " + row.failed
    )
    acts = rx.el.span(
        rx.cond(
            State.may_run,
            rx.foreach(row.acts, lambda act: rx.fragment(button(act, State.act(row.id, act), size="sm"), key=act)),
            rx.fragment(),
        ),
        rx.cond(
            State.may_delete & ~row.acts.contains("Pause"),
            icon_button("trash-2", "Delete the scores of " + row.judge, State.ask(row.id, row.judge), size="sm"),
            rx.fragment(),
        ),
        class_name="row wrap",
    )
    return table_row(
        cell(
            rx.el.a(row.judge, href=row.href, class_name="one", title=row.judge, dir="auto"),
            rx.el.span(row.about, class_name="t12 t2 desc", dir="auto", title=row.rubric),
            name=True,
        ),
        cell(status(row.mark, row.words), rx.cond(row.note, rx.el.p(row.note, class_name="t12 t2"), rx.fragment())),
        cell(
            rx.el.span(row.done, meter(row.percent, "Items judged", width="60px"), class_name="row an-done"),
            rx.cond(row.failed, failed, rx.fragment()),
        ),
        cell(row.cost, number=True, narrow=False),
        cell(row.when, narrow=False),
        cell(acts),
        key=row.id,
    )


def _failed() -> rx.Component:
    return panel(
        "What could not be judged",
        rx.el.ul(rx.foreach(State.failed, _item), class_name="an-pairs"),
        note="Retry asks about these again",
    )


def _item(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.a(one.what, href=one.href),
        rx.el.span(one.why, class_name="t2", dir="auto"),
        key=one.key,
    )
