"""The foot of a transcript: take over, reply, hand back, or who else does."""

from __future__ import annotations

import reflex as rx

from console.components.ui import Every, button, status, text_input
from console.state.takeover import TakeoverState as Takeover
from console.state.transcript import TranscriptState

LOOK_SECONDS = 5


def takeover_foot() -> rx.Component:
    free = rx.el.div(
        rx.el.span("The flow answers here. It pauses when you take over.", class_name="t12 t2 grow"),
        button("Take over", Takeover.take, icon="hand"),
        class_name="tk row",
    )
    other = rx.el.div(
        status(
            "wait", rx.fragment(Takeover.held_by, " has been answering this conversation since ", Takeover.since, ".")
        ),
        class_name="tk row",
    )
    foot = rx.cond(Takeover.held_by == "", free, rx.cond(Takeover.is_mine, _mine(), other))
    # A chat with a flow goes on while somebody reads it, also for those who may not reply.
    follow = Every.create(seconds=LOOK_SECONDS, on_tick=Takeover.look)
    return rx.fragment(
        rx.cond(Takeover.may_reply, foot, rx.fragment()),
        rx.cond(TranscriptState.flow_href != "", follow, rx.fragment()),
    )


def _mine() -> rx.Component:
    wrong = rx.el.p(status("fail", Takeover.errors["text"]), role="alert")
    return rx.el.div(
        rx.el.div(
            status("wait", rx.fragment("You have been answering since ", Takeover.since, ". The flow waits.")),
            button("Hand back", Takeover.hand_back, size="sm", class_name="r"),
            class_name="row wrap",
        ),
        rx.el.form(
            text_input(
                name="text",
                placeholder="Reply under your name",
                aria_label="Reply",
                dir="auto",
                auto_focus=Takeover.num_sent > 0,  # behind one that was sent, the next is written
                class_name="grow",
                key=f"{TranscriptState.conversation_id}-{Takeover.num_sent}",
            ),
            button("Send", kind="primary", type="submit"),
            on_submit=Takeover.send,
            class_name="row",
        ),
        rx.cond(Takeover.errors.contains("text"), wrong, rx.fragment()),
        class_name="tk",
    )
