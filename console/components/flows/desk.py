"""The desk under the canvas: timeline, inspector, run."""

from __future__ import annotations

import reflex as rx

from console.components.flows.canvas import DeskGrip, FlowInspector, FlowTimeline
from console.components.flows.run_panel import run_panel
from console.state.flows_draft import FlowDraftState


def desk() -> rx.Component:
    return rx.el.div(
        DeskGrip.create(),
        FlowTimeline.create(flow_key=FlowDraftState.key, full=False, title="Timeline"),
        FlowInspector.create(flow_key=FlowDraftState.key, choices=FlowDraftState.choices),
        run_panel(),
        class_name="desk",
    )
