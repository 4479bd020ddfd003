"""Quality against cost, the circle growing with the p95 of the time; the line joins those that no other beats."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console import routes
from console.components.experiments.called import called
from console.components.ui import Column, cell, data_table, panel, status, table_row, tag
from console.components.ui.kinds import classes, when
from console.state.experiment import ExperimentState as One

COLUMNS = (
    Column("Variant"),
    Column("Quality", number=True),
    Column("Per 1,000", number=True),
    Column("p95", number=True),
)


def trade_off() -> rx.Component:
    return panel(
        "Quality, cost, latency",
        rx.cond(One.picture.drawn, _plot(), rx.fragment()),
        rx.cond(
            One.picture.saving, rx.el.p(One.picture.saving, _margin(), class_name="t12 pad", dir="auto"), rx.fragment()
        ),
        rx.cond(One.picture.drawn, _read(), rx.fragment()),
        data_table("Variants", COLUMNS, One.picture.dots, _row),
    )


def _plot() -> rx.Component:
    return rx.el.svg(
        rx.foreach(One.picture.qualities, _quality),
        rx.foreach(One.picture.costs, _cost),
        rx.el.svg.line(x1="54", x2="54", y1="10", y2="264", class_name="axis"),
        rx.el.svg.line(x1="54", x2="446", y1="264", y2="264", class_name="axis"),
        rx.cond(One.picture.target_y, _target(y=One.picture.target_y), rx.fragment()),
        rx.cond(One.picture.target_x, _target(x=One.picture.target_x), rx.fragment()),
        rx.el.svg.path(d=One.picture.line, class_name="xp-front"),
        rx.foreach(One.picture.drawn, _bar),
        rx.foreach(One.picture.drawn, _leader),
        rx.foreach(One.picture.drawn, _dot),
        rx.el.svg.text("Cost per 1,000 answers", x="250", y="296", text_anchor="middle"),
        # Quality is what the deciding evaluator measured, by whichever the rows are listed.
        rx.el.svg.text(One.picture.quality, x="54", y="3"),
        view_box="0 -8 460 308",
        class_name="chart xp-plot",
        role="img",
        custom_attrs={"aria-label": "Quality against cost of each variant; the table below says the same"},
    )


def _read() -> rx.Component:
    """Say how the picture is read."""
    return rx.el.p(
        rx.cond(One.picture.wanted, rx.fragment(One.picture.wanted, " "), rx.fragment()),
        "Bars hold each quality with 95 %; which is better, the verdicts say. Circle size is p95. "
        "The line joins those that none measured better and cheaper; a pale circle is slower as well.",
        class_name="t12 t2 pad",
        dir="auto",
    )


def _margin() -> rx.Component:
    """Lead to the form in which a margin is set for answers that are there."""
    address = rx.Var.create(f"{routes.EXPERIMENT_NEW}?scores=") + One.experiment_id
    link = rx.fragment(" ", rx.el.a("Score again", href=address, class_name="link"))
    may = One.picture.lacks_margin & One.may_edit & (One.line.status == "done")
    return rx.cond(may, link, rx.fragment())


def _quality(tick: Any) -> rx.Component:
    return rx.el.svg.g(
        rx.el.svg.line(x1="54", x2="446", y1=tick.at, y2=tick.at, class_name="grid"),
        rx.el.svg.text(tick.words, x="48", y=tick.text_at, text_anchor="end"),
    )


def _cost(tick: Any) -> rx.Component:
    return rx.el.svg.g(
        rx.el.svg.line(x1=tick.at, x2=tick.at, y1="10", y2="264", class_name="grid"),
        rx.el.svg.text(tick.words, x=tick.text_at, y="280", text_anchor=tick.anchor),
    )


def _target(*, x: Any = None, y: Any = None) -> rx.Component:
    """Draw the line of a target through the whole picture: of cost at `x`, of quality at `y`."""
    ends = {"x1": x, "x2": x, "y1": "10", "y2": "264"} if y is None else {"x1": "54", "x2": "446", "y1": y, "y2": y}
    return rx.el.svg.line(**ends, class_name="xp-target")


def _bar(dot: Any) -> rx.Component:
    return rx.el.svg.line(x1=dot.x, x2=dot.x, y1=dot.y_low, y2=dot.y_high, class_name="xp-bar")


def _leader(dot: Any) -> rx.Component:
    """Lead from a circle to its letter, where that stands beside."""
    return rx.el.svg.line(x1=dot.x, x2=dot.letter_x, y1=dot.y, y2=dot.letter_y, class_name="xp-leader")


def _dot(dot: Any) -> rx.Component:
    chosen, beaten = when(dot.name == One.variant, "on"), when(~dot.on_front, "off")
    return rx.el.svg.g(
        rx.el.svg.title(dot.told),
        rx.el.svg.circle(cx=dot.x, cy=dot.y, r=dot.radius, class_name=classes("xp-point", chosen, beaten)),
        rx.el.svg.text(
            dot.letter,
            x=dot.letter_x,
            y=dot.letter_y,
            dy="4",
            text_anchor="middle",
            class_name=classes("lab1 xp-letter", chosen, when(dot.aside, "aside")),
        ),
        on_click=One.choose(dot.name),
        class_name="xp-press",
    )


def _row(dot: Any) -> rx.Component:
    words = rx.el.div(
        tag(dot.letter),
        rx.el.div(
            rx.el.button(
                called(dot.name), type="button", on_click=One.choose(dot.name), class_name="link one", title=dot.words
            ),
            rx.cond(dot.note, rx.el.div(dot.note, class_name="t12 t2 lines"), rx.fragment()),
            rx.cond(dot.missed, rx.el.div(status("fail", dot.missed), class_name="t12 xp-missed"), rx.fragment()),
            class_name="grow",
        ),
        class_name="row tight",
    )
    return table_row(
        cell(words, name=True),
        cell(dot.quality, number=True),
        cell(dot.cost, number=True),
        cell(dot.latency, number=True),
        key=dot.name,
        selected=dot.name == One.variant,
    )
