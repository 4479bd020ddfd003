"""How steadily each variant passes where every row was answered several times."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.experiments.called import called
from console.components.ui import Column, button, cell, data_table, panel, table_row
from console.state.experiment import ExperimentState as One

COLUMNS = (
    Column("Variant"),
    Column("pass@1", number=True),
    Column("pass@k", number=True, narrow=False),
    Column("pass^k", number=True),
    Column("Unsteady", number=True, narrow=False),
)


def repeated() -> rx.Component:
    view: Any = One.repeated
    unsteady = rx.el.p(
        "How likely one try passes (pass@1), at least one of k (pass@k), and all k (pass^k). "
        "A row is unsteady where some of its tries pass and some do not. ",
        rx.cond(view.is_unsteady, button("List unsteady rows", One.show("unsteady"), size="sm"), rx.fragment()),
        class_name="t12 t2 pad",
    )
    drawn = panel(
        "Repetitions",
        data_table("Repetitions", COLUMNS, view.lines, _row, class_name="xp-pairs"),
        unsteady,
        note=view.note,
    )
    return rx.cond(view.lines, drawn, rx.fragment())


def _row(line: Any) -> rx.Component:
    words = rx.el.div(
        rx.el.span(called(line.variant), class_name="one", dir="auto"),
        rx.cond(line.note, rx.el.div(line.note, class_name="t12 t2 lines"), rx.fragment()),
    )
    return table_row(
        cell(words, name=True),
        _share(line.once),
        _share(line.some, narrow=False),
        _share(line.every),
        cell(line.unsteady, number=True, narrow=False),
        key=line.variant,
        selected=line.variant == One.variant,
    )


def _share(share: Any, *, narrow: bool = True) -> rx.Component:
    return cell(share.words, rx.el.div(share.ends, class_name="t12 t2"), number=True, narrow=narrow)
