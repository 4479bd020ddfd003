"""All of one person's: found by a part of their name, counted, taken out, removed."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui import SaveButton, Suggest, button, error_of, field, panel, text_input
from console.state.privacy import PrivacyState as Privacy

SEARCH_MS = 250
NARROW = {"maxWidth": "640px"}


def person() -> rx.Component:
    found = rx.el.div(
        rx.el.p(rx.el.b(Privacy.person, dir="auto"), ": ", rx.el.span(Privacy.going), role="status"),
        rx.cond(Privacy.staying, rx.el.p(Privacy.staying, dir="auto"), rx.fragment()),
        rx.el.div(
            SaveButton.create(
                path="/api/privacy/people/export",
                asked={"user": Privacy.person},
                project=Privacy.project,
                name="person.zip",
                label="Export",
            ),
            button("Remove all of it", Privacy.ask, kind="danger"),
            class_name="row",
        ),
        class_name="formcol",
    )
    unfound = rx.el.div(
        rx.el.p(Privacy.unfound, role="status"),
        rx.foreach(Privacy.meant, _meant),
        class_name="formcol",
    )
    form = rx.el.form(
        field(
            "Person",
            _field(),
            html_for="person",
            help_text="A part of a name, an e-mail address or an ID finds them; a masked one is found by the whole of "
            "it. Count first, then export it as a ZIP or remove it.",
            error=error_of(Privacy.errors, "user"),
        ),
        rx.el.div(button("Count their data", type="submit"), class_name="row"),
        rx.cond(Privacy.going, found, rx.fragment()),
        rx.cond(Privacy.unfound, unfound, rx.fragment()),
        key="person" + Privacy.version.to_string() + Privacy.chosen,
        class_name="formcol pad",
        style=NARROW,
        on_submit=Privacy.look,
    )
    return panel("One person's data", form)


def _field() -> rx.Component:
    people = rx.el.ul(
        rx.foreach(Privacy.people, _one), role="listbox", custom_attrs={"aria-label": "People this may mean"}
    )
    return Suggest.create(
        text_input(
            id="person",
            name="user",
            default_value=Privacy.person,
            on_change=[Privacy.typed, Privacy.find.debounce(SEARCH_MS)],
            role="combobox",
            custom_attrs={"aria-autocomplete": "list"},
        ),
        rx.cond(Privacy.people.length() > 0, people, rx.fragment()),
    )


def _meant(one: Any) -> rx.Component:
    """Draw one of several who may be meant: what they are counted by."""
    return rx.el.div(
        button(rx.el.span(one.id, dir="auto"), Privacy.pick(one.id), size="sm"),
        rx.cond(one.member != "", rx.el.span(one.member, class_name="t2", dir="auto"), rx.fragment()),
        rx.el.span(one.num, class_name="t2 nw"),
        key=one.id,
        class_name="row",
    )


def _one(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(one.id, dir="auto"),
        rx.cond(one.member != "", rx.el.span(one.member, class_name="t2", dir="auto"), rx.fragment()),
        rx.el.span(one.num, class_name="t2 r nw"),
        key=one.id,
        role="option",
        custom_attrs={"data-value": one.id},
    )
