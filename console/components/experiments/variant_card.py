"""One variant of the form: a managed prompt, a text, or a flow."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.experiments.types import MAX_NAME
from console.components.experiments.wrong import wrong_at
from console.components.ui import field, icon_button, plate, select, status, text_area, text_input
from console.state.experiment_form import ExperimentFormState as Form
from console.state.experiment_variants import FLOW, INLINE, MANAGED, SEARCHES

OWN = "The nodes' own"
WORDS = ((MANAGED, "Prompt"), (INLINE, "Text"), (FLOW, "Flow"))


def variant_card(one: Any) -> rx.Component:
    kind = rx.match(one.kind, *WORDS, "")
    away = icon_button(
        "x",
        rx.Var.create("Remove variant ") + one.letter,
        Form.remove_variant(one.key),
        size="sm",
        disabled=Form.variants.length() == 1,
    )
    name = text_input(
        id=one.key + "-name",
        name=one.key + ".name",
        default_value=one.name,
        placeholder="Name",
        aria_label=rx.Var.create("Name of variant ") + one.letter,
        max_length=MAX_NAME,
        invalid=Form.errors.contains(one.key + "-name"),
        class_name="grow",
    )
    said = wrong_at(one.key + "-name")
    return rx.el.fieldset(
        rx.el.legend(rx.Var.create("Variant ") + one.letter, class_name="sr"),
        rx.el.div(plate(one.letter, "off"), rx.el.b(kind, class_name="b"), name, away, class_name="row"),
        rx.cond(said, status("fail", said), rx.fragment()),
        rx.match(
            one.kind,
            (MANAGED, rx.fragment(_subject(one, Form.prompts, "Prompt"), _asking(one))),
            (FLOW, rx.fragment(_subject(one, Form.flows, "Flow"), _instead(one))),
            rx.fragment(_texts(one), _asking(one)),
        ),
        rx.cond(Form.errors.contains(one.key), status("fail", Form.errors[one.key]), rx.fragment()),
        id=one.key,
        key=one.key,
        class_name="xf-card",
    )


def _subject(one: Any, choices: Any, word: str) -> rx.Component:
    """Draw which prompt or flow, and which version of it."""
    subject = select(
        choices,
        id=one.key + "-subject",
        name=one.key + ".subject",
        default_value=one.subject,
        on_change=lambda value: Form.pick_subject(one.key, value),
    )
    version = select(
        one.versions,
        id=one.key + "-version",
        name=one.key + ".version",
        default_value=one.version,
        on_change=lambda value: Form.pick_version(one.key, value),
        key=one.subject,
    )
    none = rx.el.p(f"There is no {word.lower()} yet.", class_name="t2")
    drawn = rx.el.div(
        field(word, subject, html_for=one.key + "-subject", error=wrong_at(one.key + "-subject")),
        field("Version", version, html_for=one.key + "-version", error=wrong_at(one.key + "-version")),
        class_name="xf-grid",
    )
    return rx.cond(choices.length() > 0, drawn, none)


def _instead(one: Any) -> rx.Component:
    """Draw what the nodes of a flow ask and search in place of their own."""
    key = one.key
    model = rx.el.select(
        rx.el.option(OWN, value=""),
        rx.foreach(Form.models, lambda model: rx.el.option(model.label, value=model.value)),
        id=key + "-model",
        name=key + ".model",
        default_value=one.model,
        class_name="select",
    )
    base = select(one.bases, id=key + "-knowledge_base", name=key + ".knowledge_base", default_value=one.knowledge_base)
    search = rx.el.select(
        rx.el.option(OWN, value=""),
        *(rx.el.option(words, value=value) for value, words in SEARCHES.items()),
        id=key + "-search",
        name=key + ".search",
        default_value=one.search,
        class_name="select",
    )
    passages = text_input(
        id=key + "-passages",
        name=key + ".passages",
        default_value=one.passages,
        input_mode="numeric",
        invalid=Form.errors.contains(key + "-passages"),
    )

    def entry(label: str, name: str, drawn: rx.Component, words: str = "") -> rx.Component:
        return field(label, drawn, html_for=f"{key}-{name}", help_text=words, error=wrong_at(key + f"-{name}"))

    return rx.el.details(
        rx.el.summary("Another model, another knowledge base"),
        rx.el.div(
            rx.el.div(entry("Model", "model", model, "Of every node that asks one."), class_name="xf-two"),
            rx.cond(
                one.bases,
                rx.fragment(
                    entry("Knowledge base", "knowledge_base", base, "Of every search."),
                    entry("Passages", "passages", passages, "At most. Leave empty for what the nodes say."),
                    entry("Search by", "search", search),
                ),
                rx.fragment(),
            ),
            class_name="xf-grid",
        ),
        open=(one.model + one.knowledge_base + one.passages + one.search) != "",
        class_name="xf-more",
    )


def _texts(one: Any) -> rx.Component:
    def area(name: str, label: str, words: str, rows: str) -> rx.Component:
        identifier = one.key + f"-{name}"
        entry = text_area(
            id=identifier,
            name=one.key + f".{name}",
            default_value=getattr(one, name),
            rows=rows,
            mono=True,
            spell_check=False,
            invalid=Form.errors.contains(identifier),
        )
        return field(label, entry, html_for=identifier, help_text=words, error=wrong_at(identifier))

    return rx.fragment(
        area("template", "Text", "It reads the keys of a row's input: {{ question }}.", "3"),
        area("system", "System", "", "2"),
    )


def _asking(one: Any) -> rx.Component:
    """Draw the model and its parameters; what chooses none is asked on the version's own, else on the project's."""
    default = rx.Var.create("The project's default") + rx.cond(Form.default_model, ", " + Form.default_model, "").to(
        str
    )
    named = rx.cond(one.own, rx.Var.create("The version's own, ") + one.own, default)
    model = rx.el.select(
        rx.el.option(named, value=""),
        rx.foreach(Form.models, lambda model: rx.el.option(model.label, value=model.value)),
        id=one.key + "-model",
        name=one.key + ".model",
        default_value=one.model,
        class_name="select",
    )

    def line(name: str, label: str, **props: Any) -> rx.Component:
        identifier = one.key + f"-{name}"
        props["invalid"] = Form.errors.contains(identifier)
        entry = text_input(id=identifier, name=one.key + f".{name}", default_value=getattr(one, name), **props)
        return field(label, entry, html_for=identifier, error=wrong_at(identifier))

    def block(name: str, label: str, words: str) -> rx.Component:
        identifier = one.key + f"-{name}"
        entry = text_area(
            id=identifier,
            name=one.key + f".{name}",
            default_value=getattr(one, name),
            rows="3",
            mono=True,
            invalid=Form.errors.contains(identifier),
        )
        return field(label, entry, html_for=identifier, help_text=words, error=wrong_at(identifier))

    return rx.fragment(
        rx.el.div(
            rx.el.div(
                field("Model", model, html_for=one.key + "-model", error=wrong_at(one.key + "-model")),
                class_name="xf-two",
            ),
            line("temperature", "Temperature", input_mode="decimal"),
            line("max_tokens", "Maximum answer length", input_mode="numeric"),
            class_name="xf-grid",
        ),
        rx.el.details(
            rx.el.summary("Stop words, answer format"),
            block("stop", "Stop at", "One per line."),
            block("json_schema", "JSON schema of the answer", "With a schema, the answer is a JSON object."),
            class_name="xf-more",
        ),
    )
