"""The table of providers, each with its models below it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui import button, icon, status, table_row, tag
from console.components.ui.parts import ListKeys
from console.state.models import ModelsState as Models
from console.state.models_form import ModelsFormState as Form
from console.state.models_rows import ModelLine
from console.state.models_trial import ModelsTestState as Trial

NUM_COLUMNS = 10
HEADS: tuple[tuple[str, str], ...] = (
    ("Model", "w-name"),
    ("Tools", "ce w-flag hide-s"),
    ("Vision", "ce w-flag hide-s"),
    ("JSON schema", "ce w-schema hide-s"),
    ("Context", "num w-context hide-s"),
    ("In", "num w-price hide-s"),
    ("Out", "num w-price hide-s"),
    ("Last test", ""),
    ("Tokens", "num w-price hide-s"),
    ("At", "num w-price"),
)


def models_table() -> rx.Component:
    """Draw one table: heads of providers and rows of models stand in one list."""
    heads = [rx.el.th(words, class_name=kind, scope="col") for words, kind in HEADS]
    return rx.el.div(
        ListKeys.create(
            rx.el.table(
                rx.el.caption("Providers and their models", class_name="sr"),
                rx.el.thead(rx.el.tr(*heads)),
                rx.el.tbody(rx.foreach(Models.lines, lambda line: model_row(line=line, key=line.key))),
                class_name="mm",
            )
        ),
        class_name="scroll",
        tab_index=0,
        role="region",
        aria_label="Providers and their models",
    )


@rx.memo
def model_row(line: rx.Var[ModelLine], rest: rx.RestProp) -> rx.Component:
    one: Any = line
    more: Any = rest
    return rx.fragment(rx.cond(one["is_provider"], _provider(one), _model(one)), more)


def _provider(one: Any) -> rx.Component:
    shown = Form.shown == one["provider_id"]
    act: Any = rx.cond(one["is_fixed"], "Look", "Edit")
    said: Any = rx.cond(shown, "Shown at the right:", act)
    return rx.el.tr(
        rx.el.th(
            rx.el.span(
                rx.el.b(one["name"], class_name="bb"),
                rx.el.span(one["note"], class_name="t2 ell"),
                rx.el.span(
                    rx.cond(one["private"], tag(rx.fragment(icon("lock", small=True), one["private"])), rx.fragment()),
                    rx.cond(one["test"], status(one["state"], one["test"]), rx.fragment()),
                    button(
                        rx.cond(shown, "Shown", act),
                        Form.open(one["provider_id"]),
                        kind="quiet",
                        size="sm",
                        aria_label=said + " " + one["name"],
                    ),
                    class_name="r row",
                ),
                class_name="row",
            ),
            col_span=NUM_COLUMNS,
            scope="rowgroup",
        ),
        class_name="mpg",
    )


def _model(one: Any) -> rx.Component:
    """Draw a row that opens its provider wherever it is pressed; a press of its name is one of the row."""
    return table_row(
        rx.el.th(
            rx.el.button(
                one["name"],
                type="button",
                class_name="link mono ell",
                title=one["name"],
                custom_attrs={"data-open": "true"},
            ),
            rx.cond(one["is_default"], tag("default"), rx.fragment()),
            scope="row",
        ),
        rx.cond(
            one["purpose"],
            rx.el.td(one["purpose"], col_span=3, class_name="t2 hide-s"),
            rx.fragment(_flag(one["tools"]), _flag(one["vision"]), _flag(one["json_schema"])),
        ),
        rx.el.td(one["context"], class_name="num hide-s"),
        rx.el.td(one["price_in"], class_name="num hide-s"),
        rx.el.td(one["price_out"], class_name="num hide-s"),
        rx.el.td(
            rx.el.button(
                rx.cond(Trial.running == one["name"], status("run", "Asking it"), status(one["state"], one["test"])),
                type="button",
                class_name="try",
                on_click=[Form.open(one["provider_id"]), Trial.test(one["provider_id"], one["name"])],
                aria_label="Test " + one["name"] + ". " + one["test"],
                custom_attrs={"data-tip": rx.cond(one["state"] == "fail", one["test"], "Send it one real request")},
            )
        ),
        rx.el.td(one["tokens"], class_name="num hide-s"),
        rx.el.td(one["at"], title=one["at_exact"], class_name="num t2"),
        selected=Form.shown == one["provider_id"],
        on_click=Form.open(one["provider_id"]),
    )


def _flag(on: Any) -> rx.Component:
    yes = rx.el.span(icon("check", small=True), rx.el.span("Yes", class_name="sr"), class_name="cy")
    no = rx.fragment(
        rx.el.span("·", class_name="cn", custom_attrs={"aria-hidden": "true"}), rx.el.span("No", class_name="sr")
    )
    return rx.el.td(rx.cond(on, yes, no), class_name="ce hide-s")
