"""The list of prompts beside its folders and tags."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui import (
    TRIGGER,
    Column,
    button,
    cell,
    data_table,
    empty_state,
    filter_input,
    icon_button,
    menu,
    menu_item,
    panel,
    status,
    table_foot,
    table_row,
    tag,
    when,
)
from console.state.prompts import PromptsState as Prompts

SEARCH_MS = 200
COLUMNS = (
    Column("Prompt"),
    Column("Kind", width="80px", narrow=False),
    Column("Folder", width="120px", narrow=False),
    Column("Labels"),
    Column("Tags", narrow=False),
    Column("Version", number=True),
    Column("Changed", number=True, narrow=False),
    Column("More", width="48px"),
)


def listing() -> rx.Component:
    none = rx.cond(
        Prompts.rows,
        rx.fragment(),
        empty_state("No prompt matches", "Change or clear the filters.", button("Show all", Prompts.loosen)),
    )
    search = filter_input(
        label="Search prompts", on_change=Prompts.search.debounce(SEARCH_MS), key=Prompts.cleared.to_string()
    )
    table = panel(
        rx.cond(Prompts.folder, Prompts.folder, "All prompts"),
        data_table("Prompts", COLUMNS, Prompts.rows, _row),
        none,
        table_foot(Prompts.shown),
        acts=search,
    )
    return rx.el.div(_facets(), table, class_name="plist")


def _facets() -> rx.Component:
    tags = rx.fragment(rx.el.h2("Tags"), _list("Tags", Prompts.tags, Prompts.tag, Prompts.choose_tag))
    return rx.el.nav(
        rx.el.h2("Folders"),
        _list("Folders", Prompts.folders, Prompts.folder, Prompts.choose_folder),
        rx.cond(Prompts.tags, tags, rx.fragment()),
        class_name="pfacets",
        aria_label="Folders and tags",
    )


def _list(label: str, facets: Any, chosen: Any, choose: Any) -> rx.Component:
    def one(facet: Any) -> rx.Component:
        pressed = when(chosen == facet.key, "true", "false")
        words = rx.el.span(facet.words, class_name="ell", dir="auto")
        count = rx.el.span(facet.count, class_name="r t2")
        return rx.el.li(
            rx.el.button(words, count, type="button", on_click=choose(facet.key), aria_pressed=pressed),
            key=facet.key,
        )

    return rx.el.ul(rx.foreach(facets, one), aria_label=label)


def _row(row: Any) -> rx.Component:
    name = rx.el.a(row.name, href=row.href, title=row.tip, dir="auto")
    return table_row(
        cell(rx.el.span(name, rx.cond(row.active, tag("active"), rx.fragment()), class_name="row tight"), name=True),
        cell(row.kind, narrow=False),
        cell(rx.el.span(row.folder, class_name="ell t2"), narrow=False),
        cell(_names(row.labels), rx.foreach(row.splits, _split)),
        cell(_names(row.tags), narrow=False),
        cell(row.latest, number=True),
        cell(rx.el.time(row.changed, title=row.exact), number=True, narrow=False),
        cell(rx.cond(Prompts.may_edit, _acts(row), rx.fragment())),
        key=row.id,
    )


def _names(names: Any) -> rx.Component:
    return rx.el.span(rx.foreach(names, lambda one: tag(one, key=one)), class_name="row tight wrap")


def _split(one: Any) -> rx.Component:
    """Lead to the live test that shares a label out."""
    return rx.el.p(status("run", rx.el.a(one.words, href=one.href, class_name="u")), class_name="psplit", key=one.words)


def _acts(row: Any) -> rx.Component:
    return menu(
        icon_button("ellipsis", rx.Var.create("More for ") + row.name, size="sm", custom_attrs=TRIGGER),
        menu_item("Delete", Prompts.delete(row.id), icon="trash-2", danger=True, custom_attrs={"data-delete": "true"}),
        label="More",
        align="right",
    )
