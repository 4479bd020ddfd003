"""An answer in full, over the page: the question as it was sent, the answer, and the scores with their reasons."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.flows.run_values import value_section
from console.components.ui import SAFE, banner, button, dialog, icon_button, link_button, status
from console.state.experiment_cell import ExperimentCellState as Opened

VIEW: Any = Opened.view


def open_button(cells: Any) -> rx.Component:
    """Draw the way to the first of a side's answers."""
    return button("Open answer", Opened.open(cells[0]), size="sm")


def opened_cell_dialog() -> rx.Component:
    trace = link_button("Open trace", VIEW.href, icon="git-branch")
    again = button("Ask again", Opened.ask_again, icon="rotate-cw")
    facts = rx.el.dl(
        rx.foreach(VIEW.facts, lambda one: rx.fragment(rx.el.dt(one.name), rx.el.dd(one.words, dir="auto"))),
        class_name="facts",
    )
    anew = rx.cond(VIEW.anew, rx.el.p(VIEW.anew, class_name="t12 t2", dir="auto"), rx.fragment())
    return dialog(
        VIEW.title,
        rx.el.div(status(VIEW.mark, VIEW.words), _steps(), class_name="row"),
        rx.cond(VIEW.error, banner("fail", "It has no whole answer.", VIEW.error), rx.fragment()),
        facts,
        rx.cond(VIEW.problem, banner("wait", "What was asked cannot be shown.", VIEW.problem), anew),
        value_section("Input", VIEW.given, "Copy the input"),
        value_section("Prompt as sent", VIEW.sent, "Copy the prompt"),
        value_section("Tools it could call", VIEW.tools, "Copy the tools"),
        value_section("Tool calls", VIEW.calls, "Copy the tool calls"),
        value_section("Passages", VIEW.passages, "Copy the passages"),
        value_section("Output", VIEW.answer, "Copy the output"),
        value_section("Expected", VIEW.expected, "Copy what was expected"),
        _scores(),
        identifier="xp-cell",
        opened=Opened.opened,
        on_close=Opened.close,
        class_name="wide xp-cell",
        foot=[
            rx.cond(VIEW.href, trace, rx.fragment()),
            rx.cond(VIEW.again, again, rx.fragment()),
            button("Close", Opened.close, custom_attrs=SAFE),
        ],
    )


def _steps() -> rx.Component:
    """Lead to the other answers of the same variant to the same row."""
    steps = rx.el.span(
        rx.el.span(VIEW.place, class_name="t12 t2"),
        icon_button("chevron-up", "Repetition before", Opened.open(VIEW.before), size="sm", disabled=VIEW.before < 0),
        icon_button("chevron-down", "Next repetition", Opened.open(VIEW.behind), size="sm", disabled=VIEW.behind < 0),
        class_name="r row tight",
    )
    return rx.cond(VIEW.place, steps, rx.fragment())


def _scores() -> rx.Component:
    lines = rx.el.ul(rx.foreach(VIEW.scores, _score), class_name="in vals")
    drawn = rx.el.section(rx.el.div(rx.el.h2("Scores"), class_name="phead"), lines, class_name="psec")
    return rx.cond(VIEW.scores, drawn, rx.fragment())


def _score(one: Any) -> rx.Component:
    words = rx.match(
        one.mark, ("ok", status("ok", one.words)), ("fail", status("fail", one.words)), rx.el.span(one.words)
    )
    return rx.el.li(
        rx.el.div(rx.el.b(one.name, class_name="b", dir="auto"), words, class_name="row"),
        rx.cond(one.of, rx.el.p(one.of, class_name="t12 t2", dir="auto"), rx.fragment()),
        rx.cond(one.why, rx.el.p(one.why, class_name="vt t12", dir="auto"), rx.fragment()),
        rx.cond(one.said, _said(one.said), rx.fragment()),
        rx.cond(one.judges, rx.el.ul(rx.foreach(one.judges, _judge), class_name="xp-judges"), rx.fragment()),
        rx.cond(one.asked.raw, _asked(one), rx.fragment()),
    )


def _asked(one: Any) -> rx.Component:
    """Show what the judge was sent, folded away: it repeats the answer."""
    return rx.el.details(
        rx.el.summary("What the judge was sent"),
        value_section("Prompt as sent", one.asked, "Copy the prompt"),
        class_name="xf-more",
    )


def _judge(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(one.model, class_name="mono", dir="auto"), rx.el.b(one.words, dir="auto"), class_name="row"
        ),
        rx.cond(one.why, rx.el.p(one.why, class_name="vt", dir="auto"), rx.fragment()),
        rx.cond(one.said, _said(one.said), rx.fragment()),
        class_name="t12",
    )


def _said(words: Any) -> rx.Component:
    """Show what a judge replied that nobody could understand."""
    return rx.el.details(
        rx.el.summary("What the judge replied"),
        rx.el.p(words, class_name="vt t12 lines", dir="auto"),
        class_name="xf-more",
    )
