"""What waits for a second person before a protected flow is published."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.refused import refused
from console.components.second_person import nobody_else
from console.components.ui import banner, button, dialog, field, link_button, status, text_area
from console.state.flows_publish import FlowPublishState as Waiting

REFUSE = "refuse-publish-form"


def waiting() -> rx.Component:
    """Say what needs a person before anything else, with the dialog that asks why not."""
    declined = rx.foreach(Waiting.refusals, lambda one: refused(one, Waiting.dismiss(one.id)))
    return rx.fragment(rx.foreach(Waiting.waiting, _wish), declined, _refuse())


def _wish(one: Any) -> rx.Component:
    decide = rx.fragment(
        button("Refuse", Waiting.ask_refusal(one.id), size="sm"),
        button("Approve", Waiting.approve(one.id), size="sm", kind="primary"),
    )
    acts = rx.fragment(
        rx.cond(one.evidence, link_button("Open the experiment", one.evidence, size="sm"), rx.fragment()),
        rx.cond(one.own, button("Take it back", Waiting.withdraw(one.id), size="sm"), rx.fragment()),
        rx.cond(one.may_decide, decide, rx.el.span(one.why_not, class_name="t12 t2")),
    )
    comment = rx.cond(one.comment, rx.el.span(" ", one.comment, class_name="lines", dir="auto"), rx.fragment())
    alone = nobody_else(one.is_alone, Waiting.may_invite, inline=True)
    return banner("wait", one.lead, rx.el.span(one.note, dir="auto"), comment, alone, acts=acts)


def _refuse() -> rx.Component:
    return dialog(
        "Refuse to publish it?",
        rx.el.form(
            rx.cond(
                Waiting.errors.contains(""), rx.el.p(status("fail", Waiting.errors[""]), role="alert"), rx.fragment()
            ),
            field(
                "Reason",
                text_area(id="refuse-publish-reason", name="reason", required=True, rows="3", max_length="2000"),
                html_for="refuse-publish-reason",
                error=Waiting.errors.get("reason", ""),
            ),
            id=REFUSE,
            on_submit=Waiting.refuse,
            class_name="formcol",
        ),
        identifier="refuse-publish",
        opened=Waiting.deciding != "",
        on_close=Waiting.close,
        foot=[
            button("Keep it waiting", Waiting.close),
            button("Refuse", kind="danger", type="submit", form=REFUSE),
        ],
    )
