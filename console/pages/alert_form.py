"""Make or change an alert, with what it would have done in the last days beside it."""

from __future__ import annotations

import reflex as rx

from console import routes
from console.components.alerts.form import alert_form as form
from console.components.shell import body, page_head, shell
from console.components.ui import phase_view, skeleton_rows
from console.state.alert_form import AlertFormState as Form


def alert_form() -> rx.Component:
    return shell(
        routes.ALERTS,
        page_head(Form.title, crumb=rx.el.span(rx.el.a("Alerts", href=routes.ALERTS), " /", class_name="hide-s")),
        phase_view(
            Form.phase,
            body(form()),
            skeleton=skeleton_rows(160, 320, 240, count=8),
            problem=Form.problem,
            on_retry=Form.load,
            what="The form",
        ),
    )
