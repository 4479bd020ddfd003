"""One that waits, in the order in which one decides: the words, the act, the grounds, the rule, the default."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui import button, cite, icon, keys, meter, plate, status
from console.components.ui.word_diff import compared_lines
from console.state.approval_decide import ApprovalDecideState as Decide
from console.state.approvals import ApprovalsState as Page


def detail() -> rx.Component:
    one = Page.detail
    return rx.el.section(
        rx.el.div(
            rx.el.button(
                icon("chevron-left"),
                type="button",
                aria_label="Back to the list",
                on_click=Page.leave,
                class_name="only-s btn quiet icon",
            ),
            status(one.mark, one.words, weight=True),
            rx.el.h2(one.question, class_name="ell", dir="auto", title=one.question),
            rx.el.span("ends ", one.ends_at, class_name="t12 t2 r nw hide-s"),
            class_name="phead",
        ),
        rx.el.div(
            rx.cond(one.is_waiting, _time(one), _outcome(one)),
            rx.cond(one.said, _words(one), rx.fragment()),
            _act(one),
            rx.cond(one.evidence.length() > 0, _evidence(one), rx.fragment()),
            rx.el.div(
                _part(
                    "Why a person",
                    rx.el.p(
                        rx.cond(one.note, one.note, "The flow asks for a decision here."),
                        class_name="lines",
                        dir="auto",
                    ),
                    rx.fragment(one.role, " decides."),
                ),
                rx.cond(
                    one.is_waiting,
                    _part("If nobody decides", rx.el.p(one.default), "The run then continues on its own."),
                    rx.fragment(),
                ),
                class_name="ap-two",
            ),
            rx.cond(Page.reply, _reply(one), rx.fragment()),
            class_name="scroll grow",
            tab_index=0,
            role="region",
            aria_label="Value to decide on",
        ),
        class_name="ap-mid",
        aria_label="Selected approval",
    )


def deciding() -> rx.Component:
    """Draw the pane of the three acts, each with its key."""
    one = Page.detail
    acts = rx.fragment(
        _press("Approve", one.id, "approve", "a", "primary"),
        rx.el.p("The value goes on as it stands.", class_name="hint hide-s"),
        _press("Change and approve", one.id, "change", "c", ""),
        rx.el.p("You edit the value first, and see the difference.", class_name="hint hide-s"),
        _press("Refuse", one.id, "refuse", "r", "danger"),
        rx.el.p(Page.refusing, class_name="hint hide-s"),
    )
    closed = rx.el.p(rx.cond(one.is_waiting, one.barred, one.decided), class_name="t2")
    return rx.el.aside(
        rx.el.div(rx.el.h2("Decide"), rx.el.span(Page.place, class_name="t12 t2 r"), class_name="phead hide-s"),
        rx.el.div(rx.cond(one.is_waiting & (one.barred == ""), acts, closed), class_name="ap-acts"),
        rx.el.div(
            button("Next", Page.step(1), size="sm", kind="quiet", key="J", custom_attrs={"data-press": "j"}),
            button("Previous", Page.step(-1), size="sm", kind="quiet", key="K", custom_attrs={"data-press": "k"}),
            rx.el.span(keys("?"), " all keys", class_name="t12 t2 r"),
            class_name="pend hide-s",
        ),
        class_name="ap-right",
        aria_label="Decide",
    )


def _press(words: str, approval_id: Any, choice: str, key: str, kind: Any) -> rx.Component:
    return button(
        words, Decide.open(approval_id, choice), kind=kind, size="lg", key=key.upper(), custom_attrs={"data-press": key}
    )


def _time(one: Any) -> rx.Component:
    return rx.el.div(
        meter(one.percent, "Time that is over", width="120px"),
        rx.el.b(one.left, class_name=rx.cond(one.is_urgent, "b urgent", "b")),
        rx.el.span(one.limit, ", waiting since ", one.since, class_name="t2"),
        class_name="ap-part row wrap",
    )


def _outcome(one: Any) -> rx.Component:
    changes = rx.el.div(compared_lines(one.changes, "What was changed"), class_name="ap-diff")
    return rx.el.div(
        rx.el.p(one.decided, class_name="b"),
        rx.cond(
            one.comment, rx.el.p("\u201c", one.comment, "\u201d", class_name="t2 lines", dir="auto"), rx.fragment()
        ),
        rx.cond(one.changes.length() > 0, changes, rx.fragment()),
        class_name="ap-part",
    )


def _words(one: Any) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.h3("What was said"),
            rx.cond(
                one.conversation_href,
                rx.el.a("Open conversation", href=one.conversation_href, class_name="t12 r"),
                rx.fragment(),
            ),
            class_name="row",
        ),
        rx.el.div(
            rx.el.span(one.initials, class_name="avatar", custom_attrs={"aria-hidden": "true"}),
            rx.el.div(rx.el.b(one.said_by, class_name="b"), rx.el.p(one.said, class_name="ap-said", dir="auto")),
            class_name="ap-who",
        ),
        class_name="ap-part",
    )


def _act(one: Any) -> rx.Component:
    def row(argument: Any) -> rx.Component:
        return rx.el.tr(
            rx.el.th(argument.name, scope="row", class_name="mono"),
            rx.el.td(argument.value, class_name="mono", dir="auto"),
        )

    table = rx.el.table(
        rx.el.caption("Value by its parts", class_name="sr"),
        rx.el.tbody(rx.foreach(one.arguments, row)),
        class_name="ap-args",
    )
    return rx.el.div(
        rx.el.h3("Value to decide on"),
        rx.cond(one.arguments.length() > 0, table, rx.el.p(one.text, class_name="ap-value", dir="auto")),
        rx.cond(Page.is_reply, rx.el.p(_reader(one), " this as it stands, if you approve."), rx.fragment()),
        rx.el.p(
            "Asked by ", plate(one.plate, rx.cond(one.is_waiting, "wt", "")), " ", one.node, " of ",
            rx.el.a(one.flow, href=one.flow_href, dir="auto"), " in ", rx.el.a("this run", href=one.run_href), ".",
            class_name="t12 t2",
        ),
        class_name="ap-part",
    )  # fmt: skip


def _reader(one: Any) -> rx.Component:
    return rx.cond(one.said, rx.el.span(rx.el.bdi(one.said_by), " reads"), rx.el.span("The run answers"))


def _reply(one: Any) -> rx.Component:
    return rx.el.div(
        rx.el.h3(_reader(one), ", if you approve"), rx.el.p(Page.reply, class_name="ap-value ap-reply", dir="auto"),
        class_name="ap-part",
    )  # fmt: skip


def _evidence(one: Any) -> rx.Component:
    def passage(found: Any) -> rx.Component:
        return rx.el.li(
            cite(found.number, found.href, "Source " + found.number),
            rx.el.span(
                rx.el.a(found.name, href=found.href, class_name="b"), " ", rx.el.span(found.place, class_name="t2")
            ),
            rx.el.p(found.text, class_name="t12 t2", dir="auto"),
        )

    return rx.el.div(
        rx.el.h3("Evidence"), rx.el.ol(rx.foreach(one.evidence, passage), class_name="ap-src"), class_name="ap-part"
    )


def _part(title: str, words: rx.Component, note: Any) -> rx.Component:
    return rx.el.div(rx.el.h3(title), words, rx.el.p(note, class_name="t12 t2"), class_name="ap-part")
