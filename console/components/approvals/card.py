"""The card of what waits, in a transcript and on the page of a run."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.approvals.dialog import decide_dialog
from console.components.ui import Every, button, plate, status
from console.state.approval_cards import ApprovalCardsState as Cards
from console.state.approval_decide import ApprovalDecideState as Decide

LOOK_SECONDS = 5


def approval_cards() -> rx.Component:
    """Draw a card for each thing that the run or the conversation of the page waits for; once on a page."""
    cards = rx.el.div(
        rx.foreach(Cards.cards, _card), class_name="ap-cards", role="region", aria_label="Waiting for approval"
    )
    return rx.fragment(
        rx.cond(Cards.cards.length() > 0, cards, rx.fragment()),
        Every.create(seconds=LOOK_SECONDS, on_tick=Cards.refresh),
        decide_dialog(),
    )


def _card(line: Any) -> rx.Component:
    acts = rx.el.div(
        button("Approve", Decide.open(line.id, "approve"), kind="primary"),
        button("Change", Decide.open(line.id, "change")),
        button("Refuse", Decide.open(line.id, "refuse"), kind="danger"),
        rx.el.a("All of it", href=line.href, class_name="t12 r"),
        class_name="row wrap",
    )
    closed = rx.el.div(
        rx.el.span(line.barred, class_name="t12 t2"),
        rx.el.a("All of it", href=line.href, class_name="t12 r"),
        class_name="row wrap",
    )
    return rx.el.article(
        rx.el.div(
            status("wait", "Waiting for approval", weight=True),
            rx.el.b(line.question, class_name="b", dir="auto"),
            rx.el.span(line.since, ", ", line.limit, class_name="t12 t2 r nw"),
            class_name="row wrap",
        ),
        rx.cond(line.note, rx.el.p(line.note, class_name="t12 t2 lines", dir="auto"), rx.fragment()),
        rx.cond(line.barred, closed, acts),
        rx.el.p("Paused at ", plate(line.plate, "wt"), " until ", line.ends, " at the latest.", class_name="t12 t2"),
        class_name="ap-card",
        key=line.id,
    )
