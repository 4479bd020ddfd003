"""Three steps on one track, each done where it stands."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console import routes
from console.components.knowledge.upload import ACCEPTED, ADD_DOCUMENTS, Upload
from console.components.overview.answer import answer
from console.components.ui import button, icon, link_button, plate, stages, status, text_input
from console.state.ask import MAX_QUESTION_CHARACTERS, AskState
from console.state.first_run import FirstRunFilesState, FirstRunState

LIMIT_BYTES = 50 * 1024 * 1024


def steps() -> rx.Component:
    return rx.fragment(rx.el.ol(_ask(), _add(), _connect(), class_name="first-steps"), _masking())


def _masking() -> rx.Component:
    """Say what is kept of what people write before anything of theirs is here."""
    line = FirstRunState.masking
    way = rx.cond(line.href, rx.el.a(line.link, href=line.href, class_name="link"), rx.fragment())
    return rx.el.p(line.words, " ", way, class_name="t12 t2")


def _step(number: str, line: Any, title: str, words: Any, *body: rx.Component) -> rx.Component:
    return rx.el.li(
        plate(number, line.plate),
        rx.el.div(
            rx.el.div(rx.el.h2(title), rx.el.span(status(line.mark, line.words), class_name="r nw"), class_name="row"),
            rx.el.p(words, class_name="t2"),
            *body,
            class_name="first-step",
        ),
        class_name=line.kind,
    )


def _ask() -> rx.Component:
    form = rx.el.form(
        rx.el.label("Question", html_for="first-question", class_name="sr"),
        text_input(
            id="first-question",
            class_name="grow",
            name="question",
            default_value=AskState.question,
            max_length=MAX_QUESTION_CHARACTERS,
        ),
        button(
            rx.cond(AskState.answered, "Ask again", "Ask"),
            busy=AskState.is_asking,
            disabled=~FirstRunState.seeded,
            kind="primary",
            type="submit",
        ),
        on_submit=AskState.send,
        class_name="first-ask",
    )
    making = rx.el.p(status("run", "The handbook is being read in; this takes a few seconds."), class_name="t12")
    return _step(
        "01",
        FirstRunState.ask,
        "Ask the example flow",
        FirstRunState.intro,
        form,
        rx.cond(FirstRunState.seeded, rx.fragment(), making),
        rx.cond(AskState.asked != "", answer(), rx.fragment()),
    )


def _add() -> rx.Component:
    drop = rx.el.div(
        icon("upload"),
        rx.el.span("Drop a file here, or"),
        button("Choose a file", custom_attrs=ADD_DOCUMENTS),
        rx.el.span("PDF, DOCX, MD, HTML, CSV or text, up to 50 MB. It stays on this machine.", class_name="hint"),
        class_name="first-drop",
    )
    upload = Upload.create(
        url=FirstRunState.upload_url, limit_bytes=LIMIT_BYTES, accept=ACCEPTED, on_added=FirstRunState.load
    )
    return _step(
        "02",
        FirstRunState.add,
        "Add your own document",
        rx.cond(
            FirstRunState.own_name,
            f"It goes into the knowledge base {FirstRunState.own_name}, which the example flow searches too.",
            "The knowledge base for your documents was deleted. Create another under Knowledge.",
        ),
        rx.cond(FirstRunState.upload_url, rx.fragment(drop, upload), rx.fragment()),
        rx.cond(
            FirstRunFilesState.files.length() > 0,
            rx.el.ul(rx.foreach(FirstRunFilesState.files, _file), class_name="ingest"),
            rx.fragment(),
        ),
        rx.cond(
            FirstRunState.added & (FirstRunState.own_name != ""),
            rx.el.p(
                "Your documents are in ",
                rx.el.a(FirstRunState.own_name, href=FirstRunState.own_href, class_name="u"),
                ". Ask about them in ",
                rx.el.a("step 01", href="#first-question", class_name="u", reload_document=True),
                ".",
                class_name="t12",
            ),
            rx.fragment(),
        ),
    )


def _file(line: Any) -> rx.Component:
    return rx.el.li(
        rx.el.a(line.name, href=line.href, class_name="ell b"),
        status(line.mark, line.words),
        stages(line.marks, line.percent, line.words),
        rx.el.span(line.hint, class_name="t2"),
        key=line.id,
    )


def _connect() -> rx.Component:
    return _step(
        "03",
        FirstRunState.connect,
        "Connect a model",
        rx.cond(
            FirstRunState.model,
            FirstRunState.model + " writes the answers. You can choose another on the Models page.",
            "So far a small model built into Signalbox writes the answers. Swap it when you want real ones; "
            "your flows stay as they are.",
        ),
        rx.cond(
            FirstRunState.may_connect,
            rx.el.div(link_button("Connect a model", f"{routes.MODELS}?connect=hosted"), class_name="row"),
            rx.el.p("Admins and owners connect models.", class_name="t12 t2"),
        ),
    )
