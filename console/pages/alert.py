"""One alert: how it stands, its last days, when it fired."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console import routes
from console.components.alerts.history import history, told_lines
from console.components.alerts.picture import alert_picture
from console.components.asking import question
from console.components.shell import body, page_head, shell
from console.components.ui import (
    SAFE,
    TRIGGER,
    CopyButton,
    Every,
    banner,
    button,
    dialog,
    icon_button,
    link_button,
    menu,
    menu_item,
    panel,
    phase_view,
    skeleton_block,
    skeleton_rows,
    status,
)
from console.state.alert import AlertPageState as State

LOOK_SECONDS = 15
HOUR = 60
MUTES = ((HOUR, "For 1 h"), (8 * HOUR, "For 8 h"), (24 * HOUR, "For 1 day"), (7 * 24 * HOUR, "For 7 days"))


def alert() -> rx.Component:
    crumb = rx.el.span(rx.el.a("Alerts", href=routes.ALERTS), " /", class_name="hide-s")
    return shell(
        routes.ALERTS,
        rx.cond(
            State.line,
            page_head(State.line.name, *_acts(), crumb=crumb, state=_standing(State.line)),
            page_head("Alert", crumb=crumb),
        ),
        body(
            phase_view(
                State.phase,
                _ready(),
                skeleton=rx.fragment(skeleton_block("100%", 160), skeleton_rows(180, 90, 60, count=4)),
                problem=State.problem,
                on_retry=State.load,
                what="The alert",
                back=link_button("All alerts", routes.ALERTS, kind="primary"),
            ),
            Every.create(seconds=LOOK_SECONDS, on_tick=State.look),
        ),
        _secret(),
        question(
            State,
            "delete",
            rx.Var.create("Delete ") + State.asked_name + "?",
            rx.el.p("Its history goes too. This cannot be undone."),
            keep="Keep it",
            act="Delete alert",
            on_act=State.delete,
        ),
        of=State.address,
    )


def _standing(line: Any) -> rx.Component:
    return rx.el.span(
        status(line.mark, line.words, weight=line.heavy),
        rx.el.span(line.note, class_name="t12 t2 hide-s"),
        class_name="row",
    )


def _acts() -> tuple[rx.Component, ...]:
    mute = menu(
        button("Mute", icon="bell-off", custom_attrs=TRIGGER),
        *(menu_item(words, State.mute(number)) for number, words in MUTES),
        label="Tell nobody",
        align="right",
    )
    unmute = button("End the mute", State.mute(0), icon="bell")
    return (
        rx.cond(State.may_edit, icon_button("trash-2", "Delete this alert", State.ask), rx.fragment()),
        rx.cond(State.may_mute, rx.cond(State.line.muted, unmute, mute), rx.fragment()),
        rx.cond(State.may_edit, button("Send a test", State.test), rx.fragment()),
        rx.cond(State.may_edit, link_button("Change", State.edit_href, kind="primary"), rx.fragment()),
    )


def _ready() -> rx.Component:
    return rx.fragment(
        rx.cond(
            State.line.muted,
            banner("wait", "Nobody is told:", State.line.muted, ". It is still checked and listed in the history."),
            rx.fragment(),
        ),
        _tested(),
        rx.el.div(
            panel(
                "Last 7 days",
                rx.cond(State.is_drawn, alert_picture(State.picture), skeleton_block("100%", 160)),
                note="as the log stands now",
            ),
            panel("Rule", rx.el.dl(rx.foreach(State.facts, _fact), class_name="al-facts")),
            class_name="al-top",
        ),
        history(),
    )


def _fact(fact: Any) -> rx.Component:
    return rx.el.div(rx.el.dt(fact[0]), rx.el.dd(fact[1], dir="auto"), key=fact[0])


def _tested() -> rx.Component:
    lines = panel("The test", rx.el.div(told_lines(State.tested), class_name="pad", role="status"))
    nobody = panel("The test", rx.el.p(status("warn", State.untold), class_name="pad", role="alert"))
    return rx.cond(State.untold, nobody, rx.cond(State.tested.length() > 0, lines, rx.fragment()))


def _secret() -> rx.Component:
    return dialog(
        "Copy the secret of the webhook now",
        rx.el.p("Each message to the webhook is signed with it. It is not shown again."),
        rx.el.div(
            rx.el.pre(State.secret, class_name="well out", tab_index=0, aria_label="The secret"),
            CopyButton.create(text=State.secret, label="Copy the secret"),
            class_name="snip",
        ),
        identifier="alert-secret",
        opened=State.secret != "",
        on_close=State.forget_secret,
        class_name="wide",
        foot=[button("I have copied it", State.forget_secret, kind="primary", custom_attrs=SAFE)],
    )
