"""Secrets and variables of the project, used by name in flows."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console import routes
from console.components.secrets.dialogs import dialogs
from console.components.settings.frame import settings_page
from console.components.ui import (
    Column,
    button,
    cell,
    data_table,
    empty_state,
    panel,
    phase_view,
    skeleton_rows,
    table_row,
)
from console.state.secrets import SecretsState as Stored

COLUMNS = (
    Column("Name"),
    Column("In a flow", width="248px", narrow=False),
    Column("Value", width="216px"),
    Column("By", width="120px", narrow=False),
    Column("Changed", number=True, width="88px", narrow=False),
    Column("Change", number=True, width="168px"),
)


def settings_secrets() -> rx.Component:
    secrets = _panel(
        "Secrets",
        Stored.secrets,
        "secret",
        note="used by HTTP requests and agent tools; nobody can read them again",
        lead="No secret yet",
        words="Keep keys and passwords out of flows: a flow names them, and no record shows them.",
    )
    variables = _panel(
        "Variables",
        Stored.variables,
        "variable",
        note="available in every template",
        lead="No variable yet",
        words="Readable values that several flows share: a region, an address, a limit.",
    )
    view = phase_view(
        Stored.phase,
        rx.fragment(secrets, variables),
        skeleton=panel("Secrets", skeleton_rows(168, 160, 60)),
        problem=Stored.problem,
        on_retry=Stored.load,
        what="Secrets",
    )
    return settings_page(routes.SETTINGS_SECRETS, view, dialogs())


def _panel(title: str, rows: Any, kind: str, *, note: str, lead: str, words: str) -> rx.Component:
    add = button(f"New {kind}", Stored.open(kind, ""), icon="plus", kind="primary" if kind == "secret" else "")
    table = rx.fragment(data_table(title, COLUMNS, rows, _row), rx.el.div(add, class_name="tfoot"))
    return panel(title, rx.cond(rows.length() > 0, table, empty_state(lead, words, add)), note=note)


def _row(one: Any) -> rx.Component:
    return table_row(
        cell(one.name, name=True),
        cell(rx.el.span(one.use, class_name="mono t12"), narrow=False),
        cell(rx.el.span(one.value, class_name="ell", title=one.value)),
        cell(one.by, narrow=False),
        cell(one.at, number=True, title=one.exact, narrow=False),
        cell(
            rx.el.span(
                button(
                    "Replace",
                    Stored.open(one.kind, one.name),
                    size="sm",
                    aria_label=rx.Var.create("Replace ") + one.name,
                ),
                button(
                    "Delete",
                    Stored.ask_removal(one.kind, one.name),
                    size="sm",
                    aria_label=rx.Var.create("Delete ") + one.name,
                ),
                class_name="row tight",
                style={"justifyContent": "flex-end"},
            ),
            number=True,
        ),
        key=one.name,
    )
