"""Tags and comments of the open conversation, between its head and its messages."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui import button, error_of, icon, icon_button, status, text_area, text_input
from console.state.remarks import RemarksState as Remarks

MAX_TAG = 40
MAX_COMMENT = 2_000
TYPED_MS = 200


def remarks() -> rx.Component:
    """Draw the tags in a row, and below it the comments while they are open."""
    number = Remarks.comments.length()
    return rx.el.section(
        rx.el.div(
            rx.foreach(Remarks.tags, _tag),
            rx.cond(Remarks.may_remark, _tag_form(), rx.fragment()),
            rx.cond(Remarks.may_remark, _handled(), rx.fragment()),
            rx.el.button(
                icon("message-square", small=True),
                rx.cond(number > 0, f"Comments ({number})", "Comment"),
                type="button",
                class_name="link t12 r row tight",
                aria_expanded=rx.cond(Remarks.opened, "true", "false"),
                on_click=Remarks.toggle,
            ),
            class_name="row wrap",
        ),
        _refusal("tag"),
        rx.cond(Remarks.opened, _comments(), rx.fragment()),
        class_name="remarks",
        aria_label="Tags and comments",
    )


def _handled() -> rx.Component:
    """Offer to say that what was found not helpful was seen to, or that it is open again."""
    again = button("Open again", Remarks.handle, kind="quiet", size="sm")
    return rx.fragment(
        rx.cond(Remarks.rating == "down", button("Mark as handled", Remarks.handle, size="sm"), rx.fragment()),
        rx.cond(Remarks.rating == "handled", again, rx.fragment()),
    )


def _refusal(name: str) -> rx.Component:
    said = error_of(Remarks.errors, name)
    return rx.cond(said != "", rx.el.p(status("fail", said), role="alert"), rx.fragment())


def _tag(name: Any) -> rx.Component:
    away = icon_button("x", f"Remove the tag {name}", Remarks.remove_tag(name), kind="quiet", size="sm")
    return rx.el.span(
        rx.el.span(name, dir="auto"), rx.cond(Remarks.may_remark, away, rx.fragment()), class_name="tag", key=name
    )


def _tag_form() -> rx.Component:
    entry = text_input(
        name="tag", placeholder="Add a tag", aria_label="Add a tag", max_length=MAX_TAG, required=True,
        key=f"tag-{Remarks.num_sent}",
    )  # fmt: skip
    return rx.el.form(entry, on_submit=Remarks.add_tag, class_name="tagform")


def _comments() -> rx.Component:
    return rx.el.div(
        rx.cond(
            Remarks.comments.length() > 0,
            rx.el.ul(rx.foreach(Remarks.comments, _comment), tab_index=0, aria_label="Comments"),
            rx.el.p("No comments yet. Comments are for colleagues; flows never read them.", class_name="t12 t2"),
        ),
        rx.cond(Remarks.may_remark, _comment_form(), rx.fragment()),
        class_name="comments",
    )


def _comment(one: Any) -> rx.Component:
    on = rx.el.a("on a message", href=one.href, class_name="t12")
    away = icon_button("trash-2", "Delete your comment", Remarks.delete(one.id), kind="quiet", size="sm")
    return rx.el.li(
        rx.el.div(
            rx.el.b(one.author, dir="auto"),
            rx.el.time(one.when, title=one.when_exact, class_name="t12 t2"),
            rx.cond(one.about != "", on, rx.fragment()),
            rx.el.span(rx.cond(one.mine, away, rx.fragment()), class_name="r"),
            class_name="row",
        ),
        rx.el.p(one.text, class_name="said", dir="auto"),
        key=one.id,
    )


def _comment_form() -> rx.Component:
    return rx.el.form(
        text_area(
            name="text", rows="2", dir="auto", max_length=MAX_COMMENT, required=True, aria_label="Comment",
            placeholder=rx.cond(Remarks.about != "", "What should colleagues know about this message?",
                                "What should colleagues know about this conversation?"),
            default_value=Remarks.unsent, on_change=Remarks.keep.debounce(TYPED_MS),
            key=f"comment-{Remarks.conversation_id}-{Remarks.num_sent}",
        ),
        _refusal("text"),
        button(
            rx.cond(Remarks.about != "", "Comment on the message", "Comment on the conversation"),
            size="sm", type="submit",
        ),
        on_submit=Remarks.send,
    )  # fmt: skip
