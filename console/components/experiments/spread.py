"""How the rows lie by one metric: the variant above the line, the baseline below; the table says the same."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.experiments.called import called
from console.components.ui import Column, cell, data_table, panel, select, table_row
from console.state.experiment import ExperimentState as One


def spread() -> rx.Component:
    shown = One.spread
    picture = rx.el.svg(
        rx.foreach(shown.bars, _bar),
        rx.el.svg.line(x1="6", x2="454", y1="92", y2="92", class_name="axis"),
        rx.cond(shown.mark_x, _line(shown.mark_x, "xp-mark"), rx.fragment()),
        rx.cond(shown.target_x, _line(shown.target_x, "xp-target"), rx.fragment()),
        rx.el.svg.text(called(One.variant), x="452", y="14", text_anchor="end", class_name="lab2"),
        rx.el.svg.text(called(One.baseline), x="452", y="172", text_anchor="end", class_name="lab2"),
        view_box="0 0 460 196",
        class_name="chart xp-plot",
        role="img",
        custom_attrs={"aria-label": "Rows by their score; the table below says the same"},
    )
    columns = (Column("Score"), Column("Baseline", number=True), Column("Variant", number=True))
    table = rx.el.details(
        rx.el.summary("As a table"), data_table("Distribution", columns, shown.bars, _row), class_name="xp-whole"
    )
    return rx.cond(
        shown.metric,
        panel(
            "Distribution",
            picture,
            rx.cond(
                (shown.wanted != "") | (shown.without != ""),
                rx.el.p(shown.wanted, " ", shown.without, class_name="t12 t2 pad", dir="auto"),
                rx.fragment(),
            ),
            table,
            acts=select(One.metrics, value=shown.metric, on_change=One.choose_spread, aria_label="Metric"),
        ),
        rx.fragment(),
    )


def _line(at: Any, look: str) -> rx.Component:
    return rx.el.svg.line(x1=at, x2=at, y1="12", y2="172", class_name=look)


def _bar(bar: Any) -> rx.Component:
    return rx.el.svg.g(
        rx.el.svg.title(bar.told),
        rx.el.svg.rect(x=bar.x, y="12", width=bar.width, height="160", class_name="xp-reach"),
        rx.el.svg.rect(x=bar.x, y=bar.new_y, width=bar.width, height=bar.new_height, class_name="xp-new"),
        rx.el.svg.rect(x=bar.x, y="92", width=bar.width, height=bar.old_height, class_name="xp-old"),
        rx.el.svg.text(bar.label, x=bar.at, y="190", text_anchor="middle"),
    )


def _row(bar: Any) -> rx.Component:
    return table_row(cell(bar.words, name=True), cell(bar.old, number=True), cell(bar.new, number=True), key=bar.words)
