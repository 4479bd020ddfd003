"""The log of every chat: filters, list, transcript, trace."""

from __future__ import annotations

import reflex as rx

from console import routes
from console.components.conversations.beside import beside
from console.components.conversations.filters import filters
from console.components.conversations.judge_dialog import judge_dialog
from console.components.conversations.listing import listing
from console.components.conversations.transcript import dialogs, transcript
from console.components.shell import shell
from console.state.conversations import ConversationsState


def conversations() -> rx.Component:
    """Draw the list, and beside it the newest conversation where there is room."""
    return _page("conv")


def conversation() -> rx.Component:
    """Draw the list with the conversation of the address beside it; alone where there is no room for both."""
    return _page("conv open")


def _page(class_name: str) -> rx.Component:
    facets = rx.el.aside(
        rx.el.div(
            rx.el.h2("Conversations"),
            rx.el.span(ConversationsState.total, class_name="t12 t2 r"),
            class_name="phead",
        ),
        filters("wide"),
        class_name="facets",
        aria_label="Filters",
    )
    return shell(
        routes.CONVERSATIONS,
        rx.fragment(),
        rx.el.div(facets, listing(), transcript(), beside(), class_name=class_name),
        dialogs(),
        judge_dialog(),
        slim=True,
    )
