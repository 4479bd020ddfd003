"""The list of conversations, newest first or in another order."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console import routes
from console.components.conversations.filters import filters
from console.components.conversations.views import tools, view_form
from console.components.ui import (
    Every,
    button,
    checkbox,
    empty_state,
    icon_button,
    link_button,
    phase_view,
    select,
    skeleton_rows,
    status,
    tag,
)
from console.components.ui.parts import ListKeys
from console.state.conversations import MAX_NEW, ConversationsState
from console.state.conversations_words import ORDER_WORDS
from console.state.queue_pick import QueuePickState as QueuePick
from console.state.transcript import TranscriptState

LOOK_SECONDS = 4


def listing() -> rx.Component:
    return rx.el.section(
        _head(),
        tools(),
        _narrow_filters(),
        _chosen(),
        _unread(),
        _examples(),
        _new(),
        _rows(),
        view_form(),
        rx.cond(
            ConversationsState.phase == "ready",
            Every.create(seconds=LOOK_SECONDS, on_tick=ConversationsState.look),
            rx.fragment(),
        ),
        class_name="list",
        aria_label="Conversation list",
    )


def _new() -> rx.Component:
    """Say what came meanwhile: rows never move under the pointer."""
    number = ConversationsState.num_new
    return rx.cond(
        number > 0,
        rx.el.div(
            button(rx.cond(number >= MAX_NEW, f"{MAX_NEW} new or more", f"{number} new"), ConversationsState.show_new,
                   size="sm"),
            class_name="more",
            role="status",
        ),
        rx.fragment(),
    )  # fmt: skip


def _head() -> rx.Component:
    return rx.el.div(
        rx.el.span(
            rx.el.b(ConversationsState.matching, class_name="b"),
            rx.cond(ConversationsState.matching == "1", " match", " matches"),
            class_name="t12 nw",
        ),
        select(
            [(one.value, words) for one, words in ORDER_WORDS.items()],
            value=ConversationsState.order,
            on_change=ConversationsState.sort,
            aria_label="Sort the list",
            class_name="r",
            id="order",
        ),
        class_name="phead",
    )


def _chosen() -> rx.Component:
    """Say what narrows the list: filters stay from before, and from other pages that lead here."""
    words = rx.cond(
        ConversationsState.query != "",
        rx.el.span("\u201c", ConversationsState.query, "\u201d", class_name="tag", dir="auto"),
        rx.fragment(),
    )
    chosen = rx.el.div(
        words,
        rx.foreach(ConversationsState.chips, _chip),
        rx.el.button("Clear filters", on_click=ConversationsState.clear, class_name="link t12", type="button"),
        class_name="chosen",
        role="group",
        aria_label="What the list shows",
    )
    return rx.cond((ConversationsState.chips.length() > 0) | (ConversationsState.query != ""), chosen, rx.fragment())


def _chip(one: Any) -> rx.Component:
    away = icon_button(
        "x", f"Take away {one.words}", ConversationsState.toggle(one.key, one.value), kind="quiet", size="sm"
    )
    return rx.el.span(rx.el.span(one.words, dir="auto"), away, class_name="tag", key=one.words)


def _unread() -> rx.Component:
    """Say what of an address was not read, and that a phrase was looked for in the newest conversations alone."""
    left_out = rx.el.p(ConversationsState.left_out, class_name="t12 unread", role="status", dir="auto")
    older = rx.cond(
        ConversationsState.num_unread != "",
        rx.el.p(
            ConversationsState.num_unread,
            " older conversations contain these words too but were not checked for the exact phrase. Add a rarer "
            "word to find them; the export includes them.",
            class_name="t12 t2 unread",
            role="status",
        ),
        rx.fragment(),
    )
    return rx.fragment(rx.cond(ConversationsState.left_out != "", left_out, rx.fragment()), older)


def _examples() -> rx.Component:
    """Say what came with the product, and offer to take it away."""
    number = ConversationsState.num_examples
    return rx.cond(
        number > 0,
        rx.el.div(
            rx.el.span(
                number,
                rx.cond(number == 1, " example conversation", " example conversations"),
                " came with Signalbox; no figure counts them.",
                class_name="grow",
            ),
            rx.cond(
                ConversationsState.may_remove,
                button("Remove examples", ConversationsState.remove_examples, size="sm"),
                rx.fragment(),
            ),
            class_name="t12 t2 unread examples",
        ),
        rx.fragment(),
    )


def _narrow_filters() -> rx.Component:
    """Fold the filters away where there is no room for their column."""
    return rx.el.details(
        rx.el.summary(
            "Search and filter",
            rx.cond(ConversationsState.num_filters > 0, f" ({ConversationsState.num_filters})", ""),
        ),
        filters("narrow"),
        class_name="fold",
    )


def _rows() -> rx.Component:
    rows = ListKeys.create(
        rx.el.ul(rx.foreach(ConversationsState.rows, _row)),
        rx.cond(
            ConversationsState.has_more,
            rx.el.div(button("Show more", ConversationsState.more, size="sm"), class_name="more"),
            rx.fragment(),
        ),
        place=ConversationsState.export_href,
        class_name="scroll",
    )
    no_match = empty_state(
        "Nothing matches",
        "No conversation matches this search and these filters.",
        button("Clear filters", ConversationsState.clear),
    )
    return phase_view(
        ConversationsState.phase,
        rx.cond(ConversationsState.rows.length() > 0, rows, no_match),
        skeleton=skeleton_rows(160, 60, count=8),
        empty=empty_state(
            "No conversations yet",
            "Every chat with a flow is kept here, with its answers, sources and cost.",
            link_button("Ask the example flow", routes.OVERVIEW, kind="primary"),
        ),
        problem=ConversationsState.problem,
        on_retry=ConversationsState.load,
        what="The list",
    )


def _cell(value: Any, name: Any) -> rx.Component:
    return rx.cond(value != "", rx.el.span(value, class_name="tag", dir="auto", key=name), rx.fragment())


def _found(row: Any) -> rx.Component:
    """Show where the words of the search stand."""
    named = rx.cond(row.found_in != "", rx.el.span(row.found_in, ": "), rx.fragment())
    pieces = rx.foreach(
        row.found, lambda one: rx.cond(one.hit, rx.el.mark(one.text, key=one.id), rx.el.span(one.text, key=one.id))
    )
    return rx.el.span(named, rx.el.bdi(pieces), class_name="t2 t12 two-lines found")


def _row(row: Any) -> rx.Component:
    chosen = TranscriptState.conversation_id == row.id
    return rx.el.li(
        rx.cond(
            QueuePick.may_select,
            checkbox(row.title, QueuePick.selected.contains(row.id), QueuePick.select(row.id), bare=True),
            rx.fragment(),
        ),
        rx.el.a(
            rx.el.span(
                rx.el.b(row.title, class_name="b two-lines", dir="auto", title=row.title),
                rx.el.time(row.when, class_name="t12 t2 r nw", title=row.when_exact),
                class_name="row",
            ),
            rx.cond(
                row.found.length() > 0,
                _found(row),
                rx.el.span(row.preview, class_name="ell t2 t12 pv", dir="auto"),
            ),
            rx.el.span(
                status(row.mark, row.words),
                rx.cond(row.example, tag("Example"), rx.fragment()),
                rx.el.span(
                    rx.foreach(ConversationsState.cells, lambda name: _cell(row.cells[name], name)),
                    class_name="r cells",
                ),
                class_name="row t12",
            ),
            href=row.href,
            aria_current=rx.cond(chosen, "true", "false"),
            tab_index=-1,
        ),
        class_name=rx.cond(chosen, "cv on", "cv"),
        tab_index=0,
        key=row.id,
        custom_attrs={"data-row": "true"},
    )
