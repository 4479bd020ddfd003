"""The dialog that makes a flow: a name, and what to begin with."""

from __future__ import annotations

import reflex as rx

from console.components.ui import button, dialog, field, problem_line, text_area, text_input
from console.state.flow_templates import TEMPLATES, Template
from console.state.flows import FlowsState


def creating() -> rx.Component:
    return dialog(
        "New flow",
        rx.el.form(
            field("Name", text_input(id="new-name", name="name", placeholder="Untitled flow"), html_for="new-name"),
            field(
                "What it is for",
                text_area(id="new-words", name="description", rows="2"),
                html_for="new-words",
                help_text="Shown in the list. Optional.",
            ),
            rx.el.fieldset(
                rx.el.legend("Start from", class_name="lab"),
                *(_choice(one) for one in TEMPLATES),
                class_name="plain begins",
            ),
            id="new-flow",
            class_name="formcol",
            on_submit=FlowsState.create,
        ),
        problem_line(FlowsState.refused),
        identifier="creating",
        opened=FlowsState.creating,
        on_close=FlowsState.leave,
        foot=[
            button("Not now", FlowsState.leave),
            button("Create flow", kind="primary", type="submit", form="new-flow"),
        ],
    )


def _choice(one: Template) -> rx.Component:
    return rx.el.label(
        rx.el.input(type="radio", name="template", value=one.key, default_checked=FlowsState.template == one.key),
        rx.el.span(
            rx.el.b(one.title, class_name="b"), " ", rx.el.span(one.words, class_name="t12 t2"), class_name="grow"
        ),
        class_name="choice begin",
    )
