"""A list of jobs: what, where it stands, and the act that fits."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui import Column, button, cell, data_table, link_button, meter, panel, stages, status, table_row
from console.state.activity import ActivityState

COLUMNS = (
    Column("Job"),
    Column("Kind", width="96px", narrow=False),
    Column("State", width="176px"),
    Column("Progress", width="220px", narrow=False),
    Column("Since", number=True, width="72px"),
    Column("Cancel", width="92px", narrow=False),
)
ENDED = (*COLUMNS[:4], Column("Ended", number=True, width="72px"))


def in_work() -> rx.Component:
    """Draw the jobs in work, or say that none is."""
    words = "Nothing in progress. Documents being read, flows and experiments being run appear here."
    none = rx.el.p(words, class_name="pad t2")
    drawn = data_table("Jobs in progress", COLUMNS, ActivityState.in_work, _working)
    return panel("In progress", rx.cond(ActivityState.in_work.length() > 0, drawn, none), note=ActivityState.total)


def ended() -> rx.Component:
    drawn = data_table("Finished jobs", ENDED, ActivityState.ended, _ended)
    return rx.cond(ActivityState.ended.length() > 0, panel("Ended", drawn, note="newest first"), rx.fragment())


def _working(job: Any) -> rx.Component:
    stop: Any = rx.match(
        job.kind,
        ("Run", button("Cancel", ActivityState.cancel_run(job.key), size="sm")),
        ("Judgement", link_button("Open", job.href, size="sm")),
        ("Experiment", button("Cancel", ActivityState.cancel_experiment(job.key), size="sm")),
        button("Cancel", ActivityState.cancel_document(job.key), size="sm"),
    )
    return table_row(*_cells(job), rx.el.td(stop, class_name="num hide-s"), key=job.key)


def _ended(job: Any) -> rx.Component:
    return table_row(*_cells(job), key=job.key)


def _cells(job: Any) -> tuple[rx.Component, ...]:
    counted = rx.cond(job.is_counted, meter(job.percent, job.note, width="72px"), rx.fragment())
    bar = rx.cond(job.marks.length() > 0, stages(job.marks, job.percent, job.label), counted)
    return (
        cell(
            rx.el.a(job.title, href=job.href, title=job.title, dir="auto"),
            rx.el.span(job.where, class_name="t12 t2 plain of hide-s"),
            name=True,
        ),
        cell(job.kind, narrow=False),
        cell(status(job.state, job.words, weight=job.boxed)),
        cell(rx.el.span(bar, rx.el.span(job.note, class_name="t2 ell"), class_name="row"), narrow=False),
        rx.el.td(job.at, class_name="num t2", title=job.exact),
    )
