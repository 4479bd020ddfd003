"""How the members of the organisation sign in."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console import routes
from console.components.settings.frame import settings_page
from console.components.ui import (
    Column,
    CopyButton,
    button,
    cell,
    data_table,
    empty_state,
    error_of,
    field,
    panel,
    phase_view,
    refusal,
    select,
    skeleton_rows,
    status,
    table_row,
    text_area,
    text_input,
)
from console.state.sign_in_policy import SignInPolicyState as SignIn

COLUMNS = (
    Column("Provider"),
    Column("Last reply", width="168px"),
    Column("Redirect address", width="52%", narrow=False),
    Column("Check", number=True, width="96px"),
)
ROLES = (("viewer", "Viewer"), ("reviewer", "Reviewer"), ("editor", "Editor"))
FORM = "policy-form"


def settings_sign_in() -> rx.Component:
    view = phase_view(
        SignIn.phase,
        rx.fragment(_providers(), _policy()),
        skeleton=panel("Providers", skeleton_rows(168, 120, 240)),
        problem=SignIn.problem,
        on_retry=SignIn.load,
        what="Sign-in",
    )
    return settings_page(routes.SETTINGS_SIGN_IN, view)


def _providers() -> rx.Component:
    table = data_table("Providers", COLUMNS, SignIn.providers, _row)
    none = empty_state(
        "No provider yet",
        rx.fragment(
            "Google, Microsoft Entra ID and any OpenID Connect issuer are set up with ",
            rx.el.span("SIGNALBOX_SIGN_IN", class_name="mono"),
            " where Signalbox runs. Until then people sign in with a password.",
        ),
    )
    return panel("Providers", rx.cond(SignIn.providers.length() > 0, table, none), note=SignIn.total)


def _row(one: Any) -> rx.Component:
    check = button("Check", SignIn.check(one.id), size="sm", aria_label=rx.Var.create("Check ") + one.title)
    address = rx.el.span(
        rx.el.span(one.callback, class_name="mono t12 ell", title=one.callback),
        CopyButton.create(text=one.callback, label=rx.Var.create("Copy the address for ") + one.title),
        class_name="row tight",
    )
    return table_row(
        cell(one.title, rx.el.span(" ", one.kind, class_name="t12 t2 hide-s"), name=True, title=one.title),
        cell(status(one.state, one.heard), title=one.exact),
        cell(address, narrow=False),
        cell(check, number=True),
        key=one.id,
    )


def _policy() -> rx.Component:
    wrong = refusal(SignIn.errors)
    form = rx.el.form(
        wrong,
        _box(
            "local_accounts",
            "Members may sign in with a password",
            "Needed for invitations and reset links.",
            SignIn.local_accounts,
        ),
        _box(
            "provider_only",
            "Members must sign in with a provider",
            "Ends every session that began with a password or an old link, and refuses passwords, resets and "
            "invitations without a provider. A new sign-in link from the terminal, on the machine itself, stays a "
            "way back.",
            SignIn.provider_only,
        ),
        field(
            "Domains that can join without an invitation",
            text_input(id="domains", name="domains", default_value=SignIn.domains, invalid=_wrong("domains")),
            html_for="domains",
            help_text="For example company.example, separated by commas. The provider must have verified the address.",
            error=_error("domains"),
        ),
        field(
            "Their role",
            select(ROLES, id="domain-role", name="domain_role", default_value=SignIn.domain_role),
            html_for="domain-role",
        ),
        field(
            "Entra tenants that may sign in",
            text_area(id="tenants", name="tenants", rows="2", mono=True, default_value=SignIn.tenants),
            html_for="tenants",
            help_text="IDs, one per line, from those that the settings allow. Leave empty for all.",
            error=_error("tenants"),
        ),
        field(
            "Groups, of which a member needs one",
            text_area(id="groups", name="groups", rows="2", mono=True, default_value=SignIn.groups),
            html_for="groups",
            help_text="As the provider sends them, one per line. Leave empty to require none.",
            error=_error("groups"),
        ),
        rx.el.div(button("Save", kind="primary", type="submit"), class_name="row"),
        id=FORM,
        key=SignIn.version.to_string(),
        class_name="formcol pad",
        style={"maxWidth": "640px"},
        on_submit=SignIn.save,
    )
    return panel("Who can sign in, and how", form)


def _box(name: str, words: str, more: str, on: Any) -> rx.Component:
    box = rx.el.input(
        type="checkbox", name=name, id=name, default_checked=on, custom_attrs={"aria-describedby": f"{name}-help"}
    )
    return rx.el.div(
        rx.el.label(box, words, class_name="choice"),
        rx.el.span(more, class_name="hint", id=f"{name}-help"),
        class_name="field",
    )


def _error(name: str) -> Any:
    return error_of(SignIn.errors, name)


def _wrong(name: str) -> Any:
    return SignIn.errors.contains(name)
