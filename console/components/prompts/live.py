"""Live tests: how versions that share a label stand, and the dialog that begins one."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console import routes
from console.components.gate_words import gate_words
from console.components.second_person import nobody_else
from console.components.ui import (
    SAFE,
    Every,
    button,
    dialog,
    field,
    number_input,
    phead,
    select,
    status,
    tag,
)
from console.state.judge_ask import JudgeAskState as Judge
from console.state.prompt_edit import PromptEditState as Edit
from console.state.prompt_labels import PromptLabelsState as Labels
from console.state.prompt_live import PromptLiveState as Live
from console.state.prompts_rows import LIVE_TESTS

FORM = "live-form"
LOOK_SECONDS = 15


def live_tests() -> rx.Component:
    """Draw the newest tests below the labels; nothing where there was none."""
    watch = rx.cond(Live.is_running, Every.create(seconds=LOOK_SECONDS, on_tick=Live.load), rx.fragment())
    return rx.cond(
        Live.cards,
        rx.el.div(
            phead("Live tests"),
            rx.el.ul(rx.foreach(Live.cards, _card), class_name="lbls"),
            watch,
            class_name="psec",
            id=LIVE_TESTS,
        ),
        rx.fragment(),
    )


def _card(card: Any) -> rx.Component:
    stop = button("Stop", Live.stop(card.id), size="sm")
    return rx.el.li(
        rx.el.span(rx.el.b(card.label, class_name="b"), status(card.mark, card.words), class_name="row tight wrap"),
        rx.el.span(card.metric, class_name="t12"),
        rx.el.span(card.about, class_name="t12 t2", title=card.exact),
        rx.cond(card.broken, status("fail", card.broken), rx.fragment()),
        rx.cond(card.reaches_nobody, _unfollowed(card.label), rx.fragment()),
        rx.el.ul(rx.foreach(card.arms, lambda arm: _arm(card, arm)), class_name="arms"),
        rx.cond(card.judged, _judged(card), rx.fragment()),
        rx.cond(card.is_running & Edit.may_edit, stop, rx.fragment()),
        key=card.id,
    )


def _judged(card: Any) -> rx.Component:
    ask = button(card.ask, Judge.open_live(card.id), size="sm")
    return rx.fragment(
        rx.el.span(card.judged, class_name="t12 t2", dir="auto"),
        rx.cond((card.ask != "") & Live.may_judge, ask, rx.fragment()),
    )


def _arm(card: Any, arm: Any) -> rx.Component:
    verdict = rx.cond(arm.mark, status(arm.mark, arm.words), rx.fragment())
    promote = button(rx.Var.create("Promote ") + arm.name, Live.ask_promote(card.id, arm.version), size="sm")
    return rx.el.li(
        rx.el.span(
            rx.el.b(arm.name, class_name="b"),
            rx.el.span(arm.share, class_name="t2"),
            rx.cond(arm.is_baseline, tag("baseline"), verdict),
            rx.el.span(arm.value, class_name="r b"),
            class_name="row tight wrap",
        ),
        rx.el.span(arm.count, rx.cond(arm.note, ". ", ""), arm.note, class_name="t12 t2"),
        rx.cond(
            arm.guard_mark == "fail",
            status("fail", arm.guard),
            rx.cond(arm.guard, rx.el.span("Guardrail: ", arm.guard, class_name="t12 t2"), rx.fragment()),
        ),
        rx.cond(card.is_running & ~arm.is_baseline.to(bool) & Edit.may_edit, promote, rx.fragment()),
        key=arm.name,
    )


def live_dialog() -> rx.Component:
    """Draw the dialog once on the page; `PromptLiveState.ask` opens it."""
    wrong = Live.errors.values().join(" ")
    form = rx.el.form(
        field("Label", select(Live.labels, id="live-label", name="label"), html_for="live-label"),
        rx.el.fieldset(
            rx.el.legend("Weights", class_name="lab"),
            rx.el.div(rx.foreach(Live.versions, _weight), class_name="row wrap"),
            rx.el.span(
                "The version under the label takes part. Leave a weight empty to leave a version out.",
                class_name="hint",
            ),
            class_name="field bare",
        ),
        field(
            "Primary metric",
            select(Live.metrics, id="live-metric", name="metric"),
            html_for="live-metric",
            help_text="By it a version is better or worse than the one under the label.",
        ),
        rx.cond(Live.has_judges, rx.fragment(), _no_judge()),
        field(
            "Guardrail metric",
            select(Live.guardrails, id="live-guardrail", name="guardrail"),
            html_for="live-guardrail",
            help_text="What must not get worse: a version that does ends the test within 15 s.",
        ),
        id=FORM,
        on_submit=Live.start,
        class_name="formcol",
    )
    none = rx.el.p("Give a version a label first; the test compares the others with it.")
    taken = rx.fragment(
        rx.foreach(Live.taken, lambda words: rx.el.p(status("run", words))),
        rx.el.p("Stop that test, or promote one of its versions, to split the label anew.", class_name="t2"),
    )
    can = Live.labels.length() > 0
    return dialog(
        "Start a live test?",
        rx.el.p(
            "A label is split over versions. Each conversation keeps the version that it got first. Drafts and "
            "experiments take no part."
        ),
        rx.cond(Live.taken, taken, rx.fragment()),
        rx.foreach(Live.unfollowed, _unfollowed),
        rx.cond(can, gate_words(Live.gate, wrong), rx.fragment()),
        rx.cond(can, rx.foreach(Live.weak, lambda words: rx.el.p(status("warn", words))), rx.fragment()),
        rx.cond(can, form, rx.cond(Live.taken, rx.fragment(), none)),
        identifier="live",
        opened=Live.opened,
        on_close=Live.close,
        foot=[
            button("Cancel", Live.close, custom_attrs=SAFE),
            rx.cond(can, button("Start", kind="primary", type="submit", form=FORM), rx.fragment()),
        ],
    )


def promote_dialog() -> rx.Component:
    """Draw the dialog once on the page; `PromptLiveState.ask_promote` opens it."""
    asked: Any = Live.promoting
    version = rx.Var.create("v") + asked.version.to_string()
    against = rx.foreach(asked.against, lambda line: rx.el.p(status("warn", line)))
    at_once = rx.el.p("Everybody who asks for ", asked.label, " gets it, and the test ends.")
    waits = rx.el.p(
        asked.label,
        " is protected: somebody who neither asked for the change nor wrote the version has to approve it. The test "
        "goes on until then.",
    )
    act = rx.cond(asked.waits, "Ask for approval", rx.Var.create("Promote ") + version)
    send = Live.promote(asked.test, asked.version)
    is_doubted = (asked.gate.mark == "fail") | (asked.against.length() > 0)
    body = rx.fragment(
        gate_words(asked.gate, Live.errors.values().join(" ")),
        against,
        rx.cond(asked.waits, waits, at_once),
        rx.el.p("The figures go into the history of the label.", class_name="t2"),
        nobody_else(asked.is_alone, Labels.may_invite),
    )
    return dialog(
        rx.Var.create("Promote ") + version + "?",
        body,
        identifier="promote-live",
        opened=asked.test != "",
        on_close=Live.close,
        foot=[
            button("Keep testing", Live.close, custom_attrs=SAFE),
            rx.cond(is_doubted, button(act, send, custom_attrs={"data-once": ""}), button(act, send, kind="primary")),
        ],
    )


def _no_judge() -> rx.Component:
    """Say what lets a judge decide, where none has judged the log."""
    return rx.el.p(
        "What a judge says can decide too. None has judged the log yet: ",
        rx.el.a("ask one about conversations", href=routes.CONVERSATIONS, class_name="u"),
        ", then start the test.",
        class_name="t12 t2",
    )


def _unfollowed(label: Any) -> rx.Component:
    """Say that a test would reach nobody here, and what makes it reach somebody."""
    way = "Choose this prompt and that label in an LLM node of a flow, and publish it; or render it with a session_id. "
    return rx.el.p(
        status(
            "wait",
            rx.Var.create("No published flow follows ")
            + label
            + ": a test on it reaches who renders it over REST alone.",
        ),
        rx.el.span(way, rx.el.a("Open the flows", href=routes.FLOWS, class_name="u"), class_name="t12 t2"),
        class_name="stack",
    )


def _weight(one: Any) -> rx.Component:
    name = rx.Var.create("v") + one.value
    entry = number_input(
        name=rx.Var.create("w") + one.value,
        default_value=one.label,
        min="1",
        width="64px",
        aria_label=rx.Var.create("Weight of ") + name,
    )
    figure = rx.el.span(Live.figures[one.value].to(str), class_name="t12 t2")
    told = rx.cond(Live.figures.contains(one.value), figure, rx.fragment())
    return rx.el.span(rx.el.b(name, class_name="b"), told, entry, class_name="row", key=one.value)
