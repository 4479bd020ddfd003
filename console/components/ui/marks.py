"""Small marks: tags, plates, cites and people."""

from __future__ import annotations

from typing import Any, Literal

import reflex as rx

from console.components.ui.kinds import Child, Flag, Text, classes, when


def tag(text: Child, *, accent: Flag = False, **props: Any) -> rx.Component:
    return rx.el.span(text, class_name=classes("tag", when(accent, "acc")), **props)


def plate(number: Child, state: Literal["", "live", "bad", "wt", "off"] | rx.Var[Any] = "") -> rx.Component:
    """Draw a node's number: dark done or draft, live running, bad failed, wt waiting, off not reached."""
    return rx.el.span(number, class_name=classes("plate", state))


def cite(number: Child, href: Text = "", label: Text = "") -> rx.Component:
    """Draw the number of a passage; with an address it opens the passage."""
    if isinstance(href, str) and not href:
        return rx.el.span(number, class_name="cite")
    return rx.el.a(number, href=href, class_name="cite", aria_label=label)


def cite_astray(number: Child) -> rx.Component:
    """Draw a number that an answer names as a source and that none of its passages has."""
    return rx.el.span(number, class_name="cite astray", title="No passage stands behind this number")


def avatar(initials: Text, name: Text, *, machine: bool = False) -> rx.Component:
    """Draw a person; a square one is a machine."""
    return rx.el.span(initials, class_name=classes("avatar", "machine" if machine else ""), role="img", aria_label=name)
