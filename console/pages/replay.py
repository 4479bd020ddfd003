"""One turn of a conversation, asked again beside the answer as it was."""

from __future__ import annotations

import reflex as rx

from console import routes
from console.components.row_dialog import row_dialog
from console.components.shell import body, page_head, shell
from console.components.turns.replay import asked, columns
from console.components.ui import button, phase_view, skeleton_rows
from console.state.dataset_pick import DatasetPickState as Pick
from console.state.replay import ReplayState as Replay


def replay() -> rx.Component:
    keep = button("Make it a test", Pick.open(Replay.message_id), icon="shield-check")
    return shell(
        routes.CONVERSATIONS,
        page_head(
            "Replay",
            rx.cond(Replay.may_keep, keep, rx.fragment()),
            crumb=rx.el.span(rx.el.a("Conversation", href=Replay.conversation_href), " /", class_name="hide-s"),
            sub="Asked again, outside the log.",
        ),
        phase_view(
            Replay.phase,
            body(asked(), columns()),
            skeleton=skeleton_rows(160, 260, 80, count=8),
            problem=Replay.problem,
            on_retry=Replay.load,
            what="The turn",
        ),
        row_dialog(Pick, "Make it a test", "Question"),
        of=Replay.address,
    )
