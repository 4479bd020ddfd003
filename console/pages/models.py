"""Providers, their models and keys, and the model that nodes use which name none."""

from __future__ import annotations

import reflex as rx

from console import routes
from console.components.models.pane import pane
from console.components.models.table import models_table
from console.components.shell import body, page_head, shell
from console.components.ui import banner, button, panel, phase_view, select, skeleton_rows
from console.state.models import ModelsState as Models
from console.state.models_form import ModelsFormState as Form


def models() -> rx.Component:
    return shell(
        routes.MODELS,
        page_head(
            "Models",
            button("Connect a provider", Form.open_new("hosted"), kind="primary", icon="plus"),
            sub=Models.total,
        ),
        rx.el.div(
            body(
                phase_view(
                    Models.phase,
                    rx.fragment(_file(), _invitation(), _providers(), _defaults()),
                    skeleton=skeleton_rows(140, 60, 80, 120),
                    problem=Models.problem,
                    on_retry=Models.load,
                    what="Models",
                ),
            ),
            pane(),
            class_name=rx.cond(Form.shown, "mp", "mp alone"),
        ),
    )


def _file() -> rx.Component:
    words = "Correct the file and restart; its providers stay as they were."
    return rx.cond(Models.file_problem, banner("fail", Models.file_problem, words), rx.fragment())


def _invitation() -> rx.Component:
    ready = rx.el.span(
        button("Ollama on this machine", Form.open_new("ollama"), size="sm"),
        button("OpenAI", Form.open_new("openai"), size="sm"),
        class_name="row",
    )
    lead = "Only the built-in model answers."
    words = "Connect a provider to let flows chat, call tools and keep to a schema."
    instead = rx.el.span(
        rx.foreach(
            Models.instead,
            lambda one: rx.el.span(
                button("Use " + one.label, Models.choose_default(one.value), size="sm"), key=one.value
            ),
        ),
        class_name="row wrap",
    )
    still = banner(
        "wait",
        "The built-in model still answers.",
        "Nodes that name no model go on asking it until you choose another.",
        acts=instead,
    )
    return rx.cond(
        Models.num_connected == 0,
        banner("wait", lead, words, acts=ready),
        rx.cond(Models.instead.length() > 0, still, rx.fragment()),
    )


def _providers() -> rx.Component:
    return panel(
        "Providers",
        models_table(),
        note="price per million tokens; last test is first token, then total",
        aria_label="Providers",
    )


def _defaults() -> rx.Component:
    answers = rx.el.li(
        rx.el.label("Answers", html_for="default-model", class_name="t2"),
        select(Models.choices, id="default-model", value=Models.default, on_change=Models.choose_default),
        rx.el.span("the LLM, agent and answer nodes of every flow", class_name="t2"),
    )
    return panel(
        "Used when a node names no model",
        rx.el.ul(answers, class_name="df"),
        note="a flow may set its own",
        aria_label="Defaults",
    )
