"""What stands above the list: saved views, what each line shows, and whether new ones come in by themselves."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.conversations.remark_types import MAX_VIEW_NAME
from console import routes
from console.components.conversations.importer import IMPORT, ConversationImport
from console.components.ui import (
    SAFE,
    TRIGGER,
    button,
    error_of,
    field,
    form_dialog,
    icon_button,
    menu,
    menu_item,
    menu_line,
    menu_link,
    refusal,
    switch,
    text_input,
)
from console.state.conversation_views import ConversationViewsState as Views
from console.state.conversations import ConversationsState as State
from console.state.conversations_columns import COLUMNS
from console.state.judge_ask import JudgeAskState as Judge
from console.state.queue_pick import QueuePickState as QueuePick
from console.state.tag_pick import TagPickState as Tags
from console.state.transcript import TranscriptState as Transcript

FORM = "view-form"


def tools() -> rx.Component:
    """Draw them in a row; what is selected takes their place."""
    return rx.el.div(
        rx.cond(QueuePick.num_selected > 0, _selected(), rx.fragment(_views(), _columns(), _more(), _live())),
        rx.cond(
            State.may_import,
            ConversationImport.create(
                project=State.project,
                masking=State.masking.words,
                masking_href=State.masking.href,
                masking_link=State.masking.link,
                on_added=State.imported,
            ),
            rx.fragment(),
        ),
        class_name="ctools",
    )


def _selected() -> rx.Component:
    number = QueuePick.num_selected
    return rx.fragment(
        rx.cond(
            QueuePick.may_add,
            button(f"Add {number} to a queue", QueuePick.open_selected, size="sm", icon="list-checks"),
            rx.el.span(f"{number} selected", class_name="t12 nw"),
        ),
        rx.cond(Judge.may_ask, button("Ask a judge", Judge.open_selected, size="sm", icon="gauge"), rx.fragment()),
        rx.cond(State.may_remove, button("Tag", Tags.open, size="sm", icon="tag"), rx.fragment()),
        rx.cond(
            State.may_remove,
            button("Delete", [QueuePick.delete_selected, Transcript.open_newest], size="sm", icon="trash-2"),
            rx.fragment(),
        ),
        button("Select none", QueuePick.unselect, kind="quiet", size="sm", class_name="r"),
    )


def _views() -> rx.Component:
    return menu(
        button("Views", size="sm", custom_attrs=TRIGGER),
        rx.cond(
            Views.views.length() > 0,
            rx.foreach(Views.views, _view),
            rx.el.p("No saved views yet.", class_name="t12 t2 pad"),
        ),
        menu_line(),
        menu_item("Save this view", Views.open, icon="plus"),
        label="Saved views",
    )


def _columns() -> rx.Component:
    return menu(
        button("Columns", size="sm", custom_attrs=TRIGGER),
        *(_column(name, words) for name, (words, _) in COLUMNS.items()),
        rx.foreach(State.metadata_columns, lambda one: _column(one.value, f"Metadata {one.label}")),
        label="Columns to show",
    )


def _more() -> rx.Component:
    """Draw what is done with all that the list shows, and the way in for a file."""
    bring = menu_item("Import a file", icon="upload", custom_attrs=IMPORT)
    return menu(
        icon_button("ellipsis", "More for the list", kind="", size="sm", custom_attrs=TRIGGER),
        rx.cond(State.may_import, bring, rx.fragment()),
        rx.cond(
            QueuePick.may_add,
            menu_item("Add these to a queue", QueuePick.open_shown, icon="list-checks"),
            rx.fragment(),
        ),
        rx.cond(
            Judge.may_ask,
            rx.fragment(
                menu_item("Ask a judge about these", Judge.open_shown, icon="gauge"),
                menu_link("Judgements", routes.JUDGEMENTS, icon="list-tree"),
            ),
            rx.fragment(),
        ),
        menu_link("Export as CSV", State.export_href, icon="download", download=True),
        label="More for the list",
    )


def _live() -> rx.Component:
    return rx.el.span(switch("Live", State.live, State.follow), class_name="r t12")


def _view(one: Any) -> rx.Component:
    return rx.el.div(
        menu_item(one.label, Views.choose(one.value)),
        icon_button("trash-2", f"Delete the view {one.label}", Views.remove(one.value), size="sm", role="menuitem"),
        class_name="row cview",
        key=one.value,
    )


def _column(name: Any, words: Any) -> rx.Component:
    chosen = State.columns.contains(name)
    return menu_item(
        rx.el.span(words, class_name="ell", dir="auto"),
        State.toggle_column(name),
        role="menuitemcheckbox",
        aria_checked=rx.cond(chosen, "true", "false"),
    )


def view_form() -> rx.Component:
    """Draw the dialog that asks for a view's name."""
    entry = text_input(
        id="view-name", name="name", default_value=Views.name, max_length=MAX_VIEW_NAME, required=True,
        invalid=error_of(Views.errors, "name") != "", custom_attrs={**SAFE},
    )  # fmt: skip
    return form_dialog(
        "Save this view",
        refusal(Views.errors),
        field(
            "Name", entry, html_for="view-name",
            help_text="Search, filters, time, order and columns, for everybody in the project.",
            error=error_of(Views.errors, "name"),
        ),
        form=FORM,
        identifier="view",
        opened=Views.opened,
        on_close=Views.close,
        on_submit=Views.save,
        act="Save",
    )  # fmt: skip
