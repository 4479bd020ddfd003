"""The filters of the log: words, saved views, and choices with how many each would show."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui import filter_input
from console.state.conversations import ConversationsState

SEARCH_MS = 250


def filters(place: str) -> rx.Component:
    """Draw the search and the filters. `place` tells apart the two that a page has, wide and narrow."""
    return rx.fragment(
        rx.el.div(
            filter_input(
                label="Search the messages",
                default_value=ConversationsState.query,
                key=f"{place}-{ConversationsState.num_clears}",
                on_change=ConversationsState.search.debounce(SEARCH_MS),
                id=f"search-{place}",
            ),
            class_name="fsearch",
        ),
        rx.foreach(ConversationsState.filters, _filter),
    )


def _filter(one: Any) -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend(one.title), rx.foreach(one.lines, lambda line: _line(one.key, line)), key=one.key
    )


def _line(key: Any, one: Any) -> rx.Component:
    box = rx.el.input(
        type="checkbox", checked=one.chosen, on_change=lambda _: ConversationsState.toggle(key, one.value)
    )
    return rx.el.label(
        box,
        rx.el.span(one.name, class_name="ell", dir="auto", title=one.name),
        rx.el.span(one.count, class_name="r t2"),
        rx.el.i(style={"--share": f"{one.percent}%"}),
        class_name="fc",
        key=one.value,
    )
