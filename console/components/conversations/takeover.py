"""The foot of a transcript: take over, reply, hand back, or who else does."""

from __future__ import annotations

import reflex as rx

from console.components.ui import Every, button, status, text_area
from console.components.ui.parts import EnterSends
from console.state.takeover import TakeoverState as Takeover
from console.state.transcript import TranscriptState

LOOK_SECONDS = 5


def takeover_foot() -> rx.Component:
    free = rx.el.div(
        rx.el.span(
            "The flow answers here. It pauses when you take over: an answer under way is not sent.",
            class_name="t12 t2 grow",
        ),
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
    unused = (Takeover.draft != "") & (Takeover.reply == "")
    return rx.el.div(
        rx.el.div(
            status("wait", rx.fragment("You have been answering since ", Takeover.since, ". The flow waits.")),
            button("Hand back", Takeover.hand_back, size="sm", class_name="r"),
            class_name="row wrap",
        ),
        rx.cond(Takeover.is_under_way, _under_way(), rx.cond(unused, _draft(), rx.fragment())),
        rx.el.form(
            _entry(),
            button("Send", kind="primary", type="submit"),
            on_submit=Takeover.send,
            class_name="row",
        ),
        rx.cond(Takeover.errors.contains("text"), wrong, rx.fragment()),
        class_name="tk",
    )


def _entry() -> rx.Component:
    """Draw the entry, with the draft in it where that is used. It grows with its lines."""
    entry = text_area(
        name="text",
        rows="1",
        default_value=Takeover.reply,
        placeholder="Reply under your name",
        title="Enter sends, Shift+Enter breaks the line",
        aria_label="Reply",
        dir="auto",
        auto_focus=(Takeover.num_sent > 0) | (Takeover.reply != ""),  # behind one that was sent, the next is written
        key=f"{TranscriptState.conversation_id}-{Takeover.num_sent}-{Takeover.drawn}",
    )
    return EnterSends.create(entry, class_name="grow grows")


def _under_way() -> rx.Component:
    words = "The flow was answering as you took over. Its answer is not sent; it will stand here as a draft."
    return rx.el.p(words, class_name="t12 t2")


def _draft() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.b("The flow\u2019s draft, not sent", class_name="b t12"),
            button("Use the draft", Takeover.use_draft, size="sm", class_name="r"),
            class_name="row wrap",
        ),
        rx.el.p(Takeover.draft, class_name="said t12", dir="auto", tab_index=0, role="region", aria_label="Draft"),
        class_name="well draft",
    )
