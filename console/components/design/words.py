"""Code with its differences, a menu and a tooltip."""

from __future__ import annotations

import reflex as rx

from console.components.design.section import section
from console.components.ui import TRIGGER, button, diff_view, icon, keys, menu, menu_item, menu_line

BEFORE = "Give the period and the last day.\nCustomer: {{ customer.first_name }}\n# at most 120 words"
AFTER = "Give the period, the first day and the last day.\nCustomer: {{ customer.first_name }}\n# at most 120 words"


def differences() -> rx.Component:
    return section("Code and differences", diff_view(BEFORE, AFTER))


def menus() -> rx.Component:
    opened = rx.el.div(
        rx.el.button(icon("play", small=True), "Run again", keys("R"), role="menuitem", class_name="on"),
        rx.el.button(icon("copy", small=True), "Copy run id", keys("C"), role="menuitem"),
        rx.el.button(icon("square-pen", small=True), "Edit draft", role="menuitem", disabled=True),
        menu_line(),
        rx.el.button(icon("trash-2", small=True), "Delete run", role="menuitem", class_name="danger"),
        role="menu",
        aria_label="Run",
        class_name="menu",
    )
    closed = menu(
        button("Open a menu", icon="ellipsis", custom_attrs=TRIGGER),
        menu_item("Run again", icon="play", key="R"),
        menu_item("Copy run id", icon="copy", key="C"),
        menu_line(),
        menu_item("Delete run", icon="trash-2", danger=True),
        label="Run",
    )
    aside = rx.el.div(
        rx.el.span("Fit to view ", keys("F"), class_name="tip", role="tooltip"),
        rx.el.span(
            "A tooltip names an icon and its key. It never holds the only copy of a fact. Opens after 400 ms.",
            class_name="hint",
        ),
        closed,
        class_name="stack start",
    )
    return section("Menu and tooltip", rx.el.div(opened, aside, class_name="f2"))
