"""The scores of the open conversation, below its trace."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui import status
from console.state.queue_pick import QueuePickState as QueuePick
from console.state.scores import ScoresState as Scores
from console.state.transcript import TranscriptState


def scores() -> rx.Component:
    return rx.cond((TranscriptState.phase == "ready") & Scores.may_read, _section(), rx.fragment())


def _section() -> rx.Component:
    ask = rx.el.button(
        "Add to a queue",
        type="button",
        class_name="link t12",
        on_click=QueuePick.open_one(TranscriptState.conversation_id, ""),
    )
    none = rx.el.p(
        "None yet. People score in annotation queues, judges in the log, evaluators in experiments. ",
        rx.cond(QueuePick.may_add, ask, rx.fragment()),
        class_name="t12 t2 pad",
    )
    return rx.el.section(
        rx.el.div(rx.el.h2("Scores"), class_name="phead edge"),
        rx.cond(Scores.scored.length() > 0, rx.foreach(Scores.scored, _group), none),
        class_name="scores",
        aria_label="Scores",
    )


def _group(group: Any) -> rx.Component:
    of_answer = rx.el.p(rx.el.a("Answer of ", group.when, href=group.href), class_name="t12 t2 pad")
    return rx.fragment(
        rx.cond(group.about, of_answer, rx.fragment()),
        rx.el.ul(rx.foreach(group.lines, _line), class_name="t12"),
    )


def _line(line: Any) -> rx.Component:
    words = rx.match(
        line.mark,
        ("ok", status("ok", line.words)),
        ("fail", status("fail", line.words)),
        rx.el.span(line.words, dir="auto"),
    )
    return rx.el.li(
        rx.el.span(line.name, class_name="sname", dir="auto"),
        words,
        rx.el.span(
            rx.cond(line.by, rx.fragment(rx.el.bdi(line.by), ", "), rx.fragment()),
            rx.el.a(line.source, href=line.href, dir="auto"),
            class_name="t2",
        ),
        rx.cond(line.why, rx.el.p(line.why, class_name="t2 why", dir="auto"), rx.fragment()),
        key=line.key,
    )
