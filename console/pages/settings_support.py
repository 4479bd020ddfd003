"""Support that an owner lets in, for a while."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console import routes
from console.components.asking import question
from console.components.settings.frame import settings_page
from console.components.ui import (
    SAFE,
    Column,
    button,
    cell,
    data_table,
    empty_state,
    error_of,
    field,
    form_dialog,
    panel,
    phase_view,
    refusal,
    select,
    skeleton_rows,
    status,
    table_row,
    text_input,
)
from console.state.support import LIFETIMES
from console.state.support import SupportState as Support

COLUMNS = (
    Column("Support"),
    Column("Acts for", width="168px"),
    Column("As", width="88px", narrow=False),
    Column("State", width="104px", narrow=False),
    Column("Granted by", width="120px", narrow=False),
    Column("Until", number=True, width="88px"),
    Column("Change", number=True, width="96px"),
)
ROLES = (
    ("viewer", "Viewer: looks only"),
    ("reviewer", "Reviewer"),
    ("editor", "Editor"),
    ("admin", "Admin"),
)
FORM = "support-form"
WORDS = (
    "Someone from support acts for one member, with at most the role you choose, until the time is up. Members, "
    "keys, secrets, connections and sign-in stay out of reach, and the audit log shows both names."
)


def settings_support() -> rx.Component:
    view = phase_view(
        Support.phase,
        panel("Support", data_table("Support", COLUMNS, Support.rows, _row), note=Support.total),
        skeleton=panel("Support", skeleton_rows(168, 120, 60, 60)),
        empty=panel("Support", empty_state("No access granted yet", WORDS, _let_in())),
        problem=Support.problem,
        on_retry=Support.load,
        what="Support",
    )
    acts = (rx.cond(Support.phase == "ready", _let_in(), rx.fragment()),)
    return settings_page(routes.SETTINGS_SUPPORT, view, _granting(), _revoking(), acts=acts)


def _let_in() -> rx.Component:
    return button("Let support in", Support.open, kind="primary", icon="plus")


def _row(one: Any) -> rx.Component:
    end = button(
        "Take back",
        Support.ask_revoke(one.id, one.support),
        size="sm",
        aria_label=rx.Var.create("Take back the access of ") + one.support,
    )
    return table_row(
        cell(one.support, rx.el.span(" ", one.email, class_name="t12 t2 hide-s"), name=True, title=one.email),
        cell(one.member),
        cell(one.role, narrow=False),
        cell(status(one.state, one.words), narrow=False),
        cell(one.by, narrow=False),
        cell(one.ends, number=True, title=one.exact),
        cell(rx.cond(one.is_open, end, rx.fragment()), number=True),
        key=one.id,
    )


def _granting() -> rx.Component:
    return form_dialog(
        "Let support in",
        refusal(Support.errors),
        field(
            "E-mail address of support",
            text_input(id="support-email", name="email", type="email", required=True, custom_attrs={**SAFE}),
            html_for="support-email",
            help_text="Their account on this installation. They sign in as themselves first.",
            error=error_of(Support.errors, "email"),
        ),
        field("Acts for", select(Support.members, id="support-member", name="member"), html_for="support-member"),
        field(
            "With no more than",
            select(ROLES, id="support-role", name="role", default_value="viewer"),
            html_for="support-role",
            help_text="Never more than the member's own role.",
            error=error_of(Support.errors, "role"),
        ),
        field(
            "For",
            select([*LIFETIMES.items()], id="support-minutes", name="minutes", default_value="60"),
            html_for="support-minutes",
        ),
        form=FORM,
        identifier="granting",
        opened=Support.opened,
        on_close=Support.keep,
        on_submit=Support.grant,
        keep="Not now",
        act="Let them in",
    )


def _revoking() -> rx.Component:
    return question(
        Support,
        "revoke",
        "Take back the access of " + Support.asked_name + "?",
        rx.el.p("Anyone using it returns to their own account at once, in every open tab."),
        keep="Keep it",
        act="Take back",
        on_act=Support.revoke,
    )
