"""The prompts of the project."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console import routes
from console.components.prompts.listing import listing
from console.components.shell import body, page_head, shell
from console.components.ui import (
    banner,
    button,
    dialog,
    empty_state,
    field,
    link_button,
    phase_view,
    select,
    skeleton_rows,
    text_area,
    text_input,
)
from console.state.prompts import PromptsState as Prompts
from console.state.prompts_rows import EXAMPLE

FORM = "new-prompt-form"
KINDS = (("text", "Text: one block of instructions"), ("chat", "Chat: messages, of which the text is the system's"))


def prompts() -> rx.Component:
    new = rx.cond(Prompts.may_edit, button("New prompt", Prompts.ask, kind="primary", icon="plus"), rx.fragment())
    return shell(
        routes.PROMPTS,
        page_head("Prompts", link_button("Live tests", routes.LIVE_TESTS, kind="quiet", icon="split"), new),
        body(
            rx.foreach(Prompts.waiting, _waiting),
            phase_view(
                Prompts.phase,
                listing(),
                skeleton=skeleton_rows(180, 90, 120, 60, count=6),
                empty=_empty(),
                problem=Prompts.problem,
                on_retry=Prompts.load,
                what="Prompts",
            ),
        ),
        _creating(),
    )


def _waiting(one: Any) -> rx.Component:
    """Say what needs a person before anything else."""
    look = rx.el.a("Look and decide", href=one.href, class_name="btn sm")
    return banner("wait", one.words, "Asked by ", one.by, ". It waits for a second person.", acts=look)


def _empty() -> rx.Component:
    return empty_state(
        "No prompt yet",
        "Prompts have versions and labels: change what a model is told without touching a flow, and roll back.",
        rx.cond(Prompts.may_edit, button("New prompt", Prompts.ask, icon="plus"), rx.fragment()),
    )


def _error(name: str) -> Any:
    return rx.cond(Prompts.errors.contains(name), Prompts.errors[name], "")


def _creating() -> rx.Component:
    name = text_input(id="prompt-name", name="name", required=True, max_length=255)
    folder = text_input(id="prompt-folder", name="folder", placeholder="support/answers", default_value=Prompts.folder)
    kind = select(KINDS, id="prompt-kind", name="kind", default_value="text")
    text = text_area(id="prompt-text", name="text", required=True, rows="5", placeholder=EXAMPLE, class_name="mono")
    told = rx.fragment(
        field("Kind", kind, html_for="prompt-kind"),
        field(
            "Text",
            text,
            html_for="prompt-text",
            error=_error("text"),
        ),
    )
    return dialog(
        "New prompt",
        rx.el.form(
            field("Name", name, html_for="prompt-name", error=_error("name")),
            field("Folder", folder, html_for="prompt-folder", help_text="Empty for none.", error=_error("folder")),
            rx.cond(Prompts.call, rx.el.p(Prompts.call), told),
            id=FORM,
            on_submit=Prompts.create,
            class_name="formcol",
        ),
        identifier="new-prompt",
        opened=Prompts.creating,
        on_close=Prompts.leave,
        foot=[button("Cancel", Prompts.leave), button("Create prompt", kind="primary", type="submit", form=FORM)],
    )
