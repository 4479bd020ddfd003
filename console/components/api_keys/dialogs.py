"""The dialogs of API keys: make one, see its secret once, rotate, revoke."""

from __future__ import annotations

import reflex as rx

from backend.operator import Permission
from console.components.asking import question
from console.components.ui import (
    SAFE,
    CopyButton,
    button,
    dialog,
    error_of,
    field,
    form_dialog,
    refusal,
    select,
    status,
    text_input,
)
from console.state.api_keys import ApiKeysState as Keys
from console.state.api_keys_form import LIFETIMES, PRESETS
from console.state.api_keys_form import ApiKeysFormState as Form


def dialogs() -> rx.Component:
    return rx.fragment(_making(), _secret(), _rotating(), _revoking())


def _making() -> rx.Component:
    return form_dialog(
        "New API key",
        field(
            "Name",
            text_input(id="key-name", name="name", required=True, max_length=120, custom_attrs={**SAFE}),
            html_for="key-name",
            help_text="What the key is for. Shown in the list.",
            error=error_of(Form.errors, "name"),
        ),
        field(
            "Permissions",
            select([*PRESETS.items()], id="key-preset", name="preset", value=Form.preset, on_change=Form.choose),
            html_for="key-preset",
            help_text="Never more than your own permissions.",
        ),
        rx.cond(Form.preset == "own", _scopes(), rx.fragment()),
        field(
            "Valid for",
            select([*LIFETIMES.items()], id="key-days", name="days", default_value="90"),
            html_for="key-days",
        ),
        rx.cond(Form.may_widen, _reach(), rx.fragment()),
        refusal(Form.errors),
        form="key-form",
        identifier="key",
        opened=Form.opened,
        on_close=Form.close,
        on_submit=Form.create,
        act="Create key",
        class_name="wide",
    )


def _scopes() -> rx.Component:
    areas: dict[str, list[Permission]] = {}
    for scope in Permission:
        areas.setdefault(scope.value.partition(":")[0], []).append(scope)
    wrong = rx.cond(Form.errors.contains("scopes"), status("fail", Form.errors["scopes"]), rx.fragment())
    return rx.el.fieldset(
        rx.el.legend("Scopes", class_name="lab"),
        *(_area(area.capitalize(), scopes) for area, scopes in areas.items()),
        rx.el.span(wrong, role="alert", class_name="err"),
        class_name="plain",
    )


def _area(area: str, scopes: list[Permission]) -> rx.Component:
    boxes = [
        rx.el.label(
            rx.el.input(
                type="checkbox",
                name=f"scope.{scope.value}",
                disabled=~Form.allowed.contains(scope.value),  # type: ignore[attr-defined]
            ),
            scope.value.partition(":")[2].replace("-", " "),
            class_name="choice",
        )
        for scope in scopes
    ]
    return rx.el.div(
        rx.el.span(area, class_name="t2 t12 area"),
        *boxes,
        class_name="row wrap",
        role="group",
        aria_label=area,
    )


def _reach() -> rx.Component:
    return field(
        "Access to",
        rx.el.select(
            rx.el.option("this project", value="project"),
            rx.el.option("every project of the organisation", value="organisation"),
            id="key-reach",
            name="reach",
            default_value="project",
            class_name="select",
        ),
        html_for="key-reach",
        help_text="With an organisation key, each call names its project in the X-Project-Id header.",
    )


def _secret() -> rx.Component:
    return dialog(
        rx.Var.create("Copy the key of ") + Form.secret_name + " now",
        rx.el.p("You see it only this once; Signalbox keeps just its hash."),
        rx.el.div(
            rx.el.pre(Form.secret, class_name="well out", tab_index=0, aria_label="The key"),
            CopyButton.create(text=Form.secret, label="Copy the key"),
            class_name="snip",
        ),
        identifier="secret",
        opened=Form.secret != "",
        on_close=Form.close,
        class_name="wide",
        foot=[button("I have copied it", Form.close, kind="primary", custom_attrs=SAFE)],
    )


def _rotating() -> rx.Component:
    return question(
        Keys,
        "rotate",
        rx.Var.create("Give ") + Keys.asked_name + " a new secret?",
        rx.el.p("The old key works for another 24 hours, so you can switch over."),
        keep="Keep it",
        act="Rotate key",
        on_act=Form.rotate,
    )


def _revoking() -> rx.Component:
    return question(
        Keys,
        "revoke",
        rx.Var.create("Revoke ") + Keys.asked_name + "?",
        rx.el.p("Everything that uses it is refused within 5 seconds. This cannot be undone."),
        keep="Keep it",
        act="Revoke key",
        on_act=Keys.revoke,
    )
