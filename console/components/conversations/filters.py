"""The filters of the log: words, saved views, and choices with how many each would show."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui import button, filter_input, select
from console.state.conversations import ConversationsState
from console.state.conversations_ranges import KINDS

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
        _time(place),
        rx.foreach(ConversationsState.filters, _filter),
        _more(place),
    )


def _time(place: str) -> rx.Component:
    """Draw the choice of a time by its name, and of two days; they say what is chosen elsewhere too."""
    days = (
        rx.el.label(
            rx.el.span(words, class_name="t12 t2"),
            rx.el.input(type="date", name=name, class_name="input", default_value=day, required=required, key=day),
        )
        for name, words, day, required in (
            ("first", "From", ConversationsState.first_day, True),
            ("last", "To", ConversationsState.last_day, False),
        )
    )
    return rx.el.fieldset(
        rx.el.legend("Time"),
        select(
            ConversationsState.times,
            value=ConversationsState.time,
            on_change=ConversationsState.narrow_time,
            aria_label="Time",
            id=f"time-{place}",
        ),
        rx.el.details(
            rx.el.summary("From and to"),
            rx.el.form(
                *days,
                button("Filter by days", size="sm", type="submit"),
                on_submit=ConversationsState.narrow_days,
                key=f"{place}-{ConversationsState.num_clears}",
            ),
        ),
        class_name="ftime",
    )


def _more(place: str) -> rx.Component:
    """Draw the way to a range of a number; what was chosen so stands among the filters."""
    kinds = [(of.value, f"{kind.title}, {kind.unit}" if kind.unit else kind.title) for of, kind in KINDS.items()]
    ends = (
        rx.el.input(
            type="number", name=name, min="0", step="any", class_name="input num", placeholder=words, aria_label=words
        )
        for name, words in (("least", "at least"), ("most", "at most"))
    )
    return rx.el.details(
        rx.el.summary("More filters"),
        rx.el.form(
            select(kinds, name="of", aria_label="What is measured", id=f"measured-{place}"),
            rx.el.div(*ends, class_name="row tight"),
            button("Filter", size="sm", type="submit"),
            on_submit=ConversationsState.narrow,
            reset_on_submit=True,
        ),
        rx.cond(ConversationsState.metadata_names.length() > 0, _metadata(place), rx.fragment()),
        class_name="fmore",
    )


def _metadata(place: str) -> rx.Component:
    """Draw the way to a name in metadata, whose values stand among the filters then, or to one value."""
    words = "any value"
    return rx.el.form(
        select(ConversationsState.metadata_names, name="name", aria_label="Name in the metadata", id=f"named-{place}"),
        rx.el.input(
            name="value", class_name="input whole", placeholder=words, aria_label="Value in the metadata", dir="auto"
        ),
        button("Filter by metadata", size="sm", type="submit"),
        on_submit=ConversationsState.narrow_metadata,
        reset_on_submit=True,
    )


def _filter(one: Any) -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend(one.title), rx.foreach(one.lines, lambda line: _line(one.key, line)), key=one.title
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
