"""What is known of a conversation beside its messages, and how it went."""

from __future__ import annotations

import reflex as rx

from console.components.conversations.message import facts
from console.components.conversations.scores import scores
from console.components.ui import code, field, select
from console.state.conversations_words import SATISFACTION_WORDS, TASK_WORDS
from console.state.remarks import RemarksState as Remarks
from console.state.transcript import TranscriptState


def about(place: str) -> rx.Component:
    """Draw it folded; `place` tells apart the two that a page has, wide and narrow, which holds the scores too."""
    return rx.cond(
        TranscriptState.phase == "ready",
        rx.el.details(
            rx.el.summary("About this conversation"),
            facts(TranscriptState.facts),
            rx.cond(Remarks.may_remark, _outcome(place), rx.fragment()),
            rx.cond(TranscriptState.details.length() > 0, code(TranscriptState.details, "Metadata"), rx.fragment()),
            scores() if place == "narrow" else rx.fragment(),
            class_name=f"about {place}",
            open=(TranscriptState.flow_href == "") if place == "wide" else False,
        ),
        rx.fragment(),
    )


def _outcome(place: str) -> rx.Component:
    """Let a person say how it went, which figures and alerts count like what a customer told."""
    return rx.el.div(
        field(
            "Task completed",
            select(
                TASK_WORDS,
                value=TranscriptState.task,
                on_change=TranscriptState.tell_task,
                id=f"task-completed-{place}",
            ),
            html_for=f"task-completed-{place}",
        ),
        field(
            "Satisfaction",
            select(
                SATISFACTION_WORDS,
                value=TranscriptState.satisfaction,
                on_change=TranscriptState.tell_satisfaction,
                id=f"satisfaction-{place}",
            ),
            html_for=f"satisfaction-{place}",
        ),
        class_name="said-of",
    )
