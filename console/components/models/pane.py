"""What stands beside the list: a provider's form, or the card of the built-in model."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.models.built_in import built_in_card
from console.components.models.fields import model_fields
from console.components.models.trial import trial
from console.components.ui import (
    banner,
    button,
    confirm,
    error_of,
    field,
    icon_button,
    phead,
    refusal,
    segments,
    shape,
    status,
    text_input,
)
from console.state.models_form import ModelsFormState as Form

PANE = "provider-pane"
FORM = "provider-form"
KINDS = (
    ("hosted", "Hosted"),
    ("openai", "OpenAI"),
    ("own", "Your server"),
    ("ollama", "Ollama here"),
    ("vllm", "vLLM here"),
)


def pane() -> rx.Component:
    drawn: Any = rx.match(
        Form.shown,
        ("", rx.fragment()),
        ("embedded", built_in_card()),
        _provider(),
    )
    return drawn


def _provider() -> rx.Component:
    is_new = Form.shown == "new"
    return rx.el.aside(
        phead(
            rx.cond(is_new, "Connect a provider", Form.name),
            acts=icon_button("x", "Close", Form.close, size="sm"),
        ),
        rx.el.div(
            rx.cond(Form.is_file, _of_file(), rx.fragment()),
            rx.cond(is_new, rx.fragment(), trial()),
            rx.el.form(
                _fields(is_new),
                id=FORM,
                key=Form.drawn.to_string(),
                on_submit=Form.save,
                class_name="fm",
                aria_label="Provider",
            ),
            class_name="scroll grow",
            tab_index=0,
            role="region",
            aria_label="Provider settings",
        ),
        rx.cond(Form.is_file, rx.fragment(), _foot(is_new)),
        _question(),
        id=PANE,
        key=Form.shown,
        # On a narrow page it stands above the list, which may be scrolled.
        on_mount=rx.scroll_to(PANE),
        class_name="mpane",
        aria_label=rx.cond(is_new, "Connect a provider", "Edit " + Form.name),
    )


def _of_file() -> rx.Component:
    return banner("wait", "Written in custom_models.json.", "Change it there and restart.")


def _fields(is_new: Any) -> rx.Component:
    return rx.fragment(
        rx.cond(
            is_new,
            field("Kind", segments("Kind of provider", KINDS, Form.preset, Form.open_new)),
            rx.fragment(),
        ),
        refusal(Form.errors),
        field(
            "Name",
            text_input(
                id="provider-name",
                name="name",
                default_value=Form.name,
                required=True,
                invalid=_error("name") != "",
                placeholder="What your team calls it",
            ),
            html_for="provider-name",
            error=_error("name"),
        ),
        field(
            "Base URL",
            text_input(
                id="provider-url",
                name="base_url",
                mono=True,
                default_value=Form.base_url,
                required=True,
                invalid=_error("base_url") != "",
                on_blur=Form.address_typed,
                spell_check=False,
            ),
            html_for="provider-url",
            help_text="From the provider's documentation; it often ends in /v1.",
            error=_error("base_url"),
        ),
        _key(),
        field(
            "Organisation",
            text_input(
                id="provider-organisation",
                name="organisation",
                default_value=Form.organisation,
                invalid=_error("organisation") != "",
                placeholder="Only where the provider asks for one",
            ),
            html_for="provider-organisation",
            error=_error("organisation"),
        ),
        _private(),
        model_fields(),
    )


def _key() -> rx.Component:
    stored = rx.el.b(Form.key_words, class_name="b")
    ask = rx.el.span(
        rx.el.span(shape("wait"), class_name="st wait"),
        rx.el.span(stored, ", for the old base URL. A key is sent only to the address it was given for."),
        class_name="ask",
        id="provider-key-ask",
    )
    kept = rx.cond(
        Form.key_words,
        rx.el.span(stored, ". Leave this empty to keep it.", class_name="hint"),
        rx.el.span("Stored encrypted and never shown again. Leave it empty if none is needed.", class_name="hint"),
    )
    wrong = rx.el.span(status("fail", Form.errors["api_key"]), class_name="err", role="alert")
    words = rx.cond(Form.errors.contains("api_key"), wrong, rx.cond(Form.needs_key, ask, kept))
    return rx.el.div(
        rx.el.label("Key", html_for="provider-key"),
        text_input(
            id="provider-key",
            name="api_key",
            type="password",
            auto_complete="new-password",
            placeholder=rx.cond(Form.needs_key, "Enter the key for the new base URL", ""),
            invalid=Form.errors.contains("api_key"),
            class_name=rx.cond(Form.needs_key, "nk", ""),
        ),
        words,
        class_name="field",
    )


def _private() -> rx.Component:
    return rx.el.div(
        rx.el.label(
            rx.el.input(type="checkbox", name="private", default_checked=Form.private, id="provider-private"),
            rx.el.span("Allow private addresses: ", rx.el.span("this machine, your network", class_name="t12 t2")),
            class_name="choice",
        ),
        rx.el.span(
            rx.cond(
                Form.private_words,
                Form.private_words + ", for this provider and this address alone.",
                "For Ollama or vLLM beside you. An owner's choice, kept with name and date.",
            ),
            class_name="hint",
        ),
        class_name="field",
    )


def _foot(is_new: Any) -> rx.Component:
    remove = button("Remove", Form.ask_removal(True), kind="quiet", size="sm", icon="trash-2")
    waits = status("wait", "Save needs the key")
    discard = rx.cond(is_new, button("Cancel", Form.close), button("Discard", Form.open(Form.shown)))
    return rx.el.div(
        rx.cond(Form.needs_key, waits, rx.cond(is_new, rx.fragment(), remove)),
        rx.el.span(
            discard,
            button(rx.cond(is_new, "Connect", "Save provider"), kind="primary", type="submit", form=FORM),
            class_name="r row",
        ),
        class_name="pend",
    )


def _question() -> rx.Component:
    return confirm(
        "Remove " + Form.name + "?",
        rx.el.p("Its key goes with it. Flows that name its models fail until you choose others."),
        identifier="remove-provider",
        opened=Form.removing,
        keep="Keep it",
        act="Remove provider",
        on_keep=Form.ask_removal(False),
        on_act=Form.remove,
    )


def _error(name: str) -> Any:
    return error_of(Form.errors, name)
