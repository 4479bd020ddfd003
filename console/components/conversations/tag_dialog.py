"""The dialog that gives one tag to all conversations that are selected."""

from __future__ import annotations

import reflex as rx

from console.components.conversations.remarks import MAX_TAG
from console.components.ui import error_of, field, form_dialog, refusal, text_input
from console.state.queue_pick import QueuePickState as QueuePick
from console.state.tag_pick import TagPickState as Pick

FORM = "tag-pick-form"


def tag_dialog() -> rx.Component:
    """Draw it once on a page."""
    number = QueuePick.num_selected
    entry = text_input(
        id="tag-pick", name="tag", max_length=MAX_TAG, required=True, invalid=error_of(Pick.errors, "tag") != ""
    )
    return form_dialog(
        rx.cond(number == 1, "Tag 1 conversation", f"Tag {number} conversations"),
        refusal(Pick.errors),
        field(
            "Tag",
            entry,
            html_for="tag-pick",
            help_text="Added to the tags that they have.",
            error=error_of(Pick.errors, "tag"),
        ),
        form=FORM,
        identifier="tag-pick-dialog",
        opened=Pick.opened,
        on_close=Pick.close,
        on_submit=Pick.add,
        act="Tag",
    )
