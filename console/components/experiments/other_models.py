"""The dialog that asks the variants on other models."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui import SAFE, button, dialog
from console.state.experiment_models import ExperimentModelsState as Models


def other_models_button(entered: Any) -> rx.Component:
    """Draw what opens the dialog; `entered` is what stands in the form at the moment of the press."""
    return button("On other models", Models.ask(entered), size="sm")


def other_models_dialog() -> rx.Component:
    """Draw the dialog once on the page; `ExperimentModelsState.ask` opens it."""
    models = rx.el.fieldset(
        rx.el.legend("Models", class_name="lab"), rx.foreach(Models.lines, _model), class_name="field bare"
    )
    box = rx.el.input(type="checkbox", checked=Models.alone, on_change=lambda _: Models.leave_alone(~Models.alone))
    alone = rx.el.label(box, "Only on these: take away the variants on other models", class_name="choice")
    return dialog(
        "Ask the variants on other models",
        rx.el.p("Each prompt and text is added once on every model that you tick.", class_name="t2"),
        rx.cond(Models.lines, rx.fragment(models, alone), rx.fragment()),
        rx.el.p(Models.words, role="status"),
        identifier="other-models",
        opened=Models.opened,
        on_close=Models.close,
        foot=[
            button("Cancel", Models.close, custom_attrs=SAFE),
            rx.cond(Models.act, button(Models.act, Models.add, kind="primary"), rx.fragment()),
        ],
    )


def _model(one: Any) -> rx.Component:
    box = rx.el.input(
        type="checkbox", checked=one.ticked, disabled=one.full & ~Models.alone, on_change=Models.tick(one.value)
    )
    name, note = rx.el.span(one.label, dir="auto"), rx.el.span(one.note, class_name="t12 t2")
    return rx.el.label(box, name, note, class_name="choice", key=one.value)
