"""What waits for a person: the list, the one that is open with its grounds, and the three acts."""

from __future__ import annotations

import reflex as rx

from console import routes
from console.components.approvals.detail import deciding, detail
from console.components.approvals.dialog import decide_dialog
from console.components.approvals.listing import listing
from console.components.shell import page_head, shell
from console.components.ui import Every, PressKeys, button, empty_state, link_button, phase_view, skeleton_rows
from console.state.approvals import ApprovalsState

LOOK_SECONDS = 5


def approvals() -> rx.Component:
    calm = empty_state(
        "Nothing is waiting for you",
        "A flow with an Approval step pauses here until somebody decides.",
        link_button("Go to flows", routes.FLOWS, kind="primary"),
    )
    panes = rx.el.div(
        listing(),
        rx.cond(
            ApprovalsState.detail,
            rx.fragment(detail(), deciding()),
            empty_state(
                "Nothing is open",
                "Waiting approvals are in the list, with today's decisions below.",
                button("Back to the list", ApprovalsState.leave, class_name="only-s"),
            ),
        ),
        class_name=rx.cond(ApprovalsState.is_open, "panes ap open", "panes ap"),
    )
    return shell(
        routes.APPROVALS,
        page_head("Approvals", sub=ApprovalsState.oldest),
        phase_view(
            ApprovalsState.phase,
            PressKeys.create(panes, class_name="ap-page"),
            skeleton=skeleton_rows(220, 420, 160, count=8),
            empty=calm,
            problem=ApprovalsState.problem,
            on_retry=ApprovalsState.load,
            what="What waits",
        ),
        decide_dialog(),
        Every.create(seconds=LOOK_SECONDS, on_tick=ApprovalsState.refresh),
        slim=True,
    )
