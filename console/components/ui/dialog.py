"""Ask only for what cannot be undone: the question as title, what goes, who is hit, buttons that say the act."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import reflex as rx

from console.components.ui.button import button
from console.components.ui.inputs import text_input
from console.components.ui.kinds import Child, Flag, Handler, Text, classes
from console.components.ui.parts import Modal


def dialog(
    title: Text, *body: Child, identifier: str, opened: Flag, on_close: Handler, foot: list[rx.Component], **props: Any
) -> rx.Component:
    """Draw a dialog over an inert page. `identifier` is unique on the page. Mark the safe button with SAFE."""
    return Modal.create(
        rx.el.h3(title, id=f"{identifier}-title"),
        rx.el.div(*body, class_name="in", id=f"{identifier}-body"),
        rx.el.footer(*foot),
        open=opened,
        on_close=on_close,
        labelled_by=f"{identifier}-title",
        described_by=f"{identifier}-body",
        class_name=classes("dialog", props.pop("class_name", "")),
        **props,
    )


# Read-only, because the framework writes aria-labels into the attributes that it is given.
SAFE = MappingProxyType({"data-safe": "true"})


def confirm(
    question: Text,
    *body: Child,
    identifier: str,
    opened: Flag,
    keep: str,
    act: Text,
    on_keep: Handler,
    on_act: Handler,
    busy: Flag = False,
    name: Text = "",
    typed: Text = "",
    on_typed: Handler = None,
) -> rx.Component:
    """Ask before what cannot be undone. With `name`, the act waits until `typed` equals it."""
    disabled: Flag = False
    ask: list[Child] = list(body)
    if on_typed is not None:
        disabled = rx.Var.create(typed) != name
        label = rx.el.label("Type ", rx.el.b(name, class_name="b"), " to confirm", html_for=f"{identifier}-name")
        entry = text_input(id=f"{identifier}-name", value=typed, on_change=on_typed)
        ask.append(rx.el.div(label, entry, class_name="field"))
    return dialog(
        question,
        *ask,
        identifier=identifier,
        opened=opened,
        on_close=on_keep,
        foot=[
            button(keep, on_keep, custom_attrs=SAFE),
            button(act, on_act, kind="danger solid", busy=busy, disabled=disabled),
        ],
    )
