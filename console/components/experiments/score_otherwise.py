"""The way to another evaluator, where what decides tells nothing of the answers."""

from __future__ import annotations

import reflex as rx

from console import routes
from console.components.ui import banner, link_button
from console.state.experiment import ExperimentState as One


def score_otherwise() -> rx.Component:
    """Lead there where wrong answers say what is expected, or none passed: no row and no margin helps."""
    form = banner("wait", "Only the form differs.", One.form, acts=_again("Score by contains", "&by=contains"))
    none = banner("wait", "Nothing passed.", "Choose another evaluator; no answer is asked for again.", acts=_again())
    return rx.cond(One.form, form, rx.cond(One.unreached, none, rx.fragment()))


def _again(words: str = "Score again", by: str = "") -> rx.Component:
    return link_button(words, rx.Var.create(f"{routes.EXPERIMENT_NEW}?scores=") + One.experiment_id + by, size="sm")
