"""The audit log: who did what, and whether the record was touched."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console import routes
from console.components.audit.check import check
from console.components.audit.detail import detail
from console.components.audit.filters import filters
from console.components.settings.frame import settings_page
from console.components.ui import (
    Column,
    button,
    cell,
    data_table,
    empty_state,
    link_button,
    more_button,
    panel,
    phase_view,
    skeleton_rows,
    status,
    table_foot,
    table_row,
)
from console.state.audit import AuditState as Audit

COLUMNS = (
    Column("Action"),
    Column("Who"),
    Column("Target", narrow=False),
    Column("Address", width="128px", narrow=False),
    Column("Time", number=True, width="116px"),
)


def settings_audit() -> rx.Component:
    view = phase_view(
        Audit.phase,
        _log(),
        skeleton=panel("Events", skeleton_rows(168, 120, 160, 80, count=8)),
        empty=panel(
            "Events", empty_state("Nothing was recorded yet", "Every action appears here, with who did it and when.")
        ),
        problem=Audit.problem,
        on_retry=Audit.load,
        what="The audit log",
    )
    exports = rx.cond(
        Audit.phase == "ready",
        rx.el.span(
            link_button("Export CSV", Audit.csv, icon="download", download=True, reload_document=True),
            link_button("JSON Lines", Audit.lines, icon="download", download=True, reload_document=True),
            class_name="row",
        ),
        rx.fragment(),
    )
    return settings_page(routes.SETTINGS_AUDIT, check(), view, detail(), acts=(exports,))


def _log() -> rx.Component:
    none = rx.cond(
        Audit.rows,
        rx.fragment(),
        empty_state("Nothing matches", "No event matches all of these filters.", button("Clear filters", Audit.clear)),
    )
    more = more_button(Audit.has_more, Audit.more)
    return panel(
        "Events",
        filters(),
        data_table("Events", COLUMNS, Audit.rows, _row),
        none,
        table_foot(Audit.shown, more),
    )


def _row(row: Any) -> rx.Component:
    act = rx.cond(row.denied, status("fail", row.act), row.act)
    via = rx.cond(row.via, rx.el.span(" by ", row.via, class_name="t2"), rx.fragment())
    return table_row(
        cell(rx.el.button(act, type="button", class_name="link one", on_click=Audit.show(row.id)), name=True),
        cell(rx.el.span(rx.el.bdi(row.who), via, class_name="one", title=row.who)),
        cell(
            rx.el.span(row.kind, " ", class_name="t2"),
            rx.el.span(row.what, title=row.what, dir="auto"),
            narrow=False,
        ),
        cell(row.address, narrow=False),
        cell(rx.el.time(row.at, title=row.at_exact), number=True),
        key=row.id,
    )
