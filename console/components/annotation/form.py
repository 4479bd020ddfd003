"""The form of an annotation queue, in a dialog."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.annotations.types import ConfigKind, Good
from console.components.ui import Handler, button, error_of, field, form_dialog, refusal, select, text_area, text_input
from console.state.queue_form import QueueFormState as State

KINDS = (
    (ConfigKind.BOOLEAN.value, "Yes or no"),
    (ConfigKind.CATEGORY.value, "Options"),
    (ConfigKind.NUMBER.value, "Scale"),
    (ConfigKind.TEXT.value, "Text"),
)
# The value first that a new question begins with, which its select has or passes over.
GOODS = {
    ConfigKind.BOOLEAN.value: (
        (Good.YES.value, "Yes is good"),
        (Good.NO.value, "No is good"),
        (Good.NONE.value, "Neither is good"),
    ),
    ConfigKind.NUMBER.value: (
        (Good.NONE.value, "Neither end is good"),
        (Good.HIGHER.value, "Higher is better"),
        (Good.LOWER.value, "Lower is better"),
    ),
}


def queue_form(on_saved: Handler = None) -> rx.Component:
    """Draw the dialog. `on_saved` is called behind the save, to read again what the page shows."""
    stays = rx.el.p("Fixed, because something is labelled already.", class_name="t12 t2")
    ways = rx.fragment(
        rx.el.p("Options: kind=k, curt=c, where k and c are the keys. Scale: 1 to 5.", class_name="t12 t2"),
        rx.el.p(error_of(State.errors, "configs"), class_name="err", role="alert"),
        button("Add a question", State.add_score, size="sm", icon="plus"),
    )
    return form_dialog(
        rx.cond(State.is_new, "New annotation queue", "Change the queue"),
        refusal(State.errors),
        _text("name", "Name", max_length=120, required=True, custom_attrs={"data-safe": "true"}),
        rx.el.fieldset(
            rx.el.legend("Questions"),
            rx.foreach(State.scores, _score),
            rx.cond(State.is_fixed, stays, ways),
            class_name="an-scores",
        ),
        field(
            "Instructions",
            text_area(
                id="queue-instructions", name="instructions", rows="3", dir="auto", max_length=4000,
                default_value=State.entries["instructions"], key=f"instructions-{State.num_opened}",
            ),
            html_for="queue-instructions",
            help_text="Shown beside each item. Say what a good answer is.",
            error=error_of(State.errors, "instructions"),
        ),
        rx.el.div(
            _text("num_labels", "Labels per item", "Each by another person.", input_mode="numeric"),
            _text("lock_minutes", "Minutes to label one", "Then others get it.", input_mode="numeric"),
            class_name="row wrap",
        ),
        rx.el.fieldset(
            rx.el.legend("Who labels"),
            rx.el.p("Tick nobody to let everyone label who may.", class_name="t12 t2"),
            rx.foreach(State.members, _member),
            rx.el.p(error_of(State.errors, "people"), class_name="err", role="alert"),
            class_name="an-scores",
        ),
        form="queue-form",
        identifier="queue",
        opened=State.opened,
        on_close=State.close,
        on_submit=State.save if on_saved is None else [State.save, on_saved],
        act=rx.cond(State.is_new, "Create queue", "Save"),
    )  # fmt: skip


def _text(name: str, words: str, help_text: str = "", **props: Any) -> rx.Component:
    identifier = f"queue-{name}"
    entry = text_input(
        id=identifier, name=name, key=f"{name}-{State.num_opened}", default_value=State.entries[name], **props
    )
    return field(words, entry, html_for=identifier, help_text=help_text, error=error_of(State.errors, name))


def _score(line: Any) -> rx.Component:
    number = f"{State.num_opened}-{line.at}"
    return rx.el.div(
        text_input(name="score-" + line.at, placeholder="Helpful", aria_label="Question", max_length=120,
                   required=True, default_value=line.name, disabled=State.is_fixed, key=f"s-{number}"),
        select(KINDS, name="kind-" + line.at, aria_label="Kind", default_value=line.kind, disabled=State.is_fixed,
               key=f"k-{number}"),
        text_input(name="choices-" + line.at, placeholder="kind=k, curt=c", aria_label="Options or scale",
                   default_value=line.choices, disabled=State.is_fixed, key=f"c-{number}"),
        *(
            select(options, name=f"good-{kind}-" + line.at, aria_label="What is good", class_name=f"good-{kind}",
                   default_value=line.good, key=f"g-{kind}-{number}")
            for kind, options in GOODS.items()
        ),
        class_name="an-score",
        key=number,
    )  # fmt: skip


def _member(one: Any) -> rx.Component:
    box = rx.el.input(
        type="checkbox", name="person-" + one.value, default_checked=one.chosen, key=f"p-{State.num_opened}"
    )
    return rx.el.label(box, one.label, class_name="choice", key=one.value)
