"""What each node of a flow did beside the baseline's, the ones that got worst first."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui import Column, cell, data_table, link_button, panel, status, table_row, tag
from console.components.ui.kinds import classes
from console.state.experiment import ExperimentState as One
from console.state.experiment_map import WIDTH

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
        _map(),
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
            rx.foreach(node.scores, _score),
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


def _score(one: Any) -> rx.Component:
    words = rx.match(
        one.mark, ("ok", status("ok", one.words)), ("fail", status("fail", one.words)), rx.el.span(one.words)
    )
    return rx.el.div(words, class_name="t12 t2 lines", dir="auto")


def _map() -> rx.Component:
    """Draw the variant's flow, each node with its figures and by how much they differ."""
    flow: Any = One.node_map
    picture = rx.el.svg(
        rx.el.svg.path(d=flow.tracks, class_name="xm-track"),
        rx.foreach(flow.boxes, _box),
        view_box=flow.view,
        width=flow.width,
        class_name="chart xm-flow",
        role="img",
        custom_attrs={"aria-label": "The flow with what each node scores, takes and costs; the table below says more"},
    )
    gone = rx.cond(flow.words, rx.el.p(flow.words, class_name="t12 t2 pad", dir="auto"), rx.fragment())
    return rx.cond(
        flow.boxes,
        rx.fragment(rx.el.div(picture, class_name="xm", tab_index=0, role="region", aria_label="Flow"), gone),
        rx.fragment(),
    )


def _box(box: Any) -> rx.Component:
    return rx.el.svg.g(
        rx.el.svg.title(box.told),
        rx.el.svg.rect(
            x=box.x, y=box.y, width=str(WIDTH), height=box.height, rx="4", class_name=classes("xm-box", box.look)
        ),
        rx.el.svg.text(box.plate, x=box.text_x, y=box.title_y),
        rx.el.svg.text(box.title, x=box.title_x, y=box.title_y, class_name="lab1"),
        rx.foreach(
            box.lines,
            lambda line: rx.el.svg.text(
                line.words, x=box.text_x, y=line.y, class_name=classes("lab2 xm-line", line.mark)
            ),
        ),
    )


def _figure(figure: Any, words: Any, *, narrow: bool = True) -> rx.Component:
    return cell(words, rx.el.div(figure.by, class_name="t12 t2"), number=True, narrow=narrow)
