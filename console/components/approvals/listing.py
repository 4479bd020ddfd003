"""What waits, the least time left first, and what was decided today."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui import meter, select, status
from console.state.approvals import ApprovalsState as Page


def listing() -> rx.Component:
    none = rx.el.p(
        rx.cond(Page.wishes.length() > 0, "No run is waiting.", "Nothing is waiting."), class_name="pad t12 t2"
    )
    flows = select(
        Page.flows,
        id="approval-flow",
        value=Page.flow,
        on_change=Page.choose_flow,
        aria_label="Flow to show",
        class_name="sm2 r",
    )
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Waiting"),
            rx.el.span("least time first", class_name="t12 t2 nw"),
            rx.cond(Page.flows.length() > 0, flows, rx.fragment()),
            class_name="phead",
        ),
        rx.el.div(
            rx.cond(Page.rows.length() > 0, rx.el.ul(rx.foreach(Page.rows, _waiting), class_name="ap-list"), none),
            rx.cond(Page.wishes.length() > 0, _wishes(), rx.fragment()),
            rx.cond(Page.decided.length() > 0, _decided(), rx.fragment()),
            class_name="scroll grow",
        ),
        class_name="ap-left",
        aria_label="Waiting",
    )


def _waiting(line: Any) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.el.b(line.question, class_name="ell", dir="auto"),
            rx.cond(
                line.about,
                rx.el.span(line.about, class_name="t12 ell", dir="auto", title=line.about),
                rx.fragment(),
            ),
            rx.el.span(
                rx.el.span(line.by, class_name="ell", dir="auto"),
                rx.el.time(line.asked, title=line.asked_exact, class_name="r nw"),
                class_name="row t12 t2",
            ),
            meter(line.percent, "Time that is over"),
            rx.el.span(line.left, class_name=rx.cond(line.is_urgent, "t12 urgent", "t12 t2")),
            type="button",
            on_click=Page.choose(line.id),
            aria_current=rx.cond(Page.opened_id == line.id, "true", "false"),
            class_name=rx.cond(line.is_urgent, "ap-row urgent", "ap-row"),
        ),
        key=line.id,
    )


def _wishes() -> rx.Component:
    def wish(line: Any) -> rx.Component:
        words = (
            rx.el.b(line.what, class_name="ell", dir="auto"),
            rx.el.span(line.by, class_name="t12 t2 ell", dir="auto"),
        )
        return rx.el.li(rx.el.a(*words, href=line.href, class_name="ap-row"), key=line.id)

    return rx.fragment(
        rx.el.div(rx.el.h2("Prompts and flows"), rx.el.span("decided there", class_name="t12 t2"), class_name="phead"),
        rx.el.ul(rx.foreach(Page.wishes, wish), class_name="ap-list"),
    )


def _decided() -> rx.Component:
    return rx.fragment(
        rx.el.div(rx.el.h2("Decided today"), rx.el.span(Page.num_decided, class_name="t12 t2"), class_name="phead"),
        rx.el.ul(rx.foreach(Page.decided, _done), class_name="ap-done"),
    )


def _done(line: Any) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.el.time(line.when, class_name="t2"),
            rx.el.span(
                rx.el.span(line.name, class_name="ell", title=line.name, dir="auto"),
                rx.el.span(line.about, class_name="t12 t2 ell", title=line.about, dir="auto"),
                class_name="ap-what grow",
            ),
            status(line.mark, line.words),
            type="button",
            on_click=Page.choose(line.id),
            aria_current=rx.cond(Page.opened_id == line.id, "true", "false"),
        ),
        key=line.id,
    )
