"""The filters of the log: words, and choices with how many each would show."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui import filter_input
from console.state.conversations import ConversationsState

SEARCH_MS = 250


def filters(place: str) -> rx.Component:
    """Draw the search and the three filters. `place` tells apart the two that a page has, wide and narrow."""
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
        _facet("Flow", "flow", ConversationsState.flows),
        _facet("State", "state", ConversationsState.states),
        _facet("Feedback", "rating", ConversationsState.ratings),
    )


def _facet(title: str, key: str, choices: Any) -> rx.Component:
    def line(one: Any) -> rx.Component:
        return rx.el.label(
            rx.el.input(
                type="checkbox", checked=one.chosen, on_change=lambda _: ConversationsState.toggle(key, one.value)
            ),
            rx.el.span(one.name, class_name="ell"),
            rx.el.span(one.count, class_name="r t2"),
            rx.el.i(style={"--share": f"{one.percent}%"}),
            class_name="fc",
            key=one.value,
        )

    return rx.el.fieldset(rx.el.legend(title), rx.foreach(choices, line))
