"""Try the draft beside the canvas: a chat or a form after the Input's fields. The answer streams in."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console import routes
from console.components.ui import (
    Every,
    button,
    cite,
    cite_astray,
    empty_state,
    icon,
    keys,
    problem_line,
    status,
    text_area,
)
from console.state.flows_draft import FlowDraftState, FlowSaveState
from console.state.flows_form import FlowFormState
from console.state.flows_live import FlowLiveState
from console.state.flows_run import FlowRunState

LOOK_SECONDS = 3


def run_panel() -> rx.Component:
    return rx.el.section(_head(), _talk(), _ask(), class_name="pane run", aria_label="Test run")


def _head() -> rx.Component:
    running = rx.fragment(
        rx.cond(
            FlowLiveState.waits,
            rx.el.a(status("wait", "Waiting for a person"), href=routes.APPROVALS),
            status("run", "Running"),
        ),
        rx.cond(
            FlowDraftState.may_run,
            button("Stop", FlowRunState.stop, size="sm", icon="square", class_name="r"),
            rx.fragment(),
        ),
    )
    again = button("Start over", FlowRunState.start_over, kind="quiet", size="sm")
    fresh = rx.cond(FlowRunState.said, rx.el.span(again, class_name="r"), rx.fragment())
    waits = rx.fragment(running, rx.cond(FlowDraftState.may_run & FlowLiveState.waits, again, rx.fragment()))
    return rx.el.div(rx.el.h2("Run"), rx.cond(FlowLiveState.running, waits, fresh), class_name="phead")


def _talk() -> rx.Component:
    nothing = rx.cond(
        FlowRunState.said | FlowLiveState.running,
        rx.fragment(),
        rx.cond(
            FlowDraftState.may_run,
            empty_state(
                "Try the draft", "Ask it something: the nodes light up as they run, and the answer streams here."
            ),
            rx.fragment(),
        ),
    )
    talk = rx.el.div(
        nothing,
        rx.foreach(FlowRunState.said, said),
        rx.cond(FlowLiveState.running, _now(), rx.fragment()),
        class_name="chat",
    )
    return rx.el.div(
        talk,
        rx.cond(FlowRunState.talks, Every.create(seconds=LOOK_SECONDS, on_tick=FlowRunState.look), rx.fragment()),
        class_name="scroll grow follow",
        tab_index=0,
        role="region",
        aria_label="Conversation",
    )


def said(line: Any) -> rx.Component:
    """Draw one message: who, when, the text with its sources, how it went."""
    face = rx.cond(line.initials, line.initials, rx.cond(line.agent, icon("waypoints", small=True), "Y"))
    trouble = rx.el.button(
        status("fail", line.words), type="button", class_name="lk", on_click=FlowRunState.point(line.node)
    )
    how = rx.cond(
        line.state == "fail", rx.cond(line.node, trouble, status("fail", line.words)), status(line.state, line.words)
    )
    return rx.el.div(
        rx.el.span(face, class_name="avatar", custom_attrs={"aria-hidden": "true"}),
        rx.el.div(rx.el.b(line.who), rx.el.span(line.when), class_name="who"),
        rx.el.div(
            rx.el.span(rx.foreach(line.pieces, piece)),
            rx.cond(line.sources, rx.el.ol(rx.foreach(line.sources, source), class_name="srcs"), rx.fragment()),
            rx.foreach(line.decided, lambda words: status("ok", words)),
            rx.cond(
                line.state,
                rx.el.div(
                    how,
                    rx.cond(
                        line.run_href, rx.el.a("Open the run", href=line.run_href, class_name="t12"), rx.fragment()
                    ),
                    class_name="row how",
                ),
                rx.fragment(),
            ),
            class_name="txt",
        ),
        class_name=rx.cond(line.agent, "msg agent", "msg"),
    )


def piece(part: Any) -> rx.Component:
    """Draw text, or the number of a source that opens its passage."""
    return rx.cond(
        part.number,
        rx.cond(
            part.astray,
            cite_astray(part.number),
            rx.cond(part.href, cite(part.number, part.href, rx.Var.create("Source ") + part.number), cite(part.number)),
        ),
        rx.el.span(part.text),
    )


def source(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(one.number, class_name="cite"),
        rx.cond(one.href, rx.el.a(one.name, href=one.href), rx.el.span(one.name)),
        rx.el.span(one.place, class_name="t2"),
    )


def _now() -> rx.Component:
    coming = rx.cond(FlowLiveState.waits, status("wait", "Waiting for a person"), rx.el.span(class_name="caret"))
    return rx.el.div(
        rx.el.span(icon("waypoints", small=True), class_name="avatar", custom_attrs={"aria-hidden": "true"}),
        rx.el.div(rx.el.b(FlowDraftState.name), rx.el.span(FlowSaveState.draft), class_name="who"),
        rx.el.div(FlowLiveState.answer, coming, class_name="txt", custom_attrs={"data-answer": "live"}),
        class_name="msg agent",
    )


def _ask() -> rx.Component:
    why = problem_line(FlowRunState.problem, "where t12")
    blocked = rx.cond(
        FlowSaveState.run_blocked,
        rx.el.p(status("fail", FlowSaveState.run_blocked), class_name="where t12"),
        rx.fragment(),
    )
    chat = rx.el.div(
        text_area(
            name=FlowFormState.message,
            id="run-message",
            aria_label="Test message",
            placeholder="Send a test message",
            class_name="grow",
            rows="1",
            custom_attrs={"data-run-field": "true"},
        ),
        _go("Send"),
        class_name="composer",
    )
    form = rx.el.div(rx.el.span(class_name="grow"), _go("Run"), class_name="composer")
    none = rx.el.p("Add an Input: runs start there.", class_name="where t12 t2")
    fields = rx.el.div(rx.foreach(FlowFormState.fields, _field), class_name="runform")
    drawn = rx.el.form(
        rx.cond(FlowFormState.fields, fields, rx.fragment()),
        rx.cond(FlowFormState.chat, chat, form),
        key=FlowRunState.sent,
        on_submit=FlowRunState.send,
        id="run-form",
    )
    asking = rx.fragment(blocked, rx.cond(FlowFormState.has_input, rx.fragment(drawn, _busy()), none))
    looking = rx.el.p("Editors and above can run flows.", class_name="where t12 t2")
    return rx.el.div(why, rx.cond(FlowDraftState.may_run, asking, looking), class_name="asking")


def _busy() -> rx.Component:
    """Say why nothing can be sent now, and what becomes of what is typed."""
    words = rx.cond(
        FlowLiveState.waits,
        "This run waits for a person. Start over to send another; what you type stays.",
        "The answer is being written. Send when it is there, or stop it; what you type stays.",
    )
    return rx.cond(FlowLiveState.running, rx.el.p(words, class_name="where t12 t2", role="status"), rx.fragment())


def _go(word: str) -> rx.Component:
    return rx.el.button(
        word,
        rx.el.span(keys("Ctrl ↵"), class_name="hide-s"),
        type="submit",
        class_name="btn",
        disabled=FlowLiveState.running | (FlowSaveState.run_blocked != ""),
    )


def _field(one: Any) -> rx.Component:
    identifier = rx.Var.create("run-") + one.name
    label = rx.el.label(one.name, rx.cond(one.required, "", ", optional"), html_for=identifier)
    text = rx.el.input(
        id=identifier,
        name=one.name,
        class_name="input",
        placeholder=one.default,
        auto_complete="off",
        custom_attrs={"data-run-field": "true"},
    )
    control = rx.match(
        one.kind,
        (
            "boolean",
            rx.el.label(rx.el.input(type="checkbox", id=identifier, name=one.name), "yes", class_name="choice"),
        ),
        (
            "object",
            rx.el.textarea(id=identifier, name=one.name, class_name="input mono", rows="3", placeholder="{ }"),
        ),
        text,
    )
    hint = rx.cond(one.help, rx.el.span(one.help, class_name="hint"), rx.fragment())
    return rx.el.div(label, control, hint, class_name="field")
