"""The editor with its parameters, and the dialog that saves a version."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.prompts.editor import PromptEditor
from console.components.ui import (
    banner,
    button,
    dialog,
    field,
    phead,
    select,
    status,
    text_area,
    text_input,
)
from console.state.prompt import PromptState as Prompt
from console.state.prompt_draft import PromptDraftState as Draft
from console.state.prompt_edit import PromptEditState as Edit
from console.state.prompt_play import PromptPlayState as Play

FORM = "save-form"
TYPED: Any = rx.Var(f"Object.fromEntries(new FormData(document.getElementById('{FORM}')))").to(dict)


def editing() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            _needs(),
            PromptEditor.create(
                seed=Draft.seed,
                revision=Draft.revision,
                slugs=Edit.slugs,
                line=Draft.line,
                price=Edit.price,
                read_only=~Edit.may_edit,
                on_edit=lambda document: [Edit.edit(document), Play.refresh()],
            ),
            class_name="ptext",
        ),
        _parameters(),
        class_name="pe2",
    )


def _needs() -> rx.Component:
    """Say what has to be filled, or what is wrong."""
    said = rx.cond(Draft.wrong, Draft.wrong, rx.cond(_error("text"), _error("text"), _error("messages"))).to(str)
    wrong = rx.el.p(status("fail", said), class_name="pneeds", role="alert")
    holes = rx.el.p(
        rx.el.span("Needs", class_name="t12 t2"),
        rx.foreach(Draft.holes, _hole),
        class_name="pneeds",
        custom_attrs={"data-holes": "true"},
    )
    return rx.cond(
        said,
        wrong,
        rx.cond(
            Draft.holes, holes, rx.el.p("No placeholders: the text is always the same.", class_name="pneeds t12 t2")
        ),
    )


def _hole(one: Any) -> rx.Component:
    kind = rx.cond(one.required, one.kind, one.kind + ", may be missing")
    return rx.el.span(rx.el.span(one.name, class_name="v mono"), rx.el.span(kind, class_name="t12 t2"), key=one.name)


def _error(name: str) -> Any:
    return rx.cond(Edit.errors.contains(name), Edit.errors[name], "")


def _parameters() -> rx.Component:
    show = rx.el.label(rx.el.input(type="checkbox"), "Show parameters", class_name="choice pfold")
    return rx.el.section(
        phead("Parameters", acts=show),
        rx.el.div(
            field(
                "Model",
                select(
                    Edit.models,
                    value=Draft.parameters["model"],
                    on_change=lambda value: Edit.set_parameter("model", value),
                    id="p-model",
                    disabled=~Edit.may_edit,
                ),
                html_for="p-model",
            ),
            _line("Temperature", "temperature", "Leave empty for the model's default.", input_mode="decimal"),
            _line(
                "Maximum answer length",
                "max_tokens",
                "In tokens. Leave empty for the model's default.",
                input_mode="numeric",
            ),
            rx.el.details(
                rx.el.summary("Tools, answer format, voice"),
                _block("Tools", "tools", 'A list of {"name", "description", "parameters"}; "result" is for trying.'),
                _block("JSON schema of the answer", "response_schema", "With a schema, the answer is a JSON object."),
                _block("Instructions", "instructions", "Behind the text; other systems send them apart."),
                _line("Voice", "voice", "Of agents that speak."),
                class_name="more",
            ),
            class_name="fm",
        ),
        class_name="pparams",
        aria_label="Parameters",
        key=Draft.revision.to_string(),
    )


def _line(label: str, name: str, words: str, **more: Any) -> rx.Component:
    entry = text_input(
        id=f"p-{name}",
        default_value=Draft.parameters[name],
        on_blur=lambda value: Edit.set_parameter(name, value),
        disabled=~Edit.may_edit,
        **more,
    )
    return field(label, entry, html_for=f"p-{name}", help_text=words, error=_error(name))


def _block(label: str, name: str, words: str) -> rx.Component:
    entry = text_area(
        id=f"p-{name}",
        default_value=Draft.parameters[name],
        on_blur=lambda value: Edit.set_parameter(name, value),
        disabled=~Edit.may_edit,
        mono=name != "instructions",
        rows="5",
        spell_check=False,
    )
    return field(label, entry, html_for=f"p-{name}", help_text=words, error=_error(name))


def saving() -> rx.Component:
    stale = banner("wait", Edit.stale.words, Edit.stale.hint)
    comment = text_input(id="save-comment", name="comment", max_length=2000, placeholder="Shorter answers")
    # Enter in the field sends the form, and saves on top of nobody: that takes a press of this button.
    act = rx.cond(
        Edit.stale.words,
        button("Save on top of it", Edit.save_over(TYPED), kind="primary"),
        button("Save version", kind="primary", type="submit", form=FORM),
    )
    return dialog(
        rx.Var.create("Save as v") + (Prompt.latest + 1).to_string(),
        rx.cond(Edit.stale.words, stale, rx.fragment()),
        rx.cond(_error(""), rx.el.p(status("fail", _error("")), role="alert"), rx.fragment()),
        rx.el.form(
            field("What changed", comment, html_for="save-comment", error=_error("comment")),
            id=FORM,
            on_submit=Edit.save,
            class_name="formcol",
        ),
        identifier="save",
        opened=Edit.saving,
        on_close=Edit.leave_save,
        foot=[button("Keep editing", Edit.leave_save), act],
    )
