"""The dialogs of labels and details."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.prompts.types import PRODUCTION
from console.components.gate_words import gate_words
from console.components.second_person import nobody_else
from console.components.ui import (
    SAFE,
    button,
    dialog,
    field,
    status,
    tag,
    text_area,
    text_input,
)
from console.state.prompt import PromptState as Prompt
from console.state.prompt_labels import PromptLabelsState as Labels

PEOPLE_GET = "Who asks for this prompt and names no version gets the one in production. "
PROTECT: Any = rx.cond(Labels.protected.contains(PRODUCTION), "Stop protecting ", "Protect ").to(str) + PRODUCTION
POINT, REFUSE, DETAILS = "point-form", "refuse-form", "details-form"


def dialogs() -> rx.Component:
    return rx.fragment(_pointing(), _refusing(), _protecting(), _history(), _details())


def _error(name: str) -> Any:
    return rx.cond(Labels.errors.contains(name), Labels.errors[name], "")


def _wrong() -> rx.Component:
    return rx.cond(_error(""), rx.el.p(status("fail", _error("")), role="alert"), rx.fragment())


def _pointing() -> rx.Component:
    version = rx.Var.create("v") + Labels.target.to_string()
    protected = Labels.protected.contains(Labels.pointing)
    name = text_input(id="label-name", name="label", mono=True, required=True, placeholder="pilot")
    stands = rx.fragment(Labels.pointing, " is ", Labels.stands, " now. ")
    comment = text_input(id="label-comment", name="comment", max_length=2000)
    made = rx.cond(Labels.pointing, rx.Var.create("Make ") + version + " " + Labels.pointing, "Set label")
    make = rx.cond(protected, "Ask for approval", made)
    waits = "It is protected: somebody who neither asked for the change nor wrote the version has to approve it."
    return dialog(
        rx.cond(Labels.pointing, rx.Var.create("Make ") + version + " " + Labels.pointing + "?", "A label of your own"),
        rx.el.p(
            rx.cond(Labels.pointing == PRODUCTION, PEOPLE_GET, ""),
            rx.cond(Labels.stands, stands, rx.fragment()),
            rx.cond(Prompt.used, Prompt.used + ". ", ""),
            rx.cond(protected, waits, ""),
        ),
        nobody_else(protected & Labels.is_alone, Labels.may_invite),
        gate_words(Labels.gate, _error("")),
        rx.cond(Labels.weak, rx.el.p(status("warn", Labels.weak)), rx.fragment()),
        rx.el.form(
            rx.cond(
                Labels.pointing,
                rx.fragment(),
                field(
                    "Name",
                    name,
                    html_for="label-name",
                    help_text="Lowercase letters, digits, - and _.",
                    error=_error("label"),
                ),
            ),
            field("Why, optional", comment, html_for="label-comment", error=_error("comment")),
            id=POINT,
            on_submit=Labels.point,
            class_name="formcol",
        ),
        identifier="point",
        opened=Labels.opened == "point",
        on_close=Labels.show(""),
        foot=[
            button(rx.cond(Labels.stands, rx.Var.create("Keep ") + Labels.stands, "Cancel"), Labels.show("")),
            rx.cond(
                (Labels.gate.mark == "fail") | (Labels.weak != ""),
                button(make, type="submit", form=POINT),
                button(make, kind="primary", type="submit", form=POINT),
            ),
        ],
    )


def _refusing() -> rx.Component:
    reason = text_area(id="refuse-reason", name="reason", required=True, rows="3")
    return dialog(
        "Refuse this change?",
        rx.el.form(
            field("Reason", reason, html_for="refuse-reason", error=_error("reason")),
            id=REFUSE,
            on_submit=Labels.refuse,
            class_name="formcol",
        ),
        identifier="refuse",
        opened=Labels.opened == "refuse",
        on_close=Labels.show(""),
        foot=[button("Keep it waiting", Labels.show("")), button("Refuse", kind="danger", type="submit", form=REFUSE)],
    )


def _protecting() -> rx.Component:
    """Say what protection does, and for whom, before it is switched."""
    guarded = Labels.protected.contains(Labels.pointing)
    act = rx.cond(guarded, "Stop protecting ", "Protect ").to(str) + Labels.pointing
    now = rx.cond(
        guarded,
        "It is protected. Without that, whoever may edit prompts moves it at once.",
        "Whoever may edit prompts moves it at once. Protected, each change waits for somebody who neither asked for "
        "it nor wrote the version.",
    )
    return dialog(
        act + "?",
        rx.el.p(now, " ", rx.el.b("This holds for every prompt of the project.", class_name="b")),
        nobody_else(~guarded & Labels.is_alone, Labels.may_invite),
        rx.el.p("A way back to a version that has stood there before stays open at once.", class_name="t2"),
        identifier="protect",
        opened=Labels.opened == "protect",
        on_close=Labels.show(""),
        foot=[
            button(rx.cond(guarded, "Keep it protected", "Leave it open"), Labels.show(""), custom_attrs=SAFE),
            button(act, Labels.protect(Labels.pointing, ~guarded), kind="primary"),
        ],
    )


def _history() -> rx.Component:
    return dialog(
        "Labels and their history",
        rx.cond(
            Labels.may_manage,
            rx.el.p(
                "A protected label moves only with a second person, in every prompt of the project.", class_name="t2"
            ),
            rx.fragment(),
        ),
        rx.el.ul(rx.foreach(Labels.labels, _held), class_name="lbls flat"),
        rx.el.ol(rx.foreach(Labels.moves, _move), class_name="mvs"),
        identifier="history",
        opened=Labels.opened == "history",
        on_close=Labels.show(""),
        foot=[button("Close", Labels.show(""))],
    )


def _held(one: Any) -> rx.Component:
    act = rx.cond(one.protected, "Stop protecting ", "Protect ").to(str) + one.name
    guard = button(act, Labels.ask_protect(one.name), size="sm", icon="shield-check")
    off = button(rx.Var.create("Take ") + one.name + " off", Labels.remove(one.name), size="sm", disabled=one.protected)
    return rx.el.li(
        rx.el.span(rx.el.b(one.name, class_name="b"), " ", one.version, class_name="row tight"),
        rx.el.span(
            rx.cond(Labels.may_manage, guard, rx.cond(one.protected, tag("protected"), rx.fragment())),
            rx.cond(Labels.may_edit, off, rx.fragment()),
            class_name="row",
        ),
        key=one.name,
    )


def _move(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(one.words, class_name="b"),
        rx.el.span(one.comment, class_name="t12 lines", dir="auto"),
        rx.cond(one.evidence, rx.el.a("Open the experiment", href=one.evidence, class_name="t12"), rx.fragment()),
        rx.el.span(one.by, ", ", one.when, class_name="t12 t2", title=one.exact),
    )


def _details() -> rx.Component:
    def entry(name: str, **more: Any) -> rx.Component:
        return text_input(id=f"d-{name}", name=name, default_value=Labels.details[name], **more)

    description = text_area(
        id="d-description", name="description", default_value=Labels.details["description"], rows="3"
    )
    of_agent = field(
        "Agent",
        rx.el.span(
            rx.el.span(Labels.details["agent"], class_name="mono"),
            rx.el.label(
                rx.el.input(type="checkbox", name="active", default_checked=Labels.details["active"] == "yes"),
                "Active: the others of this agent become inactive",
                class_name="choice",
            ),
            class_name="formcol",
        ),
    )
    return dialog(
        "Name, folder and tags",
        _wrong(),
        rx.el.form(
            field("Name", entry("name", required=True), html_for="d-name", error=_error("name")),
            field("Folder", entry("folder"), html_for="d-folder", error=_error("folder")),
            field("Tags", entry("tags"), html_for="d-tags", help_text="Separated by commas.", error=_error("tags")),
            field("Description", description, html_for="d-description", error=_error("description")),
            rx.cond(Labels.details["agent"], of_agent, rx.fragment()),
            id=DETAILS,
            on_submit=Labels.change,
            class_name="formcol",
        ),
        identifier="details",
        opened=Labels.opened == "details",
        on_close=Labels.show(""),
        foot=[button("Cancel", Labels.show("")), button("Save", kind="primary", type="submit", form=DETAILS)],
    )
