"""The sentence of a refusal, at the place in the form that it is about."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui import error_of, status
from console.state.experiment_form import ExperimentFormState as Form


def wrong_at(place: Any) -> Any:
    """Return the sentence at the place of this id, empty for none."""
    return error_of(Form.errors, place)


def told_at(place: Any) -> rx.Component:
    """Draw the sentence at a place that is no field."""
    words = rx.el.p(status("fail", Form.errors[place]), id=place, class_name="pad", role="alert", tab_index=-1)
    return rx.cond(Form.errors.contains(place), words, rx.fragment())
