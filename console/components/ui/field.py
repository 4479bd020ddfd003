"""A label above, one control, help below it, and the error in the place of the help."""

from __future__ import annotations

import reflex as rx

from console.components.ui.kinds import Child, Text, classes
from console.components.ui.status import status


def field(
    label: Text,
    control: rx.Component,
    *,
    html_for: Text = "",
    help_text: Text = "",
    error: Text = "",
    wide: bool = False,
) -> rx.Component:
    """Give `html_for` the control's id; then help and error carry the ids `<id>-help` and `<id>-error`."""
    return rx.el.div(
        rx.el.label(label, html_for=html_for)
        if not isinstance(html_for, str) or html_for
        else rx.el.span(label, class_name="lab"),
        control,
        _note(html_for, help_text, error),
        class_name=classes("field", "wide" if wide else ""),
    )


def _note(identifier: Text, help_text: Text, error: Text) -> rx.Component:
    hint: Child = rx.fragment()
    if not isinstance(help_text, str) or help_text:
        hint = rx.el.span(help_text, class_name="hint", id=f"{identifier}-help")
    if isinstance(error, str) and not error:
        return hint
    words = rx.el.span(status("fail", error), class_name="err", id=f"{identifier}-error", role="alert")
    return rx.cond(error, words, hint)
