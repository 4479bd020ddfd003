"""When an alert fired, what became of each message, and the conversations behind it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui import (
    Column,
    cell,
    data_table,
    empty_state,
    more_button,
    panel,
    status,
    table_foot,
    table_row,
)
from console.state.alert import AlertPageState as State

COLUMNS = (
    Column("Fired", width="152px"),
    Column("For", width="96px"),
    Column("Value", width="290px"),
    Column("Conversations", number=True, width="120px"),
    Column("Told", narrow=False),
)


def history() -> rx.Component:
    table = rx.fragment(
        data_table("Firings", COLUMNS, State.firings, _row),
        table_foot("Newest first. A number opens its conversations.", more_button(State.more, State.show_more)),
    )
    none = empty_state("It has not fired", "Each firing will be listed here: when, how long, and who was told.")
    return panel("History", rx.cond(State.firings.length() > 0, table, none))


def _row(row: Any) -> rx.Component:
    told = rx.cond(
        row.muted,
        rx.el.span("Nobody, it was muted", class_name="t2"),
        rx.cond(row.told.length() > 0, told_lines(row.told), rx.el.span("Nobody", class_name="t2")),
    )
    return table_row(
        cell(row.began, name=True, title=row.exact),
        cell(row.lasted),
        cell(row.value, rx.el.div(row.looked, class_name="t12 t2")),
        cell(rx.el.a(row.behind, href=row.href, aria_label=row.behind + " conversations behind it"), number=True),
        cell(told, narrow=False),
        key=row.id,
    )


def told_lines(lines: Any) -> rx.Component:
    """Draw what became of each message, with the reason of what was not taken."""
    return rx.el.ul(rx.foreach(lines, _told), class_name="al-told")


def _told(one: Any) -> rx.Component:
    return rx.el.li(
        status(one.mark, one.words),
        rx.el.span(one.what, class_name="t12 t2 ell", title=one.what, dir="auto"),
        rx.cond(one.error, rx.el.span(one.error, class_name="t12", dir="auto"), rx.fragment()),
        key=one.id,
    )
