"""An event in full."""

from __future__ import annotations

import reflex as rx

from console.components.ui import SAFE, button, code, dialog
from console.state.audit import AuditState


def detail() -> rx.Component:
    shown = AuditState.detail
    facts = rx.el.dl(
        rx.foreach(shown.facts, lambda one: rx.fragment(rx.el.dt(one.label), rx.el.dd(one.value, dir="auto"))),
        class_name="facts",
    )
    changed = rx.cond(
        shown.changes.length() > 0,
        code(shown.changes, label="What changed"),
        rx.el.p("No values changed.", class_name="t12 t2"),
    )
    return dialog(
        shown.title,
        facts,
        changed,
        identifier="audit-event",
        opened=shown.id != "",
        on_close=AuditState.close,
        class_name="wide",
        foot=[button("Close", AuditState.close, custom_attrs=SAFE)],
    )
