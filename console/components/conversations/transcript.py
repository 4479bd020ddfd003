"""What was said, with the sources of each answer and two thumbs. All of it is text: nothing of it runs."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console import routes
from console.components.approvals.card import approval_cards
from console.components.conversations.about import about
from console.components.conversations.message import facts, message
from console.components.conversations.queue_dialog import queue_dialog
from console.components.conversations.remarks import remarks
from console.components.conversations.tag_dialog import tag_dialog
from console.components.conversations.takeover import takeover_foot
from console.components.conversations.trace import trace_dialog
from console.components.row_dialog import row_dialog
from console.components.ui import (
    button,
    empty_state,
    icon,
    icon_button,
    phase_view,
    skeleton_rows,
    status,
    tag,
    text_input,
)
from console.components.ui.at_address import at_address
from console.components.ui.phase_view import loading
from console.state.approval_cards import ApprovalCardsState
from console.state.beside import BesideState
from console.state.conversations import ConversationsState
from console.state.dataset_pick import DatasetPickState as Pick
from console.state.queue_pick import QueuePickState as QueuePick
from console.state.remarks import RemarksState
from console.state.takeover import TakeoverState
from console.state.trace import TraceState
from console.state.transcript import MARK, TranscriptState


def transcript() -> rx.Component:
    coming = skeleton_rows(220, 90, count=6)
    return rx.el.section(
        at_address(
            TranscriptState.conversation_id,
            _opened(coming),
            loading(coming, "The conversation"),
            also=routes.CONVERSATIONS.removeprefix("/"),  # the list opens its newest
        ),
        class_name="trans",
        aria_label="Transcript",
    )


def dialogs() -> rx.Component:
    """Draw what a transcript, or the list beside it, asks; outside both, for one of them may not be in sight."""
    return rx.fragment(row_dialog(Pick, "Make it a test", "Question"), queue_dialog(), tag_dialog(), trace_dialog())


def _opened(coming: rx.Component) -> rx.Component:
    return phase_view(
        TranscriptState.phase,
        rx.fragment(_head(), _outside(), about("narrow"), remarks(), _messages(), approval_cards(), takeover_foot()),
        skeleton=coming,
        empty=empty_state("No conversation is open", "Choose one from the list to read it."),
        problem=TranscriptState.problem,
        on_retry=TranscriptState.load,
        what="The conversation",
    )


def _head() -> rx.Component:
    return rx.el.div(
        rx.el.a(
            icon("chevron-left"), href=routes.CONVERSATIONS, aria_label="Back to the list", class_name="only-s back"
        ),
        rx.el.h1(
            TranscriptState.title, class_name="ell", dir="auto", tab_index=-1, custom_attrs={"data-opened": "true"}
        ),
        rx.cond(
            TranscriptState.flow_href != "",
            rx.el.a(tag(TranscriptState.flow), href=TranscriptState.flow_href, class_name="hide-s"),
            rx.el.span(tag(TranscriptState.flow), class_name="hide-s"),
        ),
        rx.el.span(tag(TranscriptState.channel), class_name="hide-s"),
        rx.el.span(
            icon_button(
                "columns-2",
                "Keep it beside, to compare",
                BesideState.hold(TranscriptState.conversation_id),
                size="sm",
            ),
            icon_button(
                "trash-2",
                "Delete the conversation",
                [ConversationsState.delete(TranscriptState.conversation_id), TranscriptState.open_newest],
                size="sm",
            ),
            class_name="r row tight",
        ),
        class_name="phead",
    )


def _outside() -> rx.Component:
    """Say that the list beside shows other conversations than the one that is open."""
    is_outside = ConversationsState.is_whole & ~ConversationsState.ids.contains(TranscriptState.conversation_id)
    line = rx.el.div(
        rx.el.span("The filters of the list leave this conversation out.", class_name="grow"),
        button("Show all conversations", ConversationsState.clear, size="sm"),
        class_name="t12 t2 unread examples",
        role="status",
    )
    return rx.cond(is_outside, line, rx.fragment())


def _messages() -> rx.Component:
    earlier = rx.el.div(
        rx.el.span(TranscriptState.earlier, class_name="t12 t2"),
        button("Show earlier ones", TranscriptState.show_earlier, size="sm"),
        class_name="row earlier",
    )
    later = rx.el.div(
        rx.el.span(TranscriptState.later, class_name="t12 t2"),
        button("Show later ones", TranscriptState.show_later, size="sm"),
        button("To the end", TranscriptState.show_end, size="sm"),
        class_name="row earlier",
    )
    return rx.el.div(
        rx.cond(BesideState.conversation_id != "", facts(TranscriptState.facts), rx.fragment()),
        rx.cond(TranscriptState.earlier != "", earlier, rx.fragment()),
        rx.foreach(
            TranscriptState.messages,
            lambda line: message(line, _feedback(line), _under_way(), MARK, marked=TranscriptState.marked == line.id),
        ),
        rx.cond(TranscriptState.later != "", later, rx.fragment()),
        class_name="scroll grow chat",
        tab_index=0,
        role="region",
        aria_label="Messages",
    )


def _under_way() -> rx.Component:
    waits = (ApprovalCardsState.cards.length() > 0) | (TakeoverState.held_by != "")
    return rx.cond(waits, status("wait", "Waiting for a person"), status("run", "Answering"))


def _feedback(line: Any) -> rx.Component:
    return rx.fragment(
        rx.el.div(
            _thumb(line, "up", "Helpful", "thumbs-up"),
            _thumb(line, "down", "Not helpful", "thumbs-down"),
            rx.el.span(line.figures, class_name="t12 t2"),
            rx.cond(line.run_id, _to_trace(line.run_id, _show_run(line)), rx.fragment()),
            rx.cond(
                line.trace_id,
                _to_trace(line.trace_id, TraceState.show_spans(TranscriptState.conversation_id, line.trace_id)),
                rx.fragment(),
            ),
            rx.el.button(
                "Make it a test",
                type="button",
                class_name="link t12",
                title="Keep the question with its right answer as a row of a dataset",
                on_click=Pick.open(line.id),
            ),
            rx.el.a(
                "Replay",
                href=line.replay,
                class_name="link t12",
                title="Ask it again beside this answer, as it was or with another version",
            ),
            rx.cond(
                QueuePick.may_add,
                rx.el.button(
                    "Queue",
                    type="button",
                    class_name="link t12",
                    title="Add the answer to an annotation queue",
                    on_click=QueuePick.open_one(TranscriptState.conversation_id, line.id),
                ),
                rx.fragment(),
            ),
            rx.el.button("Comment", type="button", class_name="link t12", on_click=RemarksState.comment_on(line.id)),
            class_name="fb",
        ),
        rx.cond(
            line.tests.length() > 0, rx.el.ul(rx.foreach(line.tests, _test), class_name="tests t12"), rx.fragment()
        ),
        rx.cond(TranscriptState.commenting == line.id, _comment_form(), rx.fragment()),
        rx.cond(line.comment, rx.el.p("\u201c", line.comment, "\u201d", class_name="t12 t2"), rx.fragment()),
    )


def _test(test: Any) -> rx.Component:
    """Say how a row that the answer became stands, with the ways to it and to what asked it last."""
    mark = rx.match(
        test.mark,
        ("ok", status("ok", test.words)),
        ("fail", status("fail", test.words)),
        ("warn", status("warn", test.words)),
        status("queued", test.words),
    )
    asked = rx.el.a(test.experiment, href=test.experiment_href, dir="auto")
    return rx.el.li(
        mark,
        rx.el.a(test.row, href=test.href, dir="auto"),
        rx.cond(test.experiment, asked, rx.fragment()),
        rx.cond(test.run, rx.el.a(test.run, href=test.run_href, dir="auto"), rx.fragment()),
        key=test.href,
    )


def _show_run(line: Any) -> Any:
    return TraceState.show(line.run_id, rx.cond(line.replied, line.author, ""))


def _to_trace(shown_by: Any, show: Any) -> rx.Component:
    on = TraceState.head.run_id == shown_by
    return rx.fragment(
        rx.el.button(
            "Trace", type="button", class_name=rx.cond(on, "link t12 at-side on", "link t12 at-side"), on_click=show
        ),
        rx.el.button("Trace", type="button", class_name="link t12 on-top", on_click=[show, TraceState.open]),
    )


def _thumb(line: Any, rating: str, words: str, name: str) -> rx.Component:
    return rx.el.button(
        icon(name, small=True),
        type="button",
        class_name=rx.cond(line.rating == rating, f"btn sm icon pr {rating}", "btn sm icon"),
        aria_pressed=rx.cond(line.rating == rating, "true", "false"),
        aria_label=words,
        on_click=TranscriptState.rate(line.id, rating),
        custom_attrs={"data-tip": words},
    )


def _comment_form() -> rx.Component:
    return rx.el.form(
        text_input(name="comment", placeholder="Why? Optional.", aria_label="Reason", max_length=2000),
        button("Keep the reason", size="sm", type="submit"),
        button("Without words", TranscriptState.leave_comment, kind="quiet", size="sm"),
        on_submit=TranscriptState.comment,
        class_name="cm",
        reset_on_submit=True,
    )
