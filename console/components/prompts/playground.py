"""The playground below the text: same values down, versions and models across."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.prompts.types import MAX_COLUMNS
from console import routes
from console.components.prompts.editor import PlayKeys
from console.components.prompts.row_loading import load_dialog
from console.components.row_dialog import row_dialog
from console.components.ui import (
    CopyButton,
    button,
    field,
    icon_button,
    keys,
    phead,
    plate,
    select,
    status,
    text_area,
    text_input,
)
from console.state.prompt import PromptState as Prompt
from console.state.prompt_draft import PromptDraftState as Draft
from console.state.prompt_edit import PromptEditState as Edit
from console.state.prompt_play import PLACE
from console.state.prompt_play import PromptPlayState as Play
from console.state.prompt_play_load import PromptPlayLoadState as Load
from console.state.prompt_play_row import SAID_AS
from console.state.prompt_play_row import PromptPlayRowState as Row
from console.state.prompt_play_rows import BOOLEAN, SAID, TEXT
from console.state.prompt_rendered import PromptRenderedState as Sent


def playground() -> rx.Component:
    return rx.el.section(
        phead("Playground", note=Play.total, acts=_acts()),
        _values(),
        rx.cond(Play.is_small & Play.may_run, _small(), rx.fragment()),
        rx.cond(Play.errors.contains(""), rx.el.p(status("fail", Play.errors[""]), role="alert", class_name="pwrong")),
        rx.el.div(
            rx.foreach(Play.columns, _column),
            class_name="pcs",
            role="group",
            aria_label="Columns of the playground",
        ),
        PlayKeys.create(on_run=Play.send),
        row_dialog(Row, "Add to a dataset", "Input"),
        load_dialog(),
        class_name="play",
        aria_label="Playground",
        id=PLACE,
    )


def _acts() -> rx.Component:
    run = rx.cond(
        Play.running,
        button("Stop", Play.stop, icon="square"),
        button("Run all", Play.send, icon="play"),
    )
    hint = rx.el.span(keys("Ctrl ↵"), " runs all", class_name="t12 t2 hide-s")
    link = rx.el.span(
        rx.el.a("Shared address", href=Play.shared, class_name="t12"),
        CopyButton.create(text=Play.shared, label="Copy the address"),
        class_name="row tight",
    )
    acts = rx.fragment(
        hint,
        rx.cond(Play.shared, link, rx.fragment()),
        button("Fill from a row", Load.ask, size="sm", kind="quiet"),
        button("Share", Play.share, size="sm", kind="quiet"),
        button(
            "Add column",
            Play.add,
            size="sm",
            icon="plus",
            disabled=Play.running | (Play.columns.length() >= MAX_COLUMNS),
        ),
        run,
    )
    return rx.cond(Play.may_run, acts, rx.el.span("Editors and above can try prompts.", class_name="t12 t2"))


def _values() -> rx.Component:
    none = rx.el.p("No column needs a value.", class_name="t12 t2 pnone")
    return rx.cond(
        Play.needs,
        rx.el.div(
            rx.foreach(Play.needs, _value),
            class_name="pvals",
            role="group",
            aria_label="Values",
            key=Play.revision.to_string(),
        ),
        none,
    )


def _small() -> rx.Component:
    """Say why every answer repeats the value, whatever the text says."""
    return rx.el.p(
        "The built-in model can only quote what it is given, whatever the prompt says. ",
        rx.el.a("Connect a provider under Models", href=routes.MODELS, class_name="u"),
        " to try what customers will read.",
        class_name="t12 t2 pnone",
    )


def _value(one: Any) -> rx.Component:
    identifier = rx.Var.create("value-") + one.name
    label = rx.el.span(
        rx.el.span(one.name, class_name=rx.cond(one.name == SAID, "", "mono")),
        rx.el.span(" ", rx.cond(one.kind == TEXT, "", one.kind), " ", one.columns, class_name="t2"),
        rx.cond(one.name == SAID, rx.el.span(f"(optional, the {SAID_AS} of a row)", class_name="t2"), rx.fragment()),
    )
    switch = select(
        (("", "no"), ("yes", "yes")),
        id=identifier,
        value=rx.cond(Play.values.contains(one.name), Play.values[one.name], ""),
        on_change=lambda value: [Play.set_value(one.name, value), Sent.show],
    )
    area = text_area(
        id=identifier,
        rows="2",
        placeholder=one.example,
        default_value=rx.cond(Play.values.contains(one.name), Play.values[one.name], ""),
        on_blur=lambda value: [Play.set_value(one.name, value), Sent.show],
        mono=False,
    )
    error = rx.cond(Play.errors.contains(one.name), Play.errors[one.name], "")
    # The label is a piece, not a text; the field's own label would read it as one.
    return rx.el.div(
        rx.el.label(label, html_for=identifier),
        rx.cond(one.kind == BOOLEAN, switch, area),
        rx.cond(error, rx.el.span(status("fail", error), class_name="err", role="alert"), rx.fragment()),
        class_name="field",
        key=one.name,
    )


def _versions() -> Any:
    """Offer what is being edited, then every version."""
    edited = rx.cond(Draft.dirty, rx.fragment(), rx.el.option("As edited", value="0"))
    return rx.fragment(edited, rx.foreach(Prompt.versions, _option))


def _option(one: Any) -> rx.Component:
    return rx.el.option(rx.cond(one.number == 0, "As edited", one.name), value=one.number.to_string())


def _column(one: Any) -> rx.Component:
    version = rx.el.select(
        _versions(),
        value=one.version,
        on_change=lambda value: Play.set_column(one.letter, "version", value),
        aria_label=rx.Var.create("Version of column ") + one.letter,
        class_name="select sm2",
        disabled=Play.running,
    )
    model = select(
        Edit.play_models,
        value=one.model,
        on_change=lambda value: Play.set_column(one.letter, "model", value),
        aria_label=rx.Var.create("Model of column ") + one.letter,
        class_name="sm2 grow",
        disabled=Play.running,
    )
    warm = text_input(
        default_value=one.temperature,
        placeholder="T",
        on_blur=lambda value: Play.set_column(one.letter, "temperature", value),
        aria_label=rx.Var.create("Temperature of column ") + one.letter,
        class_name="sm2 num tmp",
        input_mode="decimal",
        disabled=Play.running,
    )
    away = icon_button(
        "x",
        rx.Var.create("Remove column ") + one.letter,
        Play.remove(one.letter),
        size="sm",
        disabled=Play.running | (Play.columns.length() == 1),
    )
    return rx.el.div(
        rx.el.div(plate(one.letter, "off"), version, model, warm, away, class_name="ph2"),
        _more(one),
        rx.el.div(_said(one), class_name="psaid", tab_index=0, role="region", aria_label=_named("Answer of", one)),
        _foot(one),
        class_name="pc",
        key=one.letter + Play.revision.to_string(),
    )


def _more(one: Any) -> rx.Component:
    """Draw what a column seldom has of its own."""

    def own(label: str, name: str, value: Any, entry: Any, **more: Any) -> rx.Component:
        identifier = rx.Var.create(f"play-{name}-") + one.letter
        drawn = entry(
            id=identifier,
            default_value=value,
            placeholder="As in the version",
            on_blur=lambda text: Play.set_column(one.letter, name, text),
            disabled=Play.running,
            **more,
        )
        return field(label, drawn, html_for=identifier)

    is_set = (one.max_tokens != "") | (one.response_schema != "") | (one.tools != "")
    return rx.el.details(
        rx.el.summary("More of its own", rx.cond(is_set, rx.el.b(" (set)", class_name="b"), rx.fragment())),
        rx.el.div(
            own("Maximum answer length", "max_tokens", one.max_tokens, text_input, input_mode="numeric"),
            own("JSON schema of the answer", "response_schema", one.response_schema, text_area, rows="3"),
            own("Tools", "tools", one.tools, text_area, rows="3"),
            class_name="fm",
        ),
        class_name="pmore",
    )


def _named(words: str, one: Any) -> Any:
    return rx.Var.create(f"{words} column ") + one.letter


def _said(one: Any) -> rx.Component:
    caret = rx.cond(one.state == "run", rx.el.span(class_name="caret"), rx.fragment())
    calls = rx.el.ul(
        rx.foreach(one.calls, lambda call: rx.el.li(rx.el.span("calls ", class_name="t2"), call)), class_name="calls"
    )
    return rx.fragment(
        rx.cond(one.calls.length() > 0, calls, rx.fragment()),
        rx.cond(
            one.value,
            rx.el.pre(one.value, class_name="mono pval"),
            rx.el.p(one.text, caret, class_name="vt", dir="auto"),
        ),
    )


def _foot(one: Any) -> rx.Component:
    adopt = button("Save as version", Play.adopt(one.letter), size="sm", kind="quiet", disabled=Play.running)
    keep = button(
        "Save as row", Row.open(one.letter), size="sm", kind="quiet", disabled=Play.running | (one.state != "ok")
    )
    return rx.el.div(
        status(one.state, one.words),
        rx.el.span(one.time, class_name="t2"),
        rx.el.span(one.tokens, class_name="t2"),
        rx.el.span(one.cost, class_name="t2"),
        rx.cond(Edit.may_edit, rx.el.span(keep, adopt, class_name="r"), rx.fragment()),
        class_name="cf",
    )
