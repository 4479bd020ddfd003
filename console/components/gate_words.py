"""What a gate says to what somebody is about to put before people: on its page, and in the dialogs before the click."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui import link_button, status


def gate_words(said: Any, refusal: Any) -> rx.Component:
    """Draw a `GateLine` in a dialog; after the click the `refusal`, which says most of it again."""
    refusal = refusal.to(str)
    words = rx.el.p(status("fail", refusal), role="alert", dir="auto")
    is_said_again = (refusal != "") & refusal.contains(said.words)
    return rx.cond(
        (refusal != "") | (said.mark != ""),
        rx.el.div(
            rx.cond(refusal != "", words, rx.fragment()),
            rx.cond(is_said_again, rx.fragment(), rx.fragment(rx.el.p(_verdict(said)), _hint(said))),
            gate_ways(said),
            class_name="stack start",
        ),
        rx.fragment(),
    )


def gate_verdict(said: Any) -> rx.Component:
    """Draw how a content did, and what helps."""
    return rx.fragment(_verdict(said), _hint(said))


def _verdict(said: Any) -> rx.Component:
    fallen, fine = status("fail", said.words, dir="auto"), status("ok", said.words, dir="auto")
    return rx.fragment(rx.match(said.mark, ("fail", fallen), ("ok", fine), rx.fragment()))


def _hint(said: Any) -> rx.Component:
    return rx.cond(said.hint, rx.el.span(said.hint, class_name="t12 t2", dir="auto"), rx.fragment())


def gate_ways(said: Any) -> rx.Component:
    """Lead to the experiment that spoke, or to the one that is missing."""
    evidence = rx.el.a("Open the experiment", href=said.evidence, class_name="t12")
    missing = link_button("Run this experiment", said.asking, icon="flask-conical", size="sm")
    return rx.fragment(
        rx.cond(said.evidence, evidence, rx.fragment()),
        rx.cond(said.asking, missing, rx.fragment()),
    )
