"""What the embedded model is and is not, and the ways to another; what came with the first start."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console import routes
from console.components.ui import link_button, panel, status
from console.state.first_run import FirstRunState

COMPARED = (
    ("Meant for", "a first taste, trying flows", "real questions"),
    ("Writes", "short answers, misses details", "as good as the model you pick"),
    ("Cannot", "call tools, read pictures, talk at length", "what the model you pick cannot"),
    ("Needs", "nothing, no key", "a key, or a host you run"),
    ("Text goes to", "nobody, stays here", "the provider you name"),
    ("Cost", "$0", "per token, at the prices you enter"),
)
WAYS = (
    ("OpenAI", "paste a key, pick a model", "openai"),
    ("Your own server", "any endpoint that speaks the OpenAI format", "own"),
    ("Another host", "its address and a key", "hosted"),
    ("On this machine", "Ollama or vLLM, at its loopback address", "ollama"),
)


def side() -> rx.Component:
    return rx.el.aside(_model(), _ways(), class_name="first-side", aria_label="Models")


def _model() -> rx.Component:
    head = rx.el.thead(
        rx.el.tr(
            rx.el.th(rx.el.span("Question", class_name="sr"), scope="col"),
            rx.el.th(rx.cond(FirstRunState.model, "Embedded", "Embedded, now"), scope="col"),
            rx.el.th(rx.cond(FirstRunState.model, "Connected, now", "Connected"), scope="col"),
        )
    )
    rows = (
        rx.el.tr(rx.el.th(name, scope="row"), rx.el.td(embedded), rx.el.td(connected))
        for name, embedded, connected in COMPARED
    )
    return panel(
        "The model that answers",
        rx.el.table(head, rx.el.tbody(*rows), class_name="models-cmp"),
        acts=status("ok", rx.cond(FirstRunState.model, FirstRunState.model, "Embedded")),
    )


def _ways() -> rx.Component:
    lines = (
        rx.el.li(
            rx.el.span(rx.el.b(name, class_name="b"), rx.el.span(words, class_name="t12 t2"), class_name="grow"),
            rx.cond(
                FirstRunState.may_connect,
                link_button("Connect", f"{routes.MODELS}?connect={kind}", size="sm", aria_label=f"Connect, {name}"),
                rx.fragment(),
            ),
        )
        for name, words, kind in WAYS
    )
    return panel(
        "Connect a real one",
        rx.el.ul(*lines, class_name="first-ways"),
        rx.el.p("A test call shows the model's answer, its time and its cost.", class_name="hint foot-note"),
    )


def kit() -> rx.Component:
    head = rx.el.thead(
        rx.el.tr(
            rx.el.th("Kind", scope="col"),
            rx.el.th("Name", scope="col"),
            rx.el.th("What it shows", class_name="hide-s", scope="col"),
            rx.el.th("Size", class_name="num", scope="col"),
        )
    )
    return panel(
        "What came with it",
        rx.el.table(head, rx.el.tbody(rx.foreach(FirstRunState.kit, _line))),
        note="sample data: remove any of it when you no longer need it",
        class_name="kit",
    )


def _line(line: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.td(line.kind, class_name="t2"),
        rx.el.td(rx.el.a(line.name, href=line.href), class_name="name"),
        rx.el.td(line.shows, class_name="t2 hide-s"),
        rx.el.td(line.size, class_name="num t2"),
        key=line.kind,
    )
