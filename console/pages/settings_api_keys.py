"""API keys: who calls the REST API in whose name."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console import routes
from console.components.api_keys.dialogs import dialogs
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
    tag,
)
from console.state.api_keys import ApiKeysState as Keys
from console.state.api_keys_form import ApiKeysFormState as Form

COLUMNS = (
    Column("Name"),
    Column("Key", width="208px", narrow=False),
    Column("Access to", width="104px", narrow=False),
    Column("Permissions", width="88px", narrow=False),
    Column("Created by", width="120px", narrow=False),
    Column("Last used", number=True, width="88px", narrow=False),
    Column("Expires", number=True, width="88px"),
    Column("Change", number=True, width="168px"),
)


def settings_api_keys() -> rx.Component:
    table = data_table("API keys", COLUMNS, Keys.rows, _row)
    view = phase_view(
        Keys.phase,
        panel("API keys", table, note=Keys.total),
        skeleton=panel("API keys", skeleton_rows(168, 160, 60, 60)),
        empty=panel(
            "API keys",
            empty_state(
                "No key yet",
                "Programs call the REST API with a key. You choose what it can do, up to your own permissions.",
                button("New API key", Form.open, kind="primary", icon="plus"),
            ),
        ),
        problem=Keys.problem,
        on_retry=Keys.load,
        what="API keys",
    )
    add = rx.cond(Keys.phase == "ready", button("New API key", Form.open, kind="primary", icon="plus"), rx.fragment())
    return settings_page(routes.SETTINGS_API_KEYS, view, dialogs(), acts=(add,))


def _row(key: Any) -> rx.Component:
    return table_row(
        cell(
            key.name,
            rx.cond(key.expired, tag("Ended"), rx.fragment()),
            rx.cond(key.note, rx.el.span(" ", key.note, class_name="t12 t2"), rx.fragment()),
            name=True,
        ),
        cell(rx.el.span(key.mask, class_name="mono t12"), narrow=False),
        cell(key.reach, narrow=False),
        cell(key.scopes, title=key.scopes_all, narrow=False),
        cell(key.by, narrow=False),
        cell(key.used, number=True, title=key.used_exact, narrow=False),
        cell(key.ends, number=True, title=key.ends_exact),
        cell(
            rx.el.span(
                button(
                    "Rotate",
                    Keys.ask("rotate", key.id, key.name),
                    size="sm",
                    aria_label=rx.Var.create("Rotate ") + key.name,
                ),
                button(
                    "Revoke",
                    Keys.ask("revoke", key.id, key.name),
                    size="sm",
                    aria_label=rx.Var.create("Revoke ") + key.name,
                ),
                class_name="row tight",
                style={"justifyContent": "flex-end"},
            ),
            number=True,
        ),
        key=key.id,
    )
