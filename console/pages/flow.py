"""The builder of one flow."""

from __future__ import annotations

import reflex as rx
from reflex.style import resolved_color_mode

from console import routes
from console.components.flows.canvas import FlowCanvas, FlowFeed, RunKeys, RunMarks
from console.components.flows.desk import desk
from console.components.flows.dialogs import dialogs
from console.components.flows.head import head
from console.components.flows.waiting import waiting
from console.components.shell import shell
from console.components.ui import banner, button, icon, phase_view, skeleton_block
from console.state.flows_draft import FlowDraftState, FlowSaveState
from console.state.flows_live import FlowLiveState

EDITORS = "Editors and above can change flows. You can view them."


def flow() -> rx.Component:
    return shell(
        routes.FLOWS,
        head(),
        _stale(),
        waiting(),
        rx.el.p(
            icon("monitor", small=True),
            rx.cond(FlowDraftState.may_edit, "Editing needs 1024 px or more. You can run and watch here.", EDITORS),
            class_name="only-s nar",
        ),
        phase_view(
            FlowDraftState.shown,
            _builder(),
            skeleton=rx.el.div(skeleton_block("100%", 240), class_name="pad"),
            problem=FlowDraftState.problem,
            on_retry=FlowDraftState.load,
            what="The flow",
        ),
        dialogs(),
        slim=True,
        of=FlowDraftState.address,
    )


def _builder() -> rx.Component:
    key = FlowDraftState.key
    return rx.el.div(
        FlowCanvas.create(
            flow_key=key,
            seed=FlowDraftState.seed,
            revision=FlowDraftState.revision,
            catalogue=FlowDraftState.catalogue,
            names=FlowDraftState.names,
            read_only=~FlowDraftState.may_edit,
            note=EDITORS,
            color_mode=resolved_color_mode,
            on_ops=FlowDraftState.apply,
        ),
        FlowFeed.create(
            flow_key=key,
            problems=FlowSaveState.problems,
            plates=FlowSaveState.plates,
            goto=FlowSaveState.goto,
            frozen=FlowSaveState.stale,
            ask=FlowSaveState.ask,
            on_document=FlowDraftState.copy_mine,
        ),
        RunMarks.create(
            flow_key=key,
            run=FlowLiveState.run,
            track=FlowLiveState.track,
            marks=FlowLiveState.marks,
            live=FlowLiveState.live,
        ),
        RunKeys.create(flow_key=key),
        desk(),
        class_name="build",
    )


def _stale() -> rx.Component:
    acts = rx.fragment(
        button("Load the newer draft", FlowDraftState.load_theirs, kind="primary"),
        button("Keep mine as a copy", FlowDraftState.keep_mine),
    )
    return rx.cond(
        FlowSaveState.stale,
        banner("fail", FlowSaveState.stale_lead, FlowSaveState.stale_words, acts=acts),
        rx.fragment(),
    )
