"""States, and progress that says what it is."""

from __future__ import annotations

import reflex as rx

from console.components.design.section import section
from console.components.ui import meter, moving, stages, status

STATES = (
    ("ok", "OK", True, "done and well; also Pass, Ready"),
    ("run", "Running", True, "work goes on now"),
    ("wait", "Waiting", True, "a person has to act"),
    ("warn", "Degraded", True, "works, below its target"),
    ("fail", "Failing", True, "broken; also Fail, Blocked"),
    ("queued", "Queued", False, "will run, has not begun"),
    ("skip", "Skipped", False, "will not run, with the reason"),
    ("idle", "Paused", False, "switched off, or next run 02:00"),
)


def statuses() -> rx.Component:
    heads = rx.el.tr(*(rx.el.th(head) for head in ("In a table", "With weight", "Means")))
    drawn = [
        rx.el.tr(
            rx.el.td(status(state, word)),
            rx.el.td(status(state, word, weight=True) if boxed else rx.el.span("never", class_name="t3")),
            rx.el.td(means, class_name="t2"),
        )
        for state, word, boxed, means in STATES
    ]
    return section(
        "Status: shape, word, colour", rx.el.table(rx.el.thead(heads), rx.el.tbody(*drawn), class_name="stt")
    )


def progress() -> rx.Component:
    return section(
        "Progress",
        rx.el.dl(
            rx.el.dt("Staged"),
            rx.el.dd(stages(["d", "d", "d", "p", ""], 38, "Embed, 38 percent, stage 4 of 5")),
            rx.el.dd(status("run", "Embed 38 %")),
            rx.el.dt("Stage failed"),
            rx.el.dd(stages(["d", "f", "", "", ""], 0, "Parse failed, stage 2 of 5")),
            rx.el.dd(status("fail", "Parse: no text layer")),
            rx.el.dt("Counted"),
            rx.el.dd(meter(63, "Rows")),
            rx.el.dd("151 of 240 rows, 2 min left", class_name="t2"),
            rx.el.dt("No end known"),
            rx.el.dd(moving("Waiting for the model")),
            rx.el.dd("Waiting for the model, 4 s", class_name="t2"),
            class_name="pg",
        ),
    )
