"""What a dashboard is of: the time, the steps, what it is split by, and the filters of the log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reflex as rx

from backend.conversations.figure_types import Step
from console.components.ui import button, segments, select
from console.state.dashboards import DashboardsState as Boards

SPANS = (("1", "24 h"), ("7", "7 d"), ("30", "30 d"), ("90", "90 d"))
STEPS = ((Step.HOUR.value, "Hour"), (Step.DAY.value, "Day"), (Step.WEEK.value, "Week"))


def choosing() -> rx.Component:
    days = rx.el.form(
        rx.el.input(type="date", name="first", class_name="input", aria_label="From", default_value=Boards.first_day,
                    required=True, key=Boards.first_day),
        rx.el.span("to", class_name="t12 t2"),
        rx.el.input(type="date", name="last", class_name="input", aria_label="To", default_value=Boards.last_day,
                    required=True, key=Boards.last_day),
        button("Show", type="submit", size="sm"),
        on_submit=Boards.show_days,
        class_name="row tight",
    )  # fmt: skip
    return rx.el.div(
        segments("Time", SPANS, Boards.span, Boards.show_span),
        days,
        segments("Interval", STEPS, Boards.step, Boards.show_step),
        select(Boards.splits, value=Boards.split, on_change=Boards.show_split, aria_label="Split"),
        class_name="db-choose",
    )


def filters() -> rx.Component:
    """Fold the filters of the log away, with how many stand."""
    return rx.el.details(
        rx.el.summary("Filter", rx.cond(Boards.num_filters > 0, f" ({Boards.num_filters})", "")),
        boxes(Boards.filters, Boards.toggle),
        rx.cond(Boards.num_filters > 0, button("Clear filters", Boards.clear, kind="quiet", size="sm"), rx.fragment()),
        class_name="panel db-fold",
    )


def boxes(filters: Any, on_toggle: Callable[[Any, Any], Any]) -> rx.Component:
    """Draw the filters of the log with a box for each choice and how many conversations it has."""

    def one(of: Any) -> rx.Component:
        lines = rx.foreach(of.lines, lambda line: _line(of.key, line, on_toggle))
        return rx.el.fieldset(rx.el.legend(of.title), lines, key=of.title)

    return rx.el.div(rx.foreach(filters, one), class_name="db-filters")


def _line(key: Any, one: Any, on_toggle: Callable[[Any, Any], Any]) -> rx.Component:
    box = rx.el.input(type="checkbox", checked=one.chosen, on_change=lambda _: on_toggle(key, one.value))
    return rx.el.label(
        box,
        rx.el.span(one.name, class_name="ell", dir="auto"),
        rx.el.span(one.count, class_name="r t2"),
        rx.el.i(style={"--share": f"{one.percent}%"}),
        class_name="fc",
        key=one.value,
    )
