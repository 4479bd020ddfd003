"""What stands beside a transcript: what is known of it and its trace, or a second conversation to compare with."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.conversations.about import about
from console.components.conversations.message import facts, message
from console.components.conversations.scores import scores
from console.components.conversations.trace import trace
from console.components.ui import empty_state, icon_button, phase_view, skeleton_rows, status
from console.state.beside import BesideState
from console.state.transcript import TranscriptState


def beside() -> rx.Component:
    # Where none is open no trace will come, and one that was there is of a conversation that is gone.
    known = rx.cond(TranscriptState.phase == "empty", rx.fragment(), rx.fragment(about("wide"), trace(), scores()))
    return rx.cond(BesideState.conversation_id != "", _second(), rx.el.div(known, class_name="tracep"))


def _line(line: Any) -> rx.Component:
    return message(line, rx.el.p(line.figures, class_name="t12 t2 figs"), status("run", "Answering"))


def _second() -> rx.Component:
    choose = empty_state("Kept beside", "Open another conversation from the list, to compare it with this one.")
    said = rx.el.div(
        facts(BesideState.facts),
        rx.cond(BesideState.earlier != "", rx.el.p(BesideState.earlier, class_name="t12 t2"), rx.fragment()),
        rx.foreach(BesideState.messages, _line),
        class_name="scroll grow chat",
        tab_index=0,
        role="region",
        aria_label="Messages of the conversation beside",
    )
    ready = rx.fragment(
        rx.el.div(
            rx.el.h2(BesideState.title, class_name="ell", dir="auto"),
            rx.el.span(icon_button("x", "Close the comparison", BesideState.let_go, size="sm"), class_name="r"),
            class_name="phead",
        ),
        rx.cond(BesideState.conversation_id == TranscriptState.conversation_id, choose, said),
    )
    return rx.el.aside(
        phase_view(
            BesideState.phase,
            ready,
            skeleton=skeleton_rows(220, 90, count=6),
            empty=empty_state("Nothing to compare with", 'Open a conversation and choose "Keep it beside".'),
            problem=BesideState.problem,
            on_retry=BesideState.hold(BesideState.conversation_id),
            what="The conversation",
        ),
        class_name="tracep second",
        aria_label="Conversation beside",
    )
