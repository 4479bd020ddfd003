"""A project that holds nothing yet, and the ways to begin in it."""

from __future__ import annotations

import reflex as rx

from console import routes
from console.components.ui import button, empty_state
from console.state.first_run import FirstRunState
from console.state.flows import FlowsState
from console.state.knowledge_form import KnowledgeFormState


def empty_project() -> rx.Component:
    acts = rx.fragment(
        button("New flow", [FlowsState.ask("blank"), rx.redirect(routes.FLOWS)], kind="primary", icon="plus"),
        button("New knowledge base", [KnowledgeFormState.open_new, rx.redirect(routes.KNOWLEDGE)], icon="plus"),
    )
    return rx.el.section(
        empty_state(
            "This project is empty",
            "A flow says what happens to a question until there is an answer. A knowledge base holds the documents "
            "that it answers from.",
            rx.cond(FirstRunState.may_fill, acts, "Editors and above can add to it."),
        ),
        class_name="panel",
        aria_label="This project",
    )
