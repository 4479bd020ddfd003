"""What needs a person: a line that counts it, and the lists that it leads to."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console import routes
from console.components.ui import button, link_button, panel, status
from console.state.home import HomeState
from console.state.home_figures import HomeFiguresState as Figures

IS_NEEDED = (
    (HomeState.summary.length() > 0)
    | (HomeState.waiting != "")
    | (Figures.num_failed != "")
    | (Figures.num_complaints != "")
)


def needs_line() -> rx.Component:
    def line(of: Any) -> rx.Component:
        return rx.el.a(status(of.mark, of.words), href=of.href, key=of.words)

    lines = rx.el.div(
        rx.el.b("Needs you"),
        rx.cond(HomeState.waiting, rx.el.a(status("wait", HomeState.waiting), href=routes.APPROVALS), rx.fragment()),
        rx.foreach(HomeState.summary, line),
        rx.cond(
            Figures.num_failed, rx.el.a(status("fail", Figures.num_failed), href=Figures.failed_href), rx.fragment()
        ),
        rx.cond(
            Figures.num_complaints,
            rx.el.a(status("warn", Figures.num_complaints), href=Figures.complaints_href),
            rx.fragment(),
        ),
        class_name="needs",
        role="group",
        aria_label="Needs you",
    )
    calm = rx.el.div(rx.el.b("Nothing needs you"), class_name="needs calm")
    return rx.cond(IS_NEEDED, lines, calm)


def needs() -> rx.Component:
    """List what waits for a person, then what is to fix."""
    to_fix = (HomeState.needs.length() > 0) | (Figures.complaints.length() > 0)
    return rx.fragment(
        rx.cond(HomeState.waits.length() > 0, _waits(), rx.fragment()), rx.cond(to_fix, _to_fix(), rx.fragment())
    )


def _waits() -> rx.Component:
    return panel("Waiting for you", rx.el.ul(rx.foreach(HomeState.waits, _need), class_name="home-fails"), id="waiting")


def _to_fix() -> rx.Component:
    return panel(
        "To fix",
        rx.el.ul(
            rx.foreach(HomeState.needs, _need), rx.foreach(Figures.complaints, _complaint), class_name="home-fails"
        ),
        id="needs",
    )


def _complaint(line: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            status("warn", "Not helpful", weight=True),
            rx.el.b(line.name, class_name="b ell", dir="auto"),
            class_name="row",
        ),
        rx.el.p(line.cause, class_name="t12 why"),
        rx.el.ul(rx.foreach(line.lines, _question), class_name="home-asked t12"),
        rx.el.div(link_button("Read them", line.href, size="sm"), class_name="row"),
        key=line.id,
    )


def _question(line: Any) -> rx.Component:
    return rx.el.li(
        rx.el.a(line.question, href=line.href, dir="auto"),
        rx.cond(line.why, rx.el.span("\u201c", line.why, "\u201d", class_name="t2", dir="auto"), rx.fragment()),
        rx.cond(
            Figures.may_handle,
            button("Mark as handled", Figures.handle(line.id), kind="quiet", size="sm"),
            rx.fragment(),
        ),
        key=line.id,
    )


def _need(line: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            status(line.mark, line.words, weight=True),
            rx.el.b(line.name, class_name="b ell"),
            rx.el.span(line.when, class_name="t12 t2 r nw"),
            class_name="row",
        ),
        rx.el.p(line.cause, " ", rx.el.span(line.hint, class_name="t2"), class_name="t12 why"),
        rx.el.div(
            link_button(line.act, line.href, size="sm"),
            rx.cond(
                line.document & HomeState.may_retry,
                rx.fragment(
                    rx.cond(line.may_retry, button("Try again", HomeState.retry(line.document), size="sm"), ""),
                    button("Delete", HomeState.delete(line.document), size="sm"),
                ),
                rx.fragment(),
            ),
            class_name="row",
        ),
        key=line.id,
    )
