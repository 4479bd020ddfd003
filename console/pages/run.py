"""One run: the canvas of its own version, the rows of its nodes, and what the selected one took and gave."""

from __future__ import annotations

import reflex as rx
from reflex.style import resolved_color_mode

from console import routes
from console.components.approvals.card import approval_cards
from console.components.flows.canvas import FlowCanvas, FlowFeed, FlowTimeline, RunMarks
from console.components.flows.run_node import node_pane
from console.components.shell import page_head, shell
from console.components.ui import button, link_button, phase_view, skeleton_rows, status, tag
from console.state.flows_live import FlowLiveState
from console.state.run_page import RunPageState


def run() -> rx.Component:
    return shell(
        routes.RUNS,
        _head(),
        phase_view(
            RunPageState.phase,
            _panes(),
            skeleton=skeleton_rows(160, 260, 80, count=8),
            problem=RunPageState.problem,
            on_retry=RunPageState.load,
            what="The run",
        ),
        slim=True,
        of=RunPageState.run_id,
    )


def _head() -> rx.Component:
    line = RunPageState.line
    ended = rx.fragment(
        rx.cond(
            RunPageState.conversation_href,
            link_button(
                "Open conversation",
                RunPageState.conversation_href,
                kind="quiet",
                icon="messages-square",
                class_name="hide-s",
            ),
            rx.fragment(),
        ),
        link_button("Open the draft", line.flow_href, class_name="hide-s"),
        button("Run again", RunPageState.again, kind="primary", icon="refresh-cw"),
    )
    going = button("Stop", RunPageState.stop, icon="square")
    return page_head(
        rx.cond(RunPageState.title, RunPageState.title, "Run"),
        rx.cond(RunPageState.line, rx.cond(FlowLiveState.running, going, ended), rx.fragment()),
        crumb=rx.el.span(rx.el.a("Runs", href=routes.RUNS), " /", class_name="hide-s"),
        state=rx.cond(
            RunPageState.line,
            rx.fragment(
                tag(line.version),
                rx.cond(
                    FlowLiveState.running,
                    rx.cond(
                        FlowLiveState.run["status"] == "waiting",
                        status("wait", "Waiting for a person"),
                        status("run", "Running"),
                    ),
                    status(RunPageState.state_mark, RunPageState.state_words),
                ),
                rx.el.span(line.by, ", ", rx.el.span(line.id, class_name="mono"), class_name="sub hide-s"),
            ),
            rx.fragment(),
        ),
    )


def _panes() -> rx.Component:
    key = RunPageState.run_id
    left = rx.el.div(
        FlowCanvas.create(
            flow_key=key,
            seed=RunPageState.seed,
            revision=RunPageState.revision,
            catalogue=RunPageState.catalogue,
            names=RunPageState.names,
            read_only=True,
            note=RunPageState.note,
            color_mode=resolved_color_mode,
            label="Flow canvas of this run, read only",
        ),
        FlowFeed.create(flow_key=key, goto=RunPageState.goto),
        RunMarks.create(
            flow_key=key,
            run=FlowLiveState.run,
            track=FlowLiveState.track,
            marks=FlowLiveState.marks,
            live=FlowLiveState.live,
        ),
        rx.el.div(approval_cards(), class_name="ap-slot"),
        FlowTimeline.create(flow_key=key, full=True, title="Node runs", on_select=RunPageState.choose),
        class_name="left",
    )
    return rx.el.div(left, node_pane(), class_name="panes runpage")
