"""The run behind an answer: its figures, a bar for each node, and what the chosen node gave."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.flows.run_values import value_section
from console.components.ui import (
    SAFE,
    button,
    dialog,
    empty_state,
    link_button,
    phase_view,
    plate,
    skeleton_rows,
    status,
)
from console.state.trace import TraceState


def trace() -> rx.Component:
    return rx.el.div(
        phase_view(
            TraceState.phase,
            _ready(),
            skeleton=skeleton_rows(120, 60, count=5),
            empty=empty_state(
                "No trace", "No run wrote these answers: a person did, another system, or they came with the example."
            ),
            problem=TraceState.problem,
            on_retry=TraceState.show(TraceState.head.run_id, ""),
            what="The trace",
        ),
        role="complementary",
        aria_label="Trace",
    )


def trace_dialog() -> rx.Component:
    """Draw the trace over the transcript, where there is no room beside it."""
    return dialog(
        "Trace of the answer",
        trace(),
        identifier="trace-dialog",
        opened=TraceState.opened,
        on_close=TraceState.close,
        foot=[button("Close", TraceState.close, custom_attrs=SAFE)],
        class_name="tracing",
    )


def _ready() -> rx.Component:
    head = TraceState.head
    figures = (("Time", head.time), ("Tokens", head.tokens), ("Cost", head.cost), ("Flow", head.version))
    return rx.fragment(
        rx.el.div(
            rx.el.h2("Trace"),
            rx.el.span(head.short, class_name="mono t12 t2"),
            rx.cond(head.href != "", rx.el.a("Open full trace", href=head.href, class_name="t12 r"), rx.fragment()),
            class_name="phead",
        ),
        rx.el.dl(
            *(rx.el.div(rx.el.dt(name), rx.el.dd(value)) for name, value in figures),
            class_name="trace-sum",
        ),
        rx.cond(
            TraceState.unsent,
            rx.el.p(status("idle", TraceState.unsent), class_name="t12 unread", dir="auto"),
            rx.fragment(),
        ),
        rx.el.ol(rx.foreach(TraceState.lines, _line), class_name="trace-bars"),
        rx.cond(TraceState.chosen, _node(), rx.fragment()),
    )


def _line(line: Any) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.el.span(
                rx.cond(line.plate, plate(line.plate, line.plate_state), rx.fragment()),
                rx.el.span(line.title, class_name="ell", dir="auto"),
                class_name="row",
                style={"--depth": line.depth.to_string()},
            ),
            rx.el.span(
                rx.el.i(style={"--from": f"{line.left}%", "--long": f"{line.width}%"}),
                class_name="trace-bar",
            ),
            rx.el.span(line.time, class_name="num t2"),
            rx.el.span(line.cost, class_name="num"),
            type="button",
            aria_pressed=rx.cond(TraceState.chosen == line.node, "true", "false"),
            on_click=TraceState.choose(line.node),
        ),
        class_name=rx.cond(line.plate, "", "sub"),
        key=line.node,
    )


def _node() -> rx.Component:
    node = TraceState.node
    play = link_button("Make a prompt of it", node.play, size="sm", icon="flask-conical")
    return rx.fragment(
        rx.el.div(
            plate(node.plate, rx.cond(node.mark == "wait", "wt", rx.cond(node.mark == "fail", "bad", ""))),
            rx.el.h2(node.title),
            rx.el.span(status(node.mark, node.words), class_name="r"),
            class_name="phead edge",
        ),
        rx.cond(node.reason, rx.el.p(node.reason, class_name="hint foot-note"), rx.fragment()),
        rx.cond(node.play, rx.el.p(play, class_name="pad"), rx.fragment()),
        value_section("Input", node.inputs, "Copy the input"),
        value_section(node.gave, node.output, "Copy it"),
    )
