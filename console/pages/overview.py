"""The first page: three steps at first, the home once they are done or hidden."""

from __future__ import annotations

import reflex as rx

from console import routes
from console.components.overview.empty import empty_project
from console.components.overview.home import home
from console.components.overview.needs import IS_NEEDED, needs, needs_line
from console.components.overview.side import kit, side
from console.components.overview.steps import steps
from console.components.shell import body, page_head, shell
from console.components.ui import button, phase_view, skeleton_block, skeleton_rows
from console.state.ask import AskState
from console.state.first_run import FirstRunState
from console.state.home import HomeState
from console.state.home_figures import HomeFiguresState


def overview() -> rx.Component:
    return shell(
        routes.OVERVIEW,
        rx.cond(FirstRunState.phase == "loading", page_head("Overview"), _head()),
        phase_view(
            FirstRunState.phase,
            rx.cond(FirstRunState.over, body(rx.cond(FirstRunState.empty, empty_project(), _home())), _first()),
            skeleton=_skeleton(),
            problem=FirstRunState.problem,
            on_retry=FirstRunState.load,
            what="The overview",
        ),
    )


def _head() -> rx.Component:
    first = page_head("Start here", button("Hide this page", FirstRunState.hide, kind="quiet"), sub=FirstRunState.sub)
    later = page_head(
        "Overview",
        rx.cond(
            FirstRunState.over & FirstRunState.steps_left,
            button("First steps", [FirstRunState.show, AskState.recall], kind="quiet"),
            rx.fragment(),
        ),
        sub=HomeState.today,
    )
    return rx.cond(FirstRunState.over | IS_NEEDED, later, first)


def _first() -> rx.Component:
    """What needs a person comes before the steps."""
    return rx.fragment(
        rx.cond(IS_NEEDED, _needed(), rx.fragment()),
        rx.el.div(
            rx.el.div(steps(), rx.cond(FirstRunState.kit.length() > 0, kit(), rx.fragment()), class_name="first-main"),
            side(),
            class_name="first",
            on_mount=HomeFiguresState.load,
        ),
    )


def _needed() -> rx.Component:
    return body(
        needs_line(),
        needs(),
        rx.el.div(
            rx.el.h2("Start here"),
            rx.el.span(FirstRunState.sub, class_name="t12 t2"),
            rx.el.span(button("Hide these steps", FirstRunState.hide, kind="quiet", size="sm"), class_name="r"),
            class_name="row first-head",
        ),
    )


def _home() -> rx.Component:
    return phase_view(
        HomeState.phase,
        home(),
        skeleton=_skeleton(),
        problem=HomeState.problem,
        on_retry=HomeState.load,
        what="The overview",
    )


def _skeleton() -> rx.Component:
    return body(skeleton_block("40%", 16), skeleton_rows(180, 90, 60, count=6))
