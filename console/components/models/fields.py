"""The models of a provider, as rows of fields that stay in the browser until they are sent."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui import button, icon_button, status, text_input
from console.state.models_form import ModelEntry
from console.state.models_form import ModelsFormState as Form

# What stands in the fields at the moment of the press: they stay in the browser until then.
TYPED: Any = rx.Var("Object.fromEntries(new FormData(document.getElementById('provider-form')))").to(dict)
FLAGS = (("tools", "Tools"), ("vision", "Vision"), ("json_schema", "JSON schema"))


def model_fields() -> rx.Component:
    wrong = rx.cond(Form.errors.contains("models"), status("fail", Form.errors["models"]), rx.fragment())
    return rx.el.fieldset(
        rx.el.legend("Models"),
        rx.foreach(Form.entries, lambda entry: model_entry(entry=entry, key=entry.key)),
        rx.el.span(wrong, role="alert", class_name="err"),
        rx.foreach(
            Form.errors,
            lambda pair: rx.cond(
                pair[0].startswith("models."),
                rx.el.span(status("fail", pair[1]), class_name="err", role="alert"),
                rx.fragment(),
            ),
        ),
        rx.el.div(
            button("Add a model", Form.add_model, kind="quiet", size="sm", icon="plus"),
            button(
                rx.cond(Form.fetching, "Asking the address", "Fetch models"),
                Form.fetch_models(TYPED),
                kind="quiet",
                size="sm",
                icon="download",
                busy=Form.fetching,
            ),
            class_name="row",
        ),
        rx.cond(Form.offer_words, _offered(), rx.fragment()),
        class_name="mf",
    )


def _offered() -> rx.Component:
    """Draw what the address lists and the form does not name: a press puts it in."""
    names = rx.el.ul(
        rx.foreach(
            Form.offered, lambda name: rx.el.li(button(name, Form.take_model(name), size="sm", icon="plus"), key=name)
        ),
        class_name="moffer",
        aria_label="Models at this address",
        tab_index=0,
    )
    return rx.el.div(
        rx.el.p(Form.offer_words, class_name="t12 t2", role="status"),
        rx.cond(Form.offered.length() > 0, names, rx.fragment()),
    )


@rx.memo
def model_entry(entry: rx.Var[ModelEntry], rest: rx.RestProp) -> rx.Component:
    one: Any = entry
    more: Any = rest
    return rx.el.div(
        rx.el.div(
            text_input(
                name=one["key"] + ".name",
                default_value=one["name"],
                mono=True,
                placeholder="The name that the provider gives it",
                aria_label="Name of the model",
                spell_check=False,
                class_name="grow",
            ),
            icon_button("x", "Remove this model", Form.remove_model(one["key"]), size="sm"),
            class_name="row tight",
        ),
        rx.el.div(
            rx.el.select(
                rx.el.option("answers", value="chat"),
                rx.el.option("embeds", value="embedding"),
                name=one["key"] + ".purpose",
                default_value=one["purpose"],
                aria_label="What it is for",
                class_name="select",
            ),
            *(_flag(one, name, words) for name, words in FLAGS),
            class_name="row",
        ),
        rx.el.div(
            _number(one, "context", "Context", "tokens"),
            _number(one, "price_in", "$ per million in", "0"),
            _number(one, "price_out", "$ per million out", "0"),
            _number(one, "dimensions", "Dimensions", "embeds"),
            class_name="mf4",
        ),
        more,
        class_name="mfe",
    )


def _flag(one: Any, name: str, words: str) -> rx.Component:
    box = rx.el.input(type="checkbox", name=one["key"] + f".{name}", default_checked=one[name])
    return rx.el.label(box, words, class_name="choice")


def _number(one: Any, name: str, words: str, placeholder: str) -> rx.Component:
    return rx.el.label(
        rx.el.span(words, class_name="t12 t2"),
        text_input(
            name=one["key"] + f".{name}",
            default_value=one[name],
            input_mode="decimal",
            placeholder=placeholder,
            class_name="num",
        ),
    )
