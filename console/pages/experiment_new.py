"""A new experiment: what is compared, on which rows, how it is scored, and what that would cost."""

from __future__ import annotations

import reflex as rx

from console import routes
from console.components.experiments.form import experiment_form
from console.components.shell import body, page_head, shell
from console.components.ui import banner, link_button, phase_view, skeleton_rows
from console.state.experiment_form import ExperimentFormState as Form


def experiment_new() -> rx.Component:
    return shell(
        routes.EXPERIMENTS,
        page_head(
            rx.cond(
                Form.draft_name & ~Form.outdated,
                "Edit " + Form.draft_name,
                rx.cond(Form.answers, "Score " + Form.answers + " again", "New experiment"),
            ),
            crumb=rx.el.span(rx.el.a("Experiments", href=routes.EXPERIMENTS), " /", class_name="hide-s"),
        ),
        phase_view(
            Form.phase,
            body(_outdated(), experiment_form()),
            skeleton=skeleton_rows(160, 320, 240, count=8),
            problem=Form.problem,
            on_retry=Form.load,
            what="The form",
        ),
    )


def _outdated() -> rx.Component:
    """Say that nothing is written over what somebody else saved, or what has begun."""
    drafts = rx.Var.create(routes.EXPERIMENT.partition("[")[0])
    words = "What you entered stays here, and makes another experiment."
    see = link_button("See it as it is", drafts + Form.draft_id, size="sm")
    return rx.cond(Form.outdated, banner("wait", Form.outdated, words, acts=see), rx.fragment())
