"""A card for each metric: both values, the verdict, and the difference with its interval."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui import icon, status
from console.components.ui.kinds import classes
from console.state.experiment import ExperimentState as One

ICONS = (("better", "arrow-up-right"), ("worse", "arrow-down-right"), ("same", "equal"))


def verdicts() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Verdicts", class_name="sr"),
        rx.foreach(One.cards, _card),
        class_name="xp-cards panel",
        custom_attrs={"aria-label": "Verdicts"},
    )


def _card(card: Any) -> rx.Component:
    badge = rx.el.span(
        rx.match(
            card.verdict, *((word, icon(name, small=True)) for word, name in ICONS), icon("circle-help", small=True)
        ),
        card.words,
        class_name=classes("xp-verdict r", card.verdict),
    )
    values = rx.el.div(
        rx.cond(
            card.baseline_value,
            rx.fragment(rx.el.span(card.baseline_value, class_name="t2"), icon("arrow-right", small=True)),
            rx.fragment(),
        ),
        rx.el.b(card.value),
        rx.el.span(card.difference, class_name="r b"),
        class_name="row xp-values",
    )
    by = rx.el.button(
        "Show rows by ", card.key, type="button", on_click=One.show_by(card.key), class_name="link t12", dir="auto"
    )
    return rx.el.article(
        rx.el.div(rx.el.h3(card.metric, class_name="ell", title=card.metric, dir="auto"), badge, class_name="row"),
        rx.cond(card.node, rx.el.p("Node ", card.node, class_name="t12 t2 ell", dir="auto"), rx.fragment()),
        rx.cond(card.value, values, rx.fragment()),
        rx.cond(card.bars, _interval(card), rx.fragment()),
        rx.el.div(
            rx.el.span(card.note),
            rx.cond(card.sure, _sure(card), rx.fragment()),
            class_name="row tight t12 t2",
        ),
        rx.cond(card.target, _aimed(card), rx.fragment()),
        rx.cond(card.own, rx.el.p(status("warn", card.own), class_name="t12 t2", dir="auto"), rx.fragment()),
        rx.cond(card.mark, rx.el.p(card.mark, class_name="t12 t2"), rx.fragment()),
        rx.cond(card.duels, rx.el.p(card.duels, class_name="t12 t2", dir="auto"), rx.fragment()),
        rx.cond(card.failed, rx.el.p(card.failed, class_name="t12 t2", dir="auto"), rx.fragment()),
        rx.cond(card.key & (card.key != One.metric), by, rx.fragment()),
        class_name="xp-card",
    )


def _aimed(card: Any) -> rx.Component:
    """Say whether the target is reached; the dashed line of the interval is where it would be."""
    words = rx.match(
        card.aimed, ("fail", status("fail", card.target)), ("ok", status("ok", card.target)), rx.el.span(card.target)
    )
    return rx.el.p(words, class_name="t12 t2")


def _sure(card: Any) -> rx.Component:
    """Say how sure the interval is, and why surer than usual to whoever points at it."""
    explained = rx.el.span(
        card.sure,
        rx.el.span(" ", card.sure_why, class_name="sr"),
        class_name="r",
        custom_attrs={"data-tip": card.sure_why},
    )
    return rx.cond(card.sure_why, explained, rx.el.span(card.sure, class_name="r"))


def _interval(card: Any) -> rx.Component:
    return rx.el.svg(
        rx.el.svg.title(card.aria),
        rx.el.svg.rect(x=card.band_x, y="4", width=card.band_width, height="22", class_name="xp-band"),
        rx.el.svg.line(x1="103", x2="103", y1="1", y2="29", class_name="xp-zero"),
        rx.el.svg.line(x1="0", x2="206", y1="15", y2="15", class_name="grid"),
        rx.cond(
            card.target_x,
            rx.el.svg.line(x1=card.target_x, x2=card.target_x, y1="1", y2="29", class_name="xp-target"),
            rx.fragment(),
        ),
        rx.el.svg.path(d=card.bars, class_name=classes("xp-bar", card.verdict)),
        rx.el.svg.circle(cx=card.at_x, cy="15", r="4", class_name=classes("xp-dot", card.verdict)),
        rx.el.svg.text(card.low, x=card.low_text_x, y="42", text_anchor="middle"),
        rx.el.svg.text(card.high, x=card.high_text_x, y="42", text_anchor="middle"),
        view_box="0 0 206 46",
        class_name="chart xp-interval",
        role="img",
        custom_attrs={"aria-label": card.aria},
    )
