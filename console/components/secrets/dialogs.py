"""The dialogs of secrets and variables: put one, remove one."""

from __future__ import annotations

import reflex as rx

from console.components.ui import SAFE, confirm, error_of, field, form_dialog, refusal, text_area, text_input
from console.state.secrets import SecretsState as Stored


def dialogs() -> rx.Component:
    return rx.fragment(_form(), _removing())


def _form() -> rx.Component:
    secret = Stored.kind == "secret"
    words = rx.cond(
        Stored.name,
        rx.Var.create("Replace ") + Stored.name,
        rx.cond(secret, "New secret", "New variable"),
    )
    name = field(
        "Name",
        text_input(
            id="stored-name", name="name", mono=True, required=True, placeholder="SHOP_KEY", custom_attrs={**SAFE},
        ),
        html_for="stored-name",
        help_text="Letters, digits and _. Flows use it.",
        error=error_of(Stored.errors, "name"),
    )  # fmt: skip
    value = rx.cond(
        secret,
        text_input(id="stored-value", name="value", type="password", auto_complete="new-password", required=True),
        text_area(id="stored-value", name="value", default_value=Stored.value, mono=True, rows="3"),
    )
    return form_dialog(
        words,
        rx.cond(Stored.name, rx.fragment(), name),
        field(
            "Value",
            value,
            html_for="stored-value",
            help_text=rx.cond(
                secret, "Stored encrypted and never shown again.", "Everyone in the project can read it."
            ),
            error=error_of(Stored.errors, "value"),
        ),
        refusal(Stored.errors),
        form="stored-form",
        identifier="stored",
        opened=Stored.opened,
        on_close=Stored.close,
        on_submit=Stored.save,
        act="Save",
    )


def _removing() -> rx.Component:
    return confirm(
        rx.Var.create("Delete ") + Stored.name + "?",
        rx.el.p("Flows that use it will fail. The value cannot be recovered."),
        identifier="removing",
        opened=Stored.removing,
        keep="Keep it",
        act=rx.cond(Stored.kind == "secret", "Delete secret", "Delete variable"),
        on_keep=Stored.close,
        on_act=Stored.remove,
    )
