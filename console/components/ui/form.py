"""A form in a dialog, and what is said of what was typed into it. `errors` is what `Formed` holds."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui.button import button
from console.components.ui.dialog import dialog
from console.components.ui.kinds import Child, Flag, Handler, Text
from console.components.ui.status import status


def error_of(errors: Any, name: str) -> Any:
    """Return the sentence of one field, empty for none."""
    return rx.cond(errors.contains(name), errors[name], "")


def refusal(errors: Any) -> rx.Component:
    """Say what concerns no field by itself."""
    return rx.cond(errors.contains(""), rx.el.p(status("fail", errors[""]), role="alert"), rx.fragment())


def form_dialog(
    title: Text,
    *fields: Child,
    form: str,
    identifier: str,
    opened: Flag,
    on_close: Handler,
    on_submit: Handler,
    act: Text,
    keep: Text = "Cancel",
    **props: Any,
) -> rx.Component:
    """Ask for a few things. `form` is the id of the form, which the button `act` sends."""
    return dialog(
        title,
        rx.el.form(*fields, id=form, class_name="formcol", on_submit=on_submit),
        identifier=identifier,
        opened=opened,
        on_close=on_close,
        foot=[button(keep, on_close), button(act, kind="primary", type="submit", form=form)],
        **props,
    )
