"""The knowledge bases of the project."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console import routes
from console.components.knowledge.base_form import base_form
from console.components.shell import body, page_head, shell
from console.components.ui import Column, button, cell, data_table, empty_state, phase_view, skeleton_rows, status
from console.components.ui.data_table import more_button, table_foot, table_row
from console.state.knowledge import KnowledgeState as Knowledge
from console.state.knowledge_form import KnowledgeFormState as Form
from console.state.knowledge_rows import BaseLine

COLUMNS = (
    Column("Knowledge base"),
    Column("Description", narrow=False),
    Column("State"),
    Column("Documents", number=True, narrow=False),
    Column("Passages", number=True),
    Column("Changed", number=True, narrow=False),
)


def knowledge() -> rx.Component:
    new = rx.cond(
        Knowledge.may_edit,
        button("New knowledge base", Form.open_new, kind="primary", icon="plus"),
        rx.fragment(),
    )
    return shell(
        routes.KNOWLEDGE,
        page_head("Knowledge", new, sub=Knowledge.total),
        body(
            rx.el.section(
                phase_view(
                    Knowledge.phase,
                    rx.fragment(
                        data_table(
                            "Knowledge bases", COLUMNS, Knowledge.rows, lambda row: base_row(row=row, key=row.id)
                        ),
                        table_foot(
                            rx.cond(Knowledge.has_more, Knowledge.total, Knowledge.total + ", newest first"),
                            more_button(Knowledge.has_more, Knowledge.more),
                        ),
                    ),
                    skeleton=skeleton_rows(160, 240, 60, 60),
                    empty=_empty(),
                    problem=Knowledge.problem,
                    on_retry=Knowledge.load,
                    what="Knowledge bases",
                ),
                class_name="panel",
                aria_label="Knowledge bases",
            ),
            base_form(),
        ),
    )


@rx.memo
def base_row(row: rx.Var[BaseLine], rest: rx.RestProp) -> rx.Component:
    one: Any = row
    more: Any = rest
    return table_row(
        cell(rx.el.a(one["name"], href=one["href"], title=one["name"], dir="auto"), name=True),
        cell(rx.el.span(one["description"], class_name="one-line t2"), narrow=False),
        cell(status(one["state"], one["words"])),
        cell(one["documents"], number=True, narrow=False),
        cell(one["passages"], number=True),
        rx.el.td(one["changed"], title=one["changed_exact"], class_name="num t2 hide-s"),
        more,
    )


def _empty() -> rx.Component:
    return empty_state(
        "No knowledge base yet",
        "A flow answers from your documents only when they stand in one. Make one, then drop files into it.",
        rx.cond(
            Knowledge.may_edit,
            button("New knowledge base", Form.open_new, icon="plus"),
            "Editors and above can create one.",
        ),
    )
