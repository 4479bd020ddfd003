"""A table of a list: rows of 32 px, sort by the head, selection in the first column, all of it by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import reflex as rx

from console.components.ui.button import button
from console.components.ui.kinds import Flag, Handler, Text, classes, when
from console.components.ui.parts import ListKeys


@dataclass(frozen=True)
class Column:
    """A head: its word, the key to sort by (empty: not sortable), numbers at the right, a fixed width."""

    title: str
    sort: str = ""
    number: bool = False
    width: str = ""
    narrow: bool = True  # False: not drawn below 640 px


def data_table(
    label: Text,
    columns: Sequence[Column],
    rows: rx.Var[Any],
    draw_row: Callable[[Any], rx.Component],
    *,
    sort: Text = "",
    descending: Flag = False,
    on_sort: Callable[[str], Any] | None = None,
    class_name: Text = "",
) -> rx.Component:
    """Draw the head and one `draw_row` for each row. `draw_row` returns a `table_row`, memoised where rows are many."""
    heads = [_head(column, sort, descending, on_sort) for column in columns]
    return ListKeys.create(
        rx.el.table(
            rx.el.caption(label, class_name="sr"),
            rx.el.thead(rx.el.tr(*heads)),
            rx.el.tbody(rx.foreach(rows, draw_row)),
            class_name=class_name,
        ),
        class_name="scroll",
    )


def table_row(*cells: rx.Component, selected: Flag = False, **props: Any) -> rx.Component:
    """Draw a row that takes the focus; arrows, J K, Enter, Space, R and Del act on it."""
    attrs = {"data-row": "true", **props.pop("custom_attrs", {})}
    return rx.el.tr(*cells, tab_index=0, aria_selected=when(selected, "true", "false"), custom_attrs=attrs, **props)


def cell(*children: Any, number: bool = False, name: bool = False, narrow: bool = True, **props: Any) -> rx.Component:
    """Draw a cell: numbers stand at the right, the name is 13 px and medium."""
    kind = classes("num" if number else "", "name" if name else "", "" if narrow else "hide-s")
    return rx.el.td(*children, class_name=kind, **props)


def more_button(has_more: Flag, on_more: Handler) -> rx.Component:
    """Offer the next page of a list that goes on."""
    return rx.cond(has_more, button("More", on_more, size="sm"), rx.fragment())


def table_foot(words: Text, *acts: rx.Component) -> rx.Component:
    """Say what the rows are: "Rows 1 to 8 of 1,284, newest first"."""
    return rx.el.div(rx.el.span(words), rx.el.span(*acts, class_name="r row tight"), class_name="tfoot")


def _head(column: Column, sort: Text, descending: Flag, on_sort: Callable[[str], Handler] | None) -> rx.Component:
    kind = classes("num" if column.number else "", "" if column.narrow else "hide-s")
    style = {"width": column.width} if column.width else {}
    if not column.title:
        return rx.el.th(rx.el.span("Select", class_name="sr"), class_name=kind, style=style)
    if not column.sort or on_sort is None:
        return rx.el.th(column.title, class_name=kind, style=style, scope="col")
    chosen = rx.Var.create(sort) == column.sort
    arrow = rx.cond(chosen, rx.cond(descending, " ↓", " ↑"), "")
    order = rx.cond(chosen, rx.cond(descending, "descending", "ascending"), "none")
    return rx.el.th(
        rx.el.button(column.title, arrow, type="button", class_name="sort", on_click=on_sort(column.sort)),
        class_name=kind,
        style=style,
        scope="col",
        custom_attrs={"aria-sort": order},
    )
