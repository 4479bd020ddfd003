"""One evaluator of the form, its entries drawn from the schema of its settings."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.experiments.source_field import SourceField
from console.components.experiments.wrong import wrong_at
from console.components.ui import button, field, icon_button, select, status, text_area, text_input
from console.state.experiment_form import ExperimentFormState as Form

WIDE = ["area", "json", "models", "python"]
NODES = "xf-nodes"
WHAT = "the quality beside cost, the order of the rows, and when an early stop ends"


def nodes_to_pick() -> rx.Component:
    """Offer the nodes of the flows among the variants to the evaluators that may score one of them."""
    options = rx.foreach(Form.variants, lambda one: rx.foreach(one.nodes, lambda title: rx.el.option(value=title)))
    return rx.el.datalist(options, id=NODES)


def evaluator_card(one: Any) -> rx.Component:
    away = icon_button("x", rx.Var.create("Remove: ") + one.title, Form.remove_evaluator(one.key), size="sm")
    first = rx.cond(
        one.key == Form.evaluators[0].key,
        rx.fragment(),
        button("Let it decide", Form.decide_by(one.key), size="sm", custom_attrs={"data-tip": f"Decide {WHAT}"}),
    )
    decides = rx.el.p(f"Decides {WHAT}.", class_name="t12 t2")
    leads = (one.key == Form.evaluators[0].key) & (Form.evaluators.length() > 1)
    return rx.el.fieldset(
        rx.el.legend(one.title, class_name="sr"),
        rx.el.div(
            rx.el.b(one.title, class_name="b"),
            rx.el.span(one.words, class_name="t12 t2 grow", dir="auto"),
            first,
            away,
            class_name="row",
        ),
        rx.cond(leads, decides, rx.fragment()),
        rx.cond(one.off, status("warn", one.off), rx.fragment()),
        rx.cond(one.own, rx.el.div(rx.foreach(one.own, _entry), class_name="xf-grid"), rx.fragment()),
        rx.el.div(rx.foreach(one.first, _entry), class_name="xf-grid"),
        rx.el.details(
            rx.el.summary("Name, direction, target, margin"),
            rx.el.div(rx.foreach(one.folded, _entry), class_name="xf-grid"),
            class_name="xf-more",
        ),
        rx.cond(Form.errors.contains(one.key), status("fail", Form.errors[one.key]), rx.fragment()),
        id=one.key,
        key=one.key,
        class_name="xf-card",
    )


def _entry(one: Any) -> rx.Component:
    common = {"id": one.key, "name": one.key, "default_value": one.value}
    typed = {**common, "invalid": Form.errors.contains(one.key)}
    drawn: Any = rx.match(
        one.kind,
        ("switch", _switch(one)),
        ("models", _models(one)),
        ("choice", select(one.options, **common)),
        ("leading", select(one.options, on_change=Form.choose(one.key), **common)),
        ("node", text_input(list=NODES, **typed)),
        ("number", text_input(input_mode="decimal", **typed)),
        ("area", text_area(rows="3", required=one.required, **typed)),
        ("lines", text_area(rows="2", placeholder="One a line", **typed)),
        ("python", rx.el.div(SourceField.create(label=one.label, name=one.key, seed=one.value), id=one.key)),
        ("json", text_area(rows="4", mono=True, required=one.required, spell_check=False, **typed)),
        text_input(required=one.required, **typed),
    )
    wide = rx.Var.create(WIDE).contains(one.kind)
    return rx.el.div(
        field(one.label, drawn, html_for=one.key, help_text=one.help, error=wrong_at(one.key)),
        key=one.key,
        class_name=rx.cond(wide, "xf-wide", rx.cond(one.kind == "node", "xf-node", "")),
        hidden=one.hidden,
    )


def _switch(one: Any) -> rx.Component:
    return rx.el.label(
        rx.el.input(type="checkbox", id=one.key, name=one.key, default_checked=one.checked), "Yes", class_name="choice"
    )


def _models(one: Any) -> rx.Component:
    def box(model: Any) -> rx.Component:
        ticked = one.picked.contains(model.value)
        name = one.key + "." + model.value
        return rx.el.label(
            rx.el.input(type="checkbox", name=name, default_checked=ticked),
            model.label,
            class_name="choice",
            key=model.value,
        )

    return rx.el.div(rx.foreach(one.options, box), class_name="row wrap", id=one.key, role="group")
