"""What the log is narrowed by."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui import button, field, filter_input
from console.state.audit import AuditState

SEARCH_MS = 250


def filters() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            filter_input(
                label="Search the events",
                id="audit-text",
                default_value=AuditState.chosen["text"],
                key=f"text-{AuditState.num_clears}",
                on_change=lambda value: AuditState.choose("text", value).debounce(SEARCH_MS),
            ),
            class_name="fsearch",
        ),
        _choice("Who", "actor", "Everybody", AuditState.actors),
        _choice("Action", "action", "All actions", AuditState.actions),
        _choice("Target", "kind", "All targets", AuditState.kinds),
        _day("From", "since"),
        _day("To", "until"),
        rx.cond(
            AuditState.num_filters > 0,
            button("Clear filters", AuditState.clear, kind="quiet", size="sm"),
            rx.fragment(),
        ),
        class_name="afilters",
    )


def _choice(label: str, facet: str, everything: str, options: Any) -> rx.Component:
    control = rx.el.select(
        rx.el.option(everything, value=""),
        rx.foreach(options, lambda one: rx.el.option(one.label, value=one.value)),
        id=f"audit-{facet}",
        value=AuditState.chosen[facet],
        on_change=lambda value: AuditState.choose(facet, value),
        class_name="select",
    )
    return field(label, control, html_for=f"audit-{facet}")


def _day(label: str, facet: str) -> rx.Component:
    control = rx.el.input(
        type="date",
        id=f"audit-{facet}",
        default_value=AuditState.chosen[facet],
        key=f"{facet}-{AuditState.num_clears}",
        on_change=lambda value: AuditState.choose(facet, value),
        class_name="input",
    )
    return field(label, control, html_for=f"audit-{facet}")
