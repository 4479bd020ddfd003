"""Jobs in progress across documents, runs and experiments."""

from __future__ import annotations

import reflex as rx

from console import routes
from console.components.activity.jobs import ended, in_work
from console.components.shell import body, page_head, shell
from console.components.ui import Every, empty_state, link_button, panel, phase_view, skeleton_rows
from console.state.activity import ActivityState

TICK_SECONDS = 1


def activity() -> rx.Component:
    empty = panel(
        "In progress",
        empty_state(
            "No job has run yet",
            "Documents being read, flows and experiments being run appear here, with their progress.",
            link_button("Add documents", routes.KNOWLEDGE, kind="primary"),
            link_button("Open the flows", routes.FLOWS),
        ),
    )
    view = phase_view(
        ActivityState.phase,
        rx.fragment(in_work(), ended()),
        skeleton=panel("In progress", skeleton_rows(168, 60, 88, 30)),
        empty=empty,
        problem=ActivityState.problem,
        on_retry=ActivityState.load,
        what="Activity",
    )
    return shell(
        routes.ACTIVITY,
        page_head("Activity", sub="What is in progress, and what finished last."),
        body(view, Every.create(seconds=TICK_SECONDS, on_tick=ActivityState.tick)),
    )
