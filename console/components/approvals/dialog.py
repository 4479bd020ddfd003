"""Ask once more before a decision: nobody takes it back."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui import SAFE, button, dialog, field, refusal, text_area
from console.components.ui.word_diff import compared_lines
from console.state.approval_decide import ApprovalDecideState as Decide

FORM = "decide-form"
TYPED_MS = 200


def decide_dialog() -> rx.Component:
    """Draw it once on a page; `Decide.open` opens it."""
    act: Any = rx.match(Decide.choice, ("refuse", "Refuse"), ("change", "Change and approve"), "Approve")
    title: Any = rx.match(Decide.choice, ("refuse", "Refuse this?"), ("change", "Change and approve?"), "Approve this?")
    refuses = Decide.choice == "refuse"
    return dialog(
        title,
        rx.el.p(Decide.question, class_name="b", dir="auto"),
        _form(),
        identifier="decide",
        opened=Decide.choice != "",
        on_close=Decide.close,
        foot=[
            button("Not yet", Decide.close),
            rx.cond(
                refuses,
                button(act, kind="danger solid", type="submit", form=FORM),
                # Where nothing has to be typed first, Enter says it.
                rx.cond(
                    Decide.choice == "approve",
                    button(act, kind="primary", type="submit", form=FORM, custom_attrs=SAFE),
                    button(act, kind="primary", type="submit", form=FORM),
                ),
            ),
        ],
    )


def _form() -> rx.Component:
    edited = rx.fragment(
        field(
            rx.cond(Decide.is_json, "Value, as JSON", "Value"),
            text_area(
                id="decide-value",
                name="value",
                default_value=Decide.value,
                on_change=Decide.compare.debounce(TYPED_MS),
                rows="8",
                mono=True,
                dir="auto",
                custom_attrs={**SAFE},
            ),
            html_for="decide-value",
            error=Decide.errors["value"],
        ),
        rx.cond(
            Decide.changes.length() > 0,
            rx.el.div(compared_lines(Decide.changes, "What you changed"), class_name="ap-diff"),
            rx.fragment(),
        ),
    )
    shown = rx.el.p(Decide.value, class_name="asis ap-value", dir="auto")
    return rx.el.form(
        refusal(Decide.errors),
        rx.match(Decide.choice, ("change", edited), ("approve", shown), rx.fragment()),
        rx.cond(Decide.choice == "refuse", _reason("Reason for refusing", safe=True), _reason("Note for the record")),
        id=FORM,
        on_submit=Decide.send,
        class_name="form",
        key=Decide.choice + Decide.question,
    )


def _reason(label: str, *, safe: bool = False) -> rx.Component:
    told = "The run and its trace carry it." if safe else "Optional. The run and its trace carry it."
    entry = text_area(
        id="decide-comment",
        name="comment",
        rows="2",
        max_length=2000,
        dir="auto",
        custom_attrs={**SAFE} if safe else {},
    )
    return field(label, entry, html_for="decide-comment", help_text=told, error=Decide.errors["comment"])
