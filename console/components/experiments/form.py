"""The form of a new experiment: rows, variants, evaluators, and how it runs; the plan stands beside it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.experiments.types import MAX_NAME, MAX_VARIANTS
from console import routes
from console.components.experiments.evaluator_card import evaluator_card, nodes_to_pick
from console.components.experiments.other_models import other_models_button, other_models_dialog
from console.components.experiments.plan_panel import plan_panel
from console.components.experiments.variant_card import variant_card
from console.components.experiments.wrong import told_at, wrong_at
from console.components.ui import (
    TRIGGER,
    Child,
    Entries,
    button,
    field,
    menu,
    menu_item,
    number_input,
    panel,
    select,
    status,
    text_input,
)
from console.state.experiment_form import ExperimentFormState as Form
from console.state.experiment_variants import FLOW, INLINE, MANAGED
from console.state.experiment_wrong import REST

FORM = "experiment-form"
# What stands in the fields at the moment of a press: they stay in the browser until they are sent.
ENTERED: Any = rx.Var(f"Object.fromEntries(new FormData(document.getElementById('{FORM}')))").to(dict)
BESIDE = "The other variants are compared with it."
RESTED = 0.5  # seconds without a change before it is planned anew


def experiment_form() -> rx.Component:
    return rx.el.div(
        rx.el.form(
            _wrong(),
            rx.cond(Form.answers, _answers(), rx.fragment(_rows(), _variants())),
            _evaluators(),
            _running(),
            id=FORM,
            key=Form.drawn,
            on_submit=Form.send,
            class_name="xf-form",
        ),
        plan_panel(FORM),
        other_models_dialog(),
        rx.cond(Form.planned, Entries.create(form=FORM, seconds=RESTED, on_entries=Form.plan_anew), rx.fragment()),
        class_name="xf",
    )


def _wrong() -> rx.Component:
    """Lead to each field that cannot be used, and say what concerns none of them."""
    link = rx.foreach(
        Form.wrong, lambda one: rx.el.a(one.label, href="#" + one.value, class_name="u", reload_document=True)
    )
    line = rx.el.p(status("fail", "This cannot be used yet:"), link, class_name="row wrap", role="alert")
    rest = rx.el.p(status("fail", wrong_at(REST)), id=REST, tab_index=-1)
    return rx.fragment(
        rx.cond(Form.errors.contains(REST), rest, rx.cond(Form.wrong, line, rx.fragment())),
    )


def _any(words: str, choices: Any) -> Child:
    """Offer `choices` after what stands for none of them."""
    listed = rx.foreach(choices, lambda one: rx.el.option(one.label, value=one.value))
    return rx.fragment(rx.el.option(words, value=""), listed)


def _name() -> rx.Component:
    entry = text_input(
        id="xf-name",
        name="name",
        default_value=Form.name,
        required=True,
        max_length=MAX_NAME,
        invalid=Form.errors.contains("xf-name"),
    )
    return field("Name", entry, html_for="xf-name", error=wrong_at("xf-name"))


def _rows() -> rx.Component:
    dataset = select(
        Form.datasets,
        id="xf-dataset",
        name="dataset",
        default_value=Form.dataset,
        on_change=Form.pick_dataset,
        required=True,
    )
    version = rx.el.select(
        _any("the newest", Form.dataset_versions),
        id="xf-version",
        name="version",
        default_value=Form.numbers["version"],
        key=Form.dataset,
        class_name="select",
    )
    split = rx.el.select(
        _any("all rows", Form.splits),
        id="xf-split",
        name="split",
        default_value=Form.numbers["split"],
        key=Form.dataset,
        class_name="select",
    )
    rows = rx.el.input(
        id="xf-rows",
        name="rows",
        default_value=Form.numbers["rows"],
        key=Form.dataset,
        placeholder="12, 13, 40",
        auto_complete="off",
        class_name="input",
    )
    none = rx.el.p(
        "No dataset yet. ", rx.el.a("Import or write rows", href=routes.DATASETS, class_name="link"), " first."
    )
    return panel(
        "Rows",
        rx.el.div(
            _name(),
            rx.cond(
                Form.datasets.length() > 0,
                field("Dataset", dataset, html_for="xf-dataset", error=wrong_at("xf-dataset")),
                none,
            ),
            field("Version", version, html_for="xf-version", error=wrong_at("xf-version")),
            field("Split", split, html_for="xf-split", error=wrong_at("xf-split")),
            field("Only these rows", rows, html_for="xf-rows", error=wrong_at("xf-rows")),
            class_name="pad xf-grid",
        ),
        note="Each variant answers every one of them.",
    )


def _answers() -> rx.Component:
    """Say whose answers are scored, in place of the rows and variants that they came of."""
    return panel(
        "Answers",
        rx.el.div(
            _name(),
            rx.el.p(
                "Those of ",
                rx.el.b(Form.answers, class_name="b"),
                ", with what they cost and how long they took.",
                dir="auto",
            ),
            class_name="pad xf-grid",
        ),
        note="None is asked for again. What an evaluator said that you leave as it is holds.",
    )


def _variants() -> rx.Component:
    trigger = button(
        "Add variant", size="sm", icon="plus", custom_attrs=TRIGGER, disabled=Form.variants.length() >= MAX_VARIANTS
    )
    add = menu(
        trigger,
        menu_item("A prompt", Form.add_variant(MANAGED), icon="square-pen"),
        menu_item("Plain text", Form.add_variant(INLINE), icon="text-cursor"),
        menu_item("A flow", Form.add_variant(FLOW), icon="waypoints"),
        label="Add variant",
        align="right",
    )
    return panel(
        "Variants",
        told_at("xf-variants"),
        rx.cond(Form.small_note, rx.el.p(Form.small_note, class_name="t12 t2 pad"), rx.fragment()),
        rx.foreach(Form.variants, variant_card),
        note="Prompts, texts and flows, in any mix.",
        acts=rx.fragment(other_models_button(ENTERED), add),
    )


def _evaluators() -> rx.Component:
    add = select(
        Form.kinds,
        value="",
        placeholder="Add an evaluator",
        on_change=Form.add_evaluator,
        aria_label="Add an evaluator",
    )
    return panel(
        "Scored by",
        told_at("xf-evaluators"),
        rx.cond(Form.scoring_note, rx.el.p(Form.scoring_note, class_name="t12 t2 pad", role="status"), rx.fragment()),
        nodes_to_pick(),
        rx.foreach(Form.evaluators, evaluator_card),
        rx.cond(Form.code_note, rx.el.p(Form.code_note, class_name="t12 t2 pad"), rx.fragment()),
        note="Latency and cost are always compared.",
        acts=add,
    )


def _running() -> rx.Component:
    def number(name: str, label: str, words: str = "", unit: str = "", **props: Any) -> rx.Component:
        at = f"xf-{name}"
        entry = number_input(
            id=at,
            name=name,
            unit=unit,
            default_value=Form.numbers[name],
            invalid=Form.errors.contains(at),
            **props,
        )
        return field(label, entry, html_for=at, help_text=words, error=wrong_at(at))

    baseline = rx.el.select(
        rx.foreach(Form.variants, lambda one: rx.el.option(one.letter, value=one.key)),
        id="xf-baseline",
        name="baseline",
        default_value=Form.baseline,
        class_name="select",
    )
    early = rx.el.label(
        rx.el.input(type="checkbox", name="early", default_checked=Form.numbers["early"] == "on"),
        "End as soon as the first evaluator is decided",
        class_name="choice",
    )
    said = wrong_at("xf-baseline")
    return panel(
        "How it runs",
        rx.el.div(
            rx.cond(
                Form.answers,
                rx.fragment(),
                rx.fragment(
                    field("Baseline", baseline, html_for="xf-baseline", help_text=BESIDE, error=said),
                    number("repetitions", "Repetitions", "Of each row."),
                ),
            ),
            number("concurrency", "At once"),
            number("rate", "Requests per minute", "Leave empty for as many as the models allow."),
            number("budget", "Budget", "Leave empty for no limit.", "$", step="any"),
            rx.cond(Form.answers, rx.fragment(), field("Early stop", early)),
            class_name="pad xf-grid",
        ),
    )
