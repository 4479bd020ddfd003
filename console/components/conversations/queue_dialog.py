"""The dialog that puts conversations or an answer into an annotation queue."""

from __future__ import annotations

import reflex as rx

from backend.annotations.types import Each
from console import routes
from console.components.ui import button, dialog, field, link_button, refusal, select
from console.state.queue_pick import QueuePickState as Pick

FORM = "queue-pick-form"
EACH = ((Each.CONVERSATION.value, "Each conversation as a whole"), (Each.ANSWER.value, "Each of their answers"))


def queue_dialog() -> rx.Component:
    """Draw it once on a page."""
    there = Pick.queues.length() > 0
    form = rx.el.form(
        refusal(Pick.errors),
        field(
            "Queue",
            select(Pick.queues, id="queue-pick", name="queue_id"),
            html_for="queue-pick",
            help_text="Items already in the queue stay as they are.",
        ),
        rx.cond(
            Pick.is_one,
            rx.fragment(),
            field(
                "What is labelled",
                select(EACH, id="queue-each", name="each"),
                html_for="queue-each",
                help_text="A judge is held against people where single answers are labelled.",
            ),
        ),
        id=FORM,
        on_submit=Pick.add,
        class_name="form",
        key=Pick.shown,
    )
    return dialog(
        "Add to an annotation queue",
        rx.cond(there, rx.fragment(rx.el.p(Pick.what), form), rx.el.p("No queue yet. Create one first.")),
        identifier="queue-pick-dialog",
        opened=Pick.opened,
        on_close=Pick.close,
        foot=[
            button("Cancel", Pick.close),
            rx.cond(
                there,
                button("Add", kind="primary", type="submit", form=FORM),
                link_button("Go to queues", routes.ANNOTATION, kind="primary"),
            ),
        ],
    )
