"""What each node of a flow did beside the baseline's, the ones that got worst first."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui import Column, cell, data_table, link_button, panel, status, table_row, tag
from console.state.experiment import ExperimentState as One

COLUMNS = (
    Column("Node"),
    Column("Ran", number=True, narrow=False),
    Column("Failed", number=True),
    Column("Median time", number=True),
    Column("Mean time", number=True, narrow=False),
    Column("Cost per 1,000", number=True, narrow=False),
    Column("Tokens", number=True, narrow=False),
    Column("Example", number=True, width="96px"),
)


def by_node() -> rx.Component:
    note = One.variant + " beside " + One.baseline + ", worst first; the difference stands below"
    said = "Times are of the node's own runs, cost and tokens of all answers, also those in which it did not run."
    drawn = panel(
        "By node",
        data_table("Nodes", COLUMNS, One.nodes, _row, class_name="xp-pairs"),
        rx.el.p(said, class_name="t12 t2 pad"),
        note=note,
        class_name="xp-nodes",
    )
    return rx.cond(One.nodes, drawn, rx.fragment())


def _row(node: Any) -> rx.Component:
    words = rx.el.div(
        tag(node.plate),
        rx.el.div(
            rx.el.span(node.title, class_name="one", title=node.title, dir="auto"),
            rx.cond(node.note, rx.el.div(node.note, class_name="t12 t2 lines", dir="auto"), rx.fragment()),
            class_name="grow",
        ),
        class_name="row tight",
    )
    failed = rx.cond(node.mark, status("fail", node.failed.words), node.failed.words)
    return table_row(
        cell(words, name=True),
        _figure(node.ran, node.ran.words, narrow=False),
        _figure(node.failed, failed),
        _figure(node.median, node.median.words),
        _figure(node.mean, node.mean.words, narrow=False),
        _figure(node.cost, node.cost.words, narrow=False),
        _figure(node.tokens, node.tokens.words, narrow=False),
        cell(link_button("Trace", node.href, size="sm", title=node.leads_to), number=True),
        key=node.key,
    )


def _figure(figure: Any, words: Any, *, narrow: bool = True) -> rx.Component:
    return cell(words, rx.el.div(figure.by, class_name="t12 t2"), number=True, narrow=narrow)
