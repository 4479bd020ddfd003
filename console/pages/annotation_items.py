"""The items of a queue: assigned, taken out; and the queue itself changed, closed, deleted."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.annotations.types import Which
from console import routes
from console.components.annotation.form import queue_form
from console.components.asking import question
from console.components.conversations.judge_dialog import judge_dialog
from console.components.shell import body, page_head, shell
from console.components.ui import (
    TRIGGER,
    Column,
    button,
    cell,
    checkbox,
    data_table,
    empty_state,
    link_button,
    menu,
    menu_item,
    menu_line,
    more_button,
    panel,
    phase_view,
    segments,
    skeleton_rows,
    status,
    table_foot,
    table_row,
)
from console.state.annotation_items import NOBODY
from console.state.annotation_items import AnnotationItemsState as State
from console.state.judge_ask import JudgeAskState as Judge
from console.state.queue_form import QueueFormState as Form

COLUMNS = (
    Column("", width="36px"),
    Column("Item"),
    Column("What", width="112px", narrow=False),
    Column("State", width="152px"),
    Column("Assigned to", width="152px", narrow=False),
    Column("Labels", width="28%", narrow=False),
)
SHOWN = ((Which.ALL.value, "All"), (Which.MINE.value, "Mine"), (Which.UNASSIGNED.value, "Unassigned"))


def annotation_items() -> rx.Component:
    crumb = rx.el.span(rx.el.a("Annotation", href=routes.ANNOTATION), " /", class_name="hide-s")
    closed = rx.cond(State.is_closed, status("idle", "Closed"), rx.fragment())
    label = rx.cond(State.is_closed, rx.fragment(), link_button("Label", State.label_href, kind="primary"))
    return shell(
        routes.ANNOTATION,
        page_head(State.name, rx.cond(State.may_edit, _more(), rx.fragment()), label, crumb=crumb, state=closed),
        body(
            phase_view(
                State.phase,
                panel(
                    "Items",
                    rx.cond(State.rows.length() > 0, _table(), _none()),
                    acts=rx.el.span(
                        _assigning(), segments("Show", SHOWN, State.which, State.show), class_name="row wrap"
                    ),
                ),
                skeleton=skeleton_rows(260, 90, 90, count=8),
                problem=State.problem,
                on_retry=State.load,
                what="The items",
            ),
        ),
        queue_form(State.look),
        judge_dialog(),
        *_questions(),
        of=State.address,
    )


def _more() -> rx.Component:
    trigger = button("Queue", icon="ellipsis", custom_attrs=TRIGGER)
    return menu(
        trigger,
        menu_item("Change the queue", Form.change(State.queue_id), icon="square-pen"),
        rx.cond(
            Judge.may_ask,
            menu_item("Ask a judge", Judge.open_queue(State.queue_id), icon="gauge"),
            rx.fragment(),
        ),
        rx.cond(
            State.is_closed,
            menu_item("Open it again", State.reopen),
            menu_item("Close it", State.close_queue),
        ),
        menu_line(),
        menu_item("Take out what waits", State.ask("clear")),
        menu_item("Take everything out", State.ask("empty"), danger=True),
        menu_item("Delete the queue", State.ask("delete"), danger=True),
        label="Queue",
        align="right",
    )


def _assigning() -> rx.Component:
    pick = rx.el.select(
        rx.el.option(f"Assign {State.selected.length()} to", value="", disabled=True),
        rx.el.option("Nobody in particular", value=NOBODY),
        rx.foreach(State.people, lambda one: rx.el.option(one.label, value=one.value)),
        value="",
        on_change=State.assign,
        aria_label="Assign what is selected",
        class_name="select",
    )
    return rx.cond(State.selected.length() > 0, pick, rx.fragment())


def _table() -> rx.Component:
    every = rx.cond(State.may_edit, button("Select what is shown", State.select_shown, size="sm"), rx.fragment())
    return rx.fragment(
        data_table("Items", COLUMNS, State.rows, _row),
        table_foot(State.shown, every, more_button(State.more, State.show_more)),
    )


def _none() -> rx.Component:
    return rx.cond(
        State.which == Which.ALL.value,
        empty_state(
            "Nothing is in this queue",
            "Open Conversations, tick what is to be labelled, and add it to this queue.",
            link_button("To Conversations", routes.CONVERSATIONS),
        ),
        empty_state("No item is assigned so", "Show all to see the others.", button("Show all", State.show("all"))),
    )


def _row(row: Any) -> rx.Component:
    is_chosen = State.selected.contains(row.id)
    box = checkbox("Select " + row.title, is_chosen, State.select(row.id), bare=True)
    return table_row(
        cell(rx.cond(State.may_edit, box, rx.fragment())),
        cell(rx.el.a(row.title, href=row.href, class_name="one", title=row.title, dir="auto"), name=True),
        cell(row.what, narrow=False),
        cell(
            rx.cond(
                row.label_href != "",
                rx.el.a(status(row.mark, row.words), href=row.label_href, title="Label it now"),
                status(row.mark, row.words),
            )
        ),
        cell(rx.el.span(row.assigned, class_name="ell", title=row.assigned, dir="auto"), narrow=False),
        cell(rx.el.span(row.labels, class_name="ell", title=row.labels, dir="auto"), narrow=False),
        selected=is_chosen,
        key=row.id,
    )


def _questions() -> tuple[rx.Component, ...]:
    return (
        question(
            State,
            "clear",
            "Take out what waits?",
            rx.el.p("Items without all their labels go, with what was begun. What is done stays."),
            keep="Keep them",
            act="Take out",
            on_act=State.clear,
        ),
        question(
            State,
            "empty",
            "Take everything out?",
            rx.el.p("All items go with their labels. It cannot be undone."),
            keep="Keep them",
            act="Take everything out",
            on_act=State.empty,
        ),
        question(
            State,
            "delete",
            rx.Var.create("Delete ") + State.asked_name + "?",
            rx.el.p("Its labels go too. The conversations stay. It cannot be undone."),
            keep="Keep it",
            act="Delete queue",
            on_act=State.delete,
            name=State.asked_name,
            typed=State.typed,
            on_typed=State.type_name,
        ),
    )
