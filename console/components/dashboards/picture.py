"""The picture of a figure over time, and the tables that say the same."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui import Column, cell, data_table, panel, table_row
from console.components.ui.kinds import Text
from console.components.ui.parts import ListKeys
from console.state.dashboards import DashboardsState as Boards

LINE_COLUMNS = (
    Column("Name"),
    Column("Conversations", number=True),
    Column("Failed", number=True),
    Column("p50", number=True, narrow=False),
    Column("p95", number=True),
    Column("p99", number=True, narrow=False),
    Column("Tokens", number=True, narrow=False),
    Column("Cost", number=True, narrow=False),
    Column("Helpful", number=True, narrow=False),
    Column("Done", number=True, narrow=False),
)


def picture() -> rx.Component:
    legend = rx.cond(Boards.picture.curves.length() > 1, _legend(), rx.fragment())
    return panel(Boards.picture_title, plot(Boards.picture, Boards.picture_words, legend), note=Boards.more_lines)


def plot(drawing: Any, words: Text, legend: rx.Component | None = None, *over: rx.Component) -> rx.Component:
    """Draw lines in a field that stretches, and words, points and what is laid `over` it that do not."""
    field = rx.el.div(
        rx.foreach(drawing.heights, _height),
        *over,
        rx.el.svg(
            rx.foreach(drawing.curves, _curve),
            view_box="0 0 100 100",
            preserve_aspect_ratio="none",
            custom_attrs={"aria-hidden": "true"},
        ),
        rx.foreach(drawing.events, _event),
        rx.foreach(drawing.spots, _spot),
        class_name="db-field",
    )
    times = rx.el.div(rx.foreach(drawing.times, _time), class_name="db-times", custom_attrs={"aria-hidden": "true"})
    return rx.el.figure(legend or rx.fragment(), field, times, aria_label=words, class_name="db-picture")


def _legend() -> rx.Component:
    def one(curve: Any) -> rx.Component:
        name = rx.el.span(curve.name, class_name="ell", title=curve.name, dir="auto")
        return rx.el.span(rx.el.i(class_name="db-key " + curve.kind), name, key=curve.kind)

    return rx.el.div(rx.foreach(Boards.picture.curves, one), class_name="legend")


def _height(mark: Any) -> rx.Component:
    return rx.el.span(rx.el.span(mark.words), class_name="db-height", style={"top": mark.at}, key=mark.at)


def _time(mark: Any) -> rx.Component:
    return rx.el.span(mark.words, style={"left": mark.at}, key=mark.at)


def _curve(curve: Any) -> rx.Component:
    return rx.el.svg.g(
        rx.el.svg.path(d=curve.d, class_name="db-curve " + curve.kind),
        rx.el.svg.path(d=curve.so_far, class_name="db-curve so-far " + curve.kind),
        key=curve.kind,
    )


def _spot(spot: Any) -> rx.Component:
    """Lead to the conversations; by keyboard the rows of the table below do."""
    return rx.el.a(
        href=spot.href,
        aria_label=spot.words,
        title=spot.words,
        tab_index=-1,
        style={"left": spot.left, "top": spot.top},
        class_name="db-spot " + spot.kind,
        key=spot.left + spot.kind,
    )


def _event(event: Any) -> rx.Component:
    """Mark when something was published; the table below says what."""
    return rx.el.a(
        href=event.href,
        aria_label=event.words,
        title=event.words,
        tab_index=-1,
        style={"left": event.at},
        class_name="db-event",
        key=event.at,
    )


def by_line() -> rx.Component:
    return panel(
        "By line",
        data_table("Figures for each line", LINE_COLUMNS, Boards.lines, _line),
        note="over the whole period",
    )


def _line(row: Any) -> rx.Component:
    name = rx.el.span(
        rx.el.i(class_name="db-key " + row.kind),
        rx.el.a(row.name, href=row.href, class_name="ell", title=row.name, dir="auto"),
        class_name="row tight",
    )
    return table_row(
        cell(name, name=True),
        cell(row.num, number=True),
        cell(row.failed, number=True),
        cell(row.p50, number=True, narrow=False),
        cell(row.p95, number=True),
        cell(row.p99, number=True, narrow=False),
        cell(row.tokens, number=True, narrow=False),
        cell(row.cost, number=True, narrow=False),
        cell(row.helpful, number=True, narrow=False),
        cell(row.completed, number=True, narrow=False),
        key=row.kind,
    )


def over_time() -> rx.Component:
    """Say what the picture says; Enter on a row opens the conversations behind it."""
    head = rx.el.tr(
        rx.el.th("When", scope="col"),
        _beside(rx.el.th("Conversations", scope="col", class_name="num")),
        rx.foreach(Boards.heads, lambda name: rx.el.th(name, scope="col", class_name="num", title=name, dir="auto")),
        rx.cond(Boards.picture.events.length() > 0, rx.el.th("Published", scope="col"), rx.fragment()),
    )
    table = rx.el.table(
        rx.el.caption(Boards.picture_words, class_name="sr"),
        rx.el.thead(head),
        rx.el.tbody(rx.foreach(Boards.times, _row)),
    )
    return panel("Over time", ListKeys.create(table, class_name="scroll db-over"), note="newest first")


def _row(row: Any) -> rx.Component:
    return table_row(
        cell(rx.el.a(row.when, href=row.href), name=True),
        _beside(cell(row.num, number=True)),
        rx.foreach(row.cells, _value),
        rx.cond(Boards.picture.events.length() > 0, cell(row.published), rx.fragment()),
        key=row.when,
    )


def _value(one: Any) -> rx.Component:
    of = rx.cond(one.of, rx.el.span(" ", one.of, class_name="t12 t2"), rx.fragment())
    return rx.el.td(one.value, of, class_name="num")


def _beside(count: rx.Component) -> rx.Component:
    """Draw the number of conversations beside what is shown of them; where that is their number, once is enough."""
    return rx.cond((Boards.metric == "conversations") & (Boards.split == "none"), rx.fragment(), count)
