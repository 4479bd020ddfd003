"""The dashboards: figures of the log over time, each point a way to the conversations behind it."""

from __future__ import annotations

import reflex as rx

from console import routes
from console.components.dashboards.choosing import choosing, filters
from console.components.dashboards.picture import by_line, over_time, picture
from console.components.dashboards.tiles import tiles
from console.components.shell import body, page_head, shell
from console.components.ui import button, empty_state, link_button, phase_view, skeleton_block, skeleton_rows
from console.state.dashboards import DashboardsState as Boards


def dashboards() -> rx.Component:
    return shell(
        routes.DASHBOARDS,
        page_head(
            "Dashboards",
            link_button("New alert on this", Boards.watch_href, kind="quiet", icon="bell"),
            link_button("Open the log", Boards.log_href, kind="quiet"),
            sub=Boards.shown,
        ),
        body(
            choosing(),
            filters(),
            phase_view(
                Boards.phase,
                _ready(),
                skeleton=rx.fragment(skeleton_block("100%", 70), skeleton_rows(180, 90, 60, count=6)),
                empty=empty_state(
                    "No conversations in this period",
                    "Choose a longer period, or ask a flow something.",
                    button("Show 90 days", Boards.show_span("90")),
                    link_button("Flows", routes.FLOWS),
                ),
                problem=Boards.problem,
                on_retry=Boards.load,
                what="The dashboard",
            ),
        ),
    )


def _ready() -> rx.Component:
    return rx.el.div(
        tiles("Key figures", Boards.tiles, Boards.metric, Boards.show_metric),
        rx.el.p(Boards.against, class_name="t12 t2"),
        picture(),
        rx.cond(Boards.lines.length() > 0, by_line(), rx.fragment()),
        over_time(),
        class_name="db",
    )
