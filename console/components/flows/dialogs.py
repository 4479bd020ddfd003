"""The dialogs of the builder: publish, versions, name, API."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console import routes
from console.components.gate_words import gate_words
from console.components.second_person import nobody_else
from console.components.ui import (
    SAFE,
    CopyButton,
    button,
    dialog,
    empty_state,
    field,
    problem_line,
    switch,
    tag,
    text_area,
    text_input,
)
from console.state.flows_draft import FlowDraftState, FlowSaveState
from console.state.flows_publish import FlowPublishState
from console.state.flows_versions import FlowVersionsState


def dialogs() -> rx.Component:
    return rx.fragment(_publish(), _versions(), _about(), _api())


def _publish() -> rx.Component:
    act = rx.cond(FlowPublishState.protected, "Ask for approval", "Publish")
    return dialog(
        rx.cond(FlowPublishState.protected, rx.Var.create("Ask to publish v"), rx.Var.create("Publish v")).to(str)
        + (FlowSaveState.published + 1).to_string()
        + "?",
        rx.cond(
            FlowPublishState.protected,
            rx.el.p("This flow is protected: it is published when somebody else approves it, as the draft is now."),
            rx.fragment(),
        ),
        nobody_else(FlowPublishState.protected & FlowPublishState.is_alone, FlowPublishState.may_invite),
        gate_words(FlowVersionsState.gate, rx.Var.create("")),
        rx.el.p(
            "From then on the API and every caller that names no version run it. A published version never changes."
        ),
        rx.el.form(
            field(
                "What is new",
                text_area(id="comment", name="comment", rows="3", max_length="2000"),
                html_for="comment",
                help_text="Shown in the list of versions.",
            ),
            id="publish-form",
            on_submit=FlowVersionsState.publish,
        ),
        problem_line(FlowVersionsState.problem),
        identifier="publish",
        opened=FlowVersionsState.dialog == "publish",
        on_close=FlowVersionsState.close,
        foot=[
            button("Not yet", FlowVersionsState.close),
            rx.cond(
                FlowVersionsState.gate.mark == "fail",
                button(act, type="submit", form="publish-form"),
                button(act, kind="primary", type="submit", form="publish-form"),
            ),
        ],
    )


def _versions() -> rx.Component:
    return dialog(
        "Versions",
        rx.match(
            FlowVersionsState.phase,
            ("empty", empty_state("Nothing is published", "Publish the draft to make version 1.")),
            rx.el.ol(rx.foreach(FlowVersionsState.rows, _version), class_name="vers2"),
        ),
        problem_line(FlowVersionsState.problem),
        identifier="versions",
        opened=FlowVersionsState.dialog == "versions",
        on_close=FlowVersionsState.close,
        foot=[button("Close", FlowVersionsState.close, custom_attrs=SAFE)],
    )


def _version(row: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            tag(rx.Var.create("v") + row.number, accent=row.current),
            rx.cond(row.current, rx.el.span("published", class_name="t12 t2"), rx.fragment()),
            rx.el.span(
                row.by,
                row.approved,
                ", ",
                rx.el.time(row.when, title=row.when_exact),
                ", ",
                row.nodes,
                class_name="t12 t2",
            ),
            rx.cond(FlowDraftState.may_edit, rx.el.span(_restore(row), class_name="r"), rx.fragment()),
            class_name="row",
        ),
        rx.cond(row.comment, rx.el.p(row.comment, class_name="lines", dir="auto"), rx.fragment()),
    )


def _restore(row: Any) -> rx.Component:
    return button(
        "Make it the draft",
        FlowVersionsState.restore(row.number),
        size="sm",
        aria_label=rx.Var.create("Make v") + row.number + " the draft",
    )


def _about() -> rx.Component:
    return dialog(
        "Name and address",
        rx.el.form(
            field(
                "Name", text_input(id="flow-name", name="name", default_value=FlowDraftState.name), html_for="flow-name"
            ),
            field(
                "Address",
                text_input(id="flow-slug", name="slug", default_value=FlowDraftState.slug, mono=True),
                html_for="flow-slug",
                help_text="API callers use it. Changing it breaks the old address.",
            ),
            field(
                "Description",
                text_area(id="flow-words", name="description", default_value=FlowDraftState.description, rows="3"),
                html_for="flow-words",
            ),
            id="about-form",
            class_name="formcol",
            on_submit=FlowVersionsState.rename,
        ),
        rx.cond(FlowPublishState.may_protect, _protection(), rx.fragment()),
        problem_line(FlowVersionsState.problem),
        identifier="about",
        opened=FlowVersionsState.dialog == "about",
        on_close=FlowVersionsState.close,
        foot=[
            button("Keep as it is", FlowVersionsState.close),
            button("Save", kind="primary", type="submit", form="about-form"),
        ],
    )


def _protection() -> rx.Component:
    return rx.el.p(
        switch(
            "Publishing needs a second person",
            FlowPublishState.protected,
            FlowPublishState.protect(~FlowPublishState.protected.to(bool)),
        )
    )


def _api() -> rx.Component:
    return dialog(
        "Run it over REST",
        rx.el.p(
            "You need a key: create one under ",
            rx.el.a("API keys", href=routes.SETTINGS_API_KEYS, class_name="u"),
            ", or with ",
            rx.el.code("signalbox api-key create --name N", class_name="mono"),
            ".",
        ),
        rx.el.div(
            rx.el.pre(FlowVersionsState.snippet, class_name="well out", tab_index=0, aria_label="Command"),
            CopyButton.create(text=FlowVersionsState.snippet, label="Copy the command"),
            class_name="snip",
        ),
        rx.el.p(
            rx.cond(
                FlowSaveState.published,
                rx.el.span("It runs v", FlowSaveState.published, ", the published version."),
                rx.el.span('Nothing is published yet, so this runs the draft: "version": "draft".'),
            ),
            " The full API is described at ",
            rx.el.a("/api/docs", href="/api/docs", reload_document=True, class_name="u"),
            ".",
            class_name="t2 t12",
        ),
        identifier="api",
        opened=FlowVersionsState.dialog == "api",
        on_close=FlowVersionsState.close,
        class_name="wide",
        foot=[button("Close", FlowVersionsState.close, custom_attrs=SAFE)],
    )
