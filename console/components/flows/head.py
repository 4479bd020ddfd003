"""The head of the builder: what it is, whether it is saved, whether it can be published."""

from __future__ import annotations

import reflex as rx

from console import routes
from console.components.shell import page_head
from console.components.ui import button, icon_button, link_button, status, tag
from console.state.flows_draft import FlowDraftState, FlowSaveState
from console.state.flows_publish import FlowPublishState
from console.state.flows_versions import FlowVersionsState


def head() -> rx.Component:
    ready = FlowSaveState.blocked == ""
    reason = rx.el.span(
        rx.cond(
            FlowSaveState.blocked.startswith("Nothing"),
            rx.el.span(FlowSaveState.blocked, class_name="t2"),
            status("fail", FlowSaveState.blocked),
        ),
        class_name="t12 hide-s",
        id="publish-why",
    )
    # A flow that did not load has nothing to publish, name or call.
    there = FlowDraftState.shown == "ready"
    publish = rx.cond(
        ready,
        button("Publish", FlowVersionsState.show("publish"), kind="primary", class_name="hide-s"),
        rx.el.button(
            "Publish",
            type="button",
            class_name="btn off hide-s",
            custom_attrs={"aria-disabled": "true", "aria-describedby": "publish-why"},
        ),
    )
    return page_head(
        rx.cond(there, FlowDraftState.name, "Flow"),
        rx.cond(there, _looks(), link_button("All flows", routes.FLOWS, kind="quiet")),
        rx.cond(
            there & FlowDraftState.may_publish,
            rx.fragment(rx.cond(ready, rx.fragment(), reason), publish),
            rx.fragment(),
        ),
        crumb=rx.el.span(rx.el.a("Flows", href=routes.FLOWS), " /", class_name="hide-s"),
        state=rx.cond(there, _state(), rx.fragment()),
    )


def _looks() -> rx.Component:
    return rx.fragment(
        button("Versions", FlowVersionsState.show("versions"), kind="quiet", icon="history", class_name="hide-s"),
        button("API", FlowVersionsState.show("api"), kind="quiet", icon="code-xml", class_name="hide-s"),
    )


def _state() -> rx.Component:
    rename = icon_button("pencil", "Name, address and description", FlowVersionsState.show("about"), size="sm")
    return rx.fragment(
        rx.cond(FlowDraftState.may_edit, rename, rx.fragment()),
        tag(FlowSaveState.draft, accent=True),
        rx.cond(FlowPublishState.protected, tag("protected"), rx.fragment()),
        rx.el.span(
            FlowSaveState.saved,
            rx.cond(
                FlowSaveState.published,
                rx.el.span(". v", FlowSaveState.published, " is published."),
                rx.el.span(". Nothing is published."),
            ),
            class_name="sub hide-s",
            custom_attrs={"data-saved": FlowSaveState.saved},
        ),
    )
