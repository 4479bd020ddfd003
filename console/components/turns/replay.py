"""The turn as it was, and the same turn asked again, side by side."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.turns.types import MAX_REPLAYS
from console.components.ui import banner, button, icon_button, panel, phead, plate, select, status
from console.state.replay import ReplayState as Replay

WAYS = (("record", "Answer from the record"), ("again", "Call again"))


def asked() -> rx.Component:
    """Draw the question, what will not be as it was, and what is not done anew."""
    return panel(
        "Question",
        rx.el.p(Replay.question, class_name="said", dir="auto"),
        rx.foreach(Replay.cautions, lambda words: rx.el.p(status("warn", words), class_name="rp-note")),
        rx.cond(Replay.deeds.length() > 0, _deeds(), rx.fragment()),
        note=Replay.before,
        class_name="rp-asked",
    )


def _deeds() -> rx.Component:
    """Say what the flow did on the outside, and ask whether it may do that again."""
    way = select(
        WAYS,
        value=rx.cond(Replay.acts, "again", "record"),
        on_change=Replay.let_act,
        disabled=Replay.running | ~Replay.may_run,
        aria_label="What acts on the outside",
    )
    warning = banner(
        "wait",
        "Requests are sent again, to real systems.",
        "What they book, pay or send is booked, paid or sent once more in every column.",
    )
    return rx.fragment(
        rx.el.div(
            rx.el.ul(
                rx.foreach(
                    Replay.deeds,
                    lambda one: rx.el.li(plate(one.plate), rx.el.b(one.title, class_name="b"), one.words, dir="auto"),
                ),
                class_name="rp-deeds t12",
            ),
            way,
            class_name="row wrap rp-note",
        ),
        rx.cond(Replay.acts, warning, rx.fragment()),
    )


def columns() -> rx.Component:
    return rx.el.section(
        phead("Answers", note=Replay.total, acts=_acts()),
        rx.el.div(
            _was(),
            rx.foreach(Replay.columns, _column),
            class_name="pcs",
            role="group",
            aria_label="Answers side by side",
        ),
        class_name="panel play",
        aria_label="Answers",
    )


def _acts() -> rx.Component:
    more = button(
        "Add column",
        Replay.add,
        size="sm",
        icon="plus",
        disabled=Replay.running | (Replay.columns.length() >= MAX_REPLAYS),
    )
    run = rx.cond(
        Replay.running,
        button("Stop", Replay.stop, icon="square"),
        button("Replay", Replay.send, kind="primary", icon="play"),
    )
    return rx.cond(
        Replay.may_run, rx.fragment(more, run), rx.el.span("Editors and above may replay.", class_name="t12 t2")
    )


def _was() -> rx.Component:
    was = Replay.was
    return rx.el.div(
        rx.el.div(
            rx.el.b("As it was", class_name="b"),
            rx.el.span(was.what, class_name="t12 t2 ell", title=was.what),
            class_name="ph2",
        ),
        rx.el.div(
            _calls(was.tools),
            rx.el.p(was.text, class_name="vt", dir="auto"),
            class_name="psaid",
            tab_index=0,
            role="region",
            aria_label="The answer as it was",
        ),
        rx.el.div(
            rx.cond(was.error, status("fail", was.error), status("ok", "Recorded")),
            *_figures(was),
            class_name="cf",
        ),
        class_name="pc",
    )


def _column(one: Any) -> rx.Component:
    away = icon_button(
        "x",
        rx.Var.create("Remove column ") + one.letter,
        Replay.remove(one.letter),
        size="sm",
        disabled=Replay.running | (Replay.columns.length() == 1),
    )
    caret = rx.cond(one.state == "run", rx.el.span(class_name="caret"), rx.fragment())
    words = rx.foreach(one.said, lambda word: rx.el.span(word.text, class_name=rx.cond(word.own, "xp-own", "")))
    return rx.el.div(
        rx.el.div(
            plate(one.letter, "off"),
            _choice("Version", "version", Replay.versions, one.version, one),
            _choice("Prompt", "prompt", Replay.prompts, one.prompt, one),
            _choice("Model", "model", Replay.models, one.model, one),
            away,
            class_name="ph2",
        ),
        rx.el.div(
            _calls(one.tools),
            rx.el.p(rx.cond(one.said.length() > 0, words, one.text), caret, class_name="vt", dir="auto"),
            class_name="psaid",
            tab_index=0,
            role="region",
            aria_label=rx.Var.create("Answer of column ") + one.letter,
        ),
        rx.el.div(
            status(one.state, one.words),
            *_figures(one),
            rx.cond(one.used, rx.el.span(one.used, class_name="t2"), rx.fragment()),
            class_name="cf",
        ),
        class_name="pc",
        key=one.letter,
    )


def _choice(label: str, name: str, options: Any, value: Any, one: Any) -> rx.Component:
    entry = select(
        options,
        value=value,
        on_change=lambda chosen: Replay.set_column(one.letter, name, chosen),
        aria_label=rx.Var.create(f"{label} of column ") + one.letter,
        class_name="sm2 grow",
        disabled=Replay.running,
    )
    return rx.cond(options.length() > 1, entry, rx.fragment())


def _calls(tools: Any) -> rx.Component:
    calls = rx.foreach(tools, lambda call: rx.el.li(rx.el.span("calls ", class_name="t2"), call))
    return rx.cond(tools.length() > 0, rx.el.ul(calls, class_name="calls"), rx.fragment())


def _figures(one: Any) -> tuple[rx.Component, ...]:
    told = [
        rx.cond(words, rx.el.span(words, class_name="t2"), rx.fragment()) for words in (one.time, one.tokens, one.cost)
    ]
    return (
        *told,
        rx.cond(one.href, rx.el.a("Trace", href=one.href, class_name="t12"), rx.fragment()),
    )
