"""The last test of a provider's model, and the button that makes one."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui import button, phead, select, status
from console.state.models_trial import ModelsTestState as Trial


def trial() -> rx.Component:
    """Draw the test of the provider that the pane shows."""
    result: Any = Trial.result
    return rx.el.section(
        phead(
            "Test",
            note=rx.cond(result.at, result.model + ", " + result.at, "one real request, with the saved settings"),
        ),
        rx.el.form(
            select(
                Trial.choices,
                id="trial-model",
                name="model",
                default_value=result.model,
                aria_label="Model to try",
            ),
            button(
                rx.cond(Trial.running, "Asking", rx.cond(result.at, "Test again", "Test")),
                type="submit",
                size="sm",
                icon="refresh-cw",
                busy=Trial.running != "",
                disabled=Trial.choices.length() == 0,
            ),
            on_submit=Trial.submit,
            class_name="row tr",
            aria_label="Test a model",
        ),
        rx.el.div(_said(result), _figures(result), role="status"),
        class_name="psec",
    )


def _said(result: Any) -> rx.Component:
    asked = rx.cond(
        result.question,
        rx.fragment(rx.el.span("Sent", class_name="t2"), rx.el.span(result.question)),
        rx.fragment(),
    )
    answer = rx.cond(
        result.answer,
        rx.fragment(rx.el.span("Answer", class_name="t2"), rx.el.span(result.answer, class_name="wrap")),
        rx.fragment(),
    )
    words = rx.cond(
        result.words,
        rx.fragment(rx.el.span("Result", class_name="t2"), status(result.state, result.words)),
        rx.fragment(),
    )
    return rx.el.div(rx.el.div(asked, answer, words, class_name="rq"), class_name="in")


def _figures(result: Any) -> rx.Component:
    pairs = (
        ("First token", result.first_token),
        ("Total", result.total),
        ("Tokens", result.tokens),
        ("Cost", result.cost),
    )
    drawn = [rx.el.div(rx.el.dt(name), rx.el.dd(value)) for name, value in pairs]
    return rx.cond(result.at, rx.el.dl(*drawn, class_name="figs bt"), rx.fragment())
