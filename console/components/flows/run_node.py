"""The right pane of a run: what it was asked and answered, and the selected node in full."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.flows.run_panel import piece, source
from console.components.flows.run_values import value_section
from console.components.ui import icon_button, link_button, plate, status
from console.state.run_page import RunPageState

NODE = RunPageState.node


def node_pane() -> rx.Component:
    return rx.el.aside(
        rx.el.div(
            plate(NODE.plate, NODE.look),
            rx.el.h2(NODE.title, class_name="ell"),
            status(NODE.mark, NODE.words),
            rx.el.span(
                icon_button("chevron-up", "Node before", RunPageState.step(-1), size="sm"),
                icon_button("chevron-down", "Node after", RunPageState.step(1), size="sm"),
                class_name="r row tight",
            ),
            class_name="phead",
        ),
        rx.el.dl(
            _figure("Time", NODE.time),
            _figure("In", NODE.tokens_in),
            _figure("Out", NODE.tokens_out),
            _figure("Cost", NODE.cost),
            class_name="figs",
        ),
        rx.el.div(
            rx.cond(NODE.reason, rx.el.p(NODE.reason, class_name="why", dir="auto"), rx.fragment()),
            _tries(),
            value_section("Input", NODE.inputs, "Copy the input"),
            value_section(NODE.prompt_name, NODE.prompt, "Copy the prompt"),
            value_section("What the embedded model was given", NODE.given, "Copy what it was given"),
            _playground(),
            value_section("Output", NODE.output, "Copy the output"),
            value_section("Trace", NODE.detail, "Copy the trace"),
            _whole(),
            class_name="scroll grow",
            tab_index=0,
            role="region",
            aria_label="Details of the node",
        ),
        class_name="insp",
        aria_label="Selected node",
    )


def _playground() -> rx.Component:
    link = rx.el.p(link_button(NODE.play_words, NODE.play, size="sm", icon="flask-conical"), class_name="pad")
    return rx.cond(NODE.play, link, rx.fragment())


def _figure(name: str, value: Any) -> rx.Component:
    return rx.el.div(rx.el.dt(name), rx.el.dd(value))


def _tries() -> rx.Component:
    rows = rx.el.ol(rx.foreach(NODE.tries, _try), class_name="att")
    head = rx.el.div(rx.el.h2("Attempts"), class_name="phead")
    return rx.cond(NODE.tries, rx.el.section(head, rows, class_name="psec"), rx.fragment())


def _try(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(one.number, class_name="an"),
        rx.el.span(
            status(one.mark, one.words),
            rx.cond(one.waited, rx.el.span("then waited ", one.waited, class_name="t2 d"), rx.fragment()),
            class_name="grow",
        ),
        rx.el.span(one.time, class_name="num t2"),
    )


def _whole() -> rx.Component:
    """Draw what the run as a whole was asked and answered."""
    sources = rx.el.ol(rx.foreach(RunPageState.sources, source), class_name="srcs")
    answer = rx.el.section(
        rx.el.div(rx.el.h2("The run's answer"), class_name="phead"),
        rx.el.div(
            rx.el.p(rx.foreach(RunPageState.pieces, piece), class_name="ans"),
            rx.cond(RunPageState.sources, sources, rx.fragment()),
            class_name="in",
        ),
        class_name="psec",
    )
    return rx.fragment(
        value_section("Input of the run", RunPageState.asked, "Copy what was asked"),
        rx.cond(RunPageState.pieces, answer, rx.fragment()),
    )
