"""The card of the model that ships with the product: what it is, and what it is not."""

from __future__ import annotations

import reflex as rx

from console.components.models.trial import trial
from console.components.ui import button, icon_button, phead, status
from console.state.models import ModelsState as Models
from console.state.models_form import ModelsFormState as Form

IS = (
    "It answers a question from passages of your documents, in one sentence with its source.",
    "It runs on this machine, in a process of its own: no key, no cost, nothing leaves.",
    "It starts with the first question and takes about 400 MB while it runs.",
)
IS_NOT = (
    "It knows nothing beyond your passages and does not chat.",
    "It calls no tools, sees no pictures and keeps to no JSON schema.",
    "It is a first taste with 270 million parameters. For work, connect a model.",
)

HELD = "Its answer is checked against the passages: where no sentence supports it, the best one is quoted instead."
SCRIPT_IS = (
    "It quotes the sentence of the passages that shares most words with the question, with its source.",
    "It speaks the protocol of a real model over real HTTP, at once and the same way each time.",
)
SCRIPT_IS_NOT = ("It is no model: it stands in for one in demos and tests. Unset SIGNALBOX_MODELS for the real one.",)
IS_GEMMA = Models.built_in == "Embedded"


def built_in_card() -> rx.Component:
    return rx.el.aside(
        phead(
            Models.built_in,
            note=rx.cond(IS_GEMMA, "Gemma 3, 270 M", "no weights"),
            acts=icon_button("x", "Close", Form.close, size="sm"),
        ),
        rx.el.div(
            rx.cond(IS_GEMMA, _card(IS, IS_NOT, HELD), _card(SCRIPT_IS, SCRIPT_IS_NOT, "")),
            trial(),
            class_name="scroll grow",
            tab_index=0,
            role="region",
            aria_label="The built-in model",
        ),
        rx.el.div(
            rx.el.span("Better answers need a better model", class_name="t12 t2"),
            rx.el.span(button("Connect a provider", Form.open_new("hosted"), icon="plus"), class_name="r row"),
            class_name="pend",
        ),
        class_name="mpane",
        aria_label="The built-in model",
    )


def _card(is_words: tuple[str, ...], is_not_words: tuple[str, ...], note: str) -> rx.Component:
    return rx.el.div(
        rx.el.h3("What it is"),
        rx.el.ul(*(rx.el.li(status("ok", words)) for words in is_words)),
        rx.el.h3("What it is not"),
        rx.el.ul(*(rx.el.li(status("idle", words)) for words in is_not_words)),
        rx.el.p(note, class_name="hint"),
        class_name="fm isnot",
    )
