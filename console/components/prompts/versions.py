"""The versions of a prompt, newest first, with their labels."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.prompts.types import PRODUCTION
from console.components.prompts.gate import gate
from console.components.prompts.live import live_tests
from console.components.ui import button, phead, status, tag, when
from console.state.prompt import PromptState as Prompt
from console.state.prompt_gate import PromptGateState as Gate
from console.state.prompt_labels import PromptLabelsState as Labels
from console.state.prompt_live import PromptLiveState as Live
from console.state.prompt_play import PromptPlayState as Play
from console.state.prompts_rows import LIVE_TESTS


def versions() -> rx.Component:
    return rx.el.aside(
        phead("Versions", acts=rx.el.span(Prompt.scored, class_name="t12 t2 ell", title=Prompt.scored_over)),
        rx.el.ol(rx.foreach(Prompt.versions, _version)),
        rx.el.label(rx.el.input(type="checkbox"), "Show all versions", class_name="choice vall"),
        _labels(),
        gate(),
        live_tests(),
        _uses(),
        class_name="vers",
        aria_label="Versions",
    )


def _version(one: Any) -> rx.Component:
    chosen = Prompt.chosen == one.number
    is_live = (Prompt.production == one.number) & (Prompt.production > 0)
    return rx.el.li(
        rx.el.button(
            rx.el.span(class_name="vdot"),
            rx.el.span(
                rx.el.b(one.name, class_name="bb"),
                rx.foreach(one.labels, lambda label: tag(label, accent=chosen, key=label)),
                rx.cond(one.score, rx.el.span(_score(one), class_name="t12 r", title=one.scored), rx.fragment()),
                class_name="row tight wrap",
            ),
            rx.el.span(one.comment, class_name="t12 vm lines", title=one.comment, dir="auto"),
            rx.cond(one.elsewhere, rx.el.span(one.elsewhere, class_name="t12 t2 vm lines", dir="auto"), rx.fragment()),
            rx.el.span(one.by, rx.cond(one.when, ", ", ""), one.when, class_name="t12 t2", title=one.exact),
            type="button",
            on_click=[Prompt.choose(one.number), Gate.load, Play.follow(one.number)],
            aria_current=when(chosen, "true", "false"),
        ),
        rx.cond(one.evidence, rx.el.a("Open the experiment", href=one.evidence, class_name="t12 vlink"), rx.fragment()),
        class_name=rx.cond(chosen, "on", rx.cond(is_live, "live", "")),
        key=one.number,
    )


def _score(one: Any) -> rx.Component:
    return rx.cond(one.is_weak, status("warn", one.score), rx.fragment(one.score))


def _labels() -> rx.Component:
    history = button("History", Labels.show("history"), size="sm", kind="quiet")
    guard = button("Protect production", Labels.ask_protect(PRODUCTION), size="sm", kind="quiet", icon="shield-check")
    unguarded = Labels.may_manage & ~Labels.protected.contains(PRODUCTION)
    return rx.cond(
        Labels.labels,
        rx.el.div(
            phead("Labels", acts=history),
            rx.el.ul(rx.foreach(Labels.labels, _label), class_name="lbls"),
            rx.cond(unguarded, rx.el.div(guard, class_name="in"), rx.fragment()),
            class_name="psec",
        ),
        rx.fragment(),
    )


def _label(one: Any) -> rx.Component:
    back = button(
        rx.Var.create("Roll back to ") + one.back,
        Labels.roll_back(one.name, one.version),
        size="sm",
        disabled=~Labels.may_edit,
        custom_attrs={"data-once": ""},
    )
    split = rx.el.a(rx.Var.create("Split: ") + Live.splits[one.name].to(str), href=f"#{LIVE_TESTS}", class_name="t12")
    return rx.el.li(
        rx.el.span(
            rx.el.b(one.name, class_name="b"),
            rx.el.span(one.version),
            rx.cond(one.protected, tag("protected"), rx.fragment()),
            class_name="row tight wrap",
        ),
        rx.el.span(one.moved, class_name="t12 t2", title=one.exact),
        rx.cond(Live.splits.contains(one.name), split, rx.fragment()),
        rx.cond(one.back, rx.fragment(back, _at_once(one)), rx.fragment()),
        key=one.name,
    )


def _at_once(one: Any) -> rx.Component:
    """Say what a way back does not wait for."""
    has_gate = Gate.labels.contains(one.name)
    without: Any = rx.match(
        (has_gate, one.protected),
        ((True, True), "without gate or second person, "),
        ((True, False), "without gate, "),
        ((False, True), "without a second person, "),
        "",
    )
    words = rx.fragment("Goes back at once, ", without, "since ", one.back, " has stood there before.")
    return rx.el.span(words, class_name="t12 t2")


def _uses() -> rx.Component:
    """Say who uses it, and how each can be reached; folded, apart from those, what asked it and ended."""

    def listed(uses: Any) -> rx.Component:
        return rx.el.ul(rx.foreach(uses, _use), class_name="lbls")

    past = rx.el.details(
        rx.el.summary(
            rx.el.b("Used before", class_name="b"), " ", rx.el.span(Prompt.past_uses.length(), class_name="t2")
        ),
        listed(Prompt.past_uses),
        class_name="psec vpast",
    )
    now = rx.el.div(phead("Used by"), listed(Prompt.uses), class_name="psec")
    return rx.fragment(rx.cond(Prompt.uses, now, rx.fragment()), rx.cond(Prompt.past_uses, past, rx.fragment()))


def _use(one: Any) -> rx.Component:
    return rx.el.li(rx.el.a(one.words, href=one.href, dir="auto"), key=one.words)
