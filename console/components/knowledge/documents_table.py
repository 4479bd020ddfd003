"""The documents of a base: a row each, its stages, its state in words, what can be done with it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.knowledge.upload import ADD_DOCUMENTS
from console.components.ui import (
    button,
    cell,
    checkbox,
    empty_state,
    filter_input,
    icon_button,
    pager,
    phase_view,
    select,
    skeleton_rows,
    stages,
    status,
    table_row,
)
from console.components.ui.parts import ListKeys
from console.state.knowledge_base import KnowledgeBaseState as Base
from console.state.knowledge_documents import ANY
from console.state.knowledge_documents import KnowledgeDocumentsState as Documents
from console.state.knowledge_live import KnowledgeLiveState as Live
from console.state.knowledge_rows import STAGE_WORDS, DocumentLine

STATES = (
    (ANY, "Any state"),
    ("running", "Running"),
    ("queued", "Queued"),
    ("done", "Ready"),
    ("failed", "Failed"),
    ("cancelled", "Cancelled"),
)


def documents_panel() -> rx.Component:
    return rx.el.section(
        rx.el.header(
            rx.el.h2("Documents"),
            rx.cond(Documents.phase == "empty", rx.fragment(), _filters()),
            rx.el.span(_acts(), class_name="r row t12"),
        ),
        phase_view(
            Documents.phase,
            _table(),
            skeleton=skeleton_rows(14, 180, 60, 190, 80),
            empty=_empty(),
            problem=Documents.problem,
            on_retry=Documents.refresh,
            what="Documents",
        ),
        class_name="panel documents",
        aria_label="Documents",
    )


def _filters() -> rx.Component:
    return rx.el.span(
        filter_input(
            label="Filter by name",
            default_value=Documents.text,
            key=f"filter-{Documents.num_clears}",
            on_change=Documents.search.debounce(200),
            class_name="short",
        ),
        select(
            STATES,
            value=Documents.status,
            on_change=Documents.pick_status,
            aria_label="State",
            class_name="short hide-s",
        ),
        class_name="row grow",
    )


def _acts() -> rx.Component:
    """Draw the acts on a selection in the place where nothing else is."""
    chosen: Any = Documents.selected.length()
    return rx.cond(
        chosen > 0,
        rx.fragment(
            rx.el.span(f"{chosen} selected", class_name="t2 nw", role="status"),
            rx.cond(Base.may_edit, _on_several(), rx.fragment()),
        ),
        rx.fragment(),
    )


def _on_several() -> rx.Component:
    return rx.fragment(
        button("Retry", Documents.retry_selected, size="sm"),
        button("Delete", Documents.delete_selected, kind="danger", size="sm"),
    )


def _table() -> rx.Component:
    everything = checkbox(
        "Select all rows of this page", Documents.selected.length() > 0, Documents.toggle_all, bare=True
    )
    heads = rx.el.tr(
        rx.el.th(rx.cond(Base.may_edit, everything, rx.fragment()), class_name="pick"),
        rx.el.th("Document", scope="col"),
        rx.el.th("Kind", scope="col", class_name="hide-s c-kind"),
        rx.el.th("Size", scope="col", class_name="num hide-s c-size"),
        rx.el.th(
            rx.el.span(*(rx.el.span(word) for word in STAGE_WORDS.values()), class_name="stage-heads"),
            scope="col",
            class_name="hide-m c-stages",
        ),
        rx.el.th("State", scope="col", class_name="c-state"),
        rx.el.th("Passages", scope="col", class_name="num c-size"),
        rx.el.th("Changed", scope="col", class_name="num hide-s c-when"),
        rx.el.th(rx.el.span("Actions", class_name="sr"), class_name="hide-s acts"),
    )
    return rx.fragment(
        ListKeys.create(
            rx.el.table(
                rx.el.caption("Documents", class_name="sr"),
                rx.el.thead(heads),
                rx.el.tbody(rx.foreach(Documents.rows, lambda row: document_row(row=row, key=row.id))),
            ),
            class_name="scroll",
        ),
        rx.cond(Documents.rows.length() == 0, _no_match(), rx.fragment()),
        pager(
            Documents.foot,
            on_previous=Documents.previous_page,
            on_next=Documents.next_page,
            has_previous=Documents.has_previous,
            has_next=Documents.has_next,
        ),
    )


@rx.memo
def document_row(row: rx.Var[DocumentLine], rest: rx.RestProp) -> rx.Component:
    one: Any = row
    more: Any = rest
    chosen = Documents.selected.contains(one["id"])
    # A row that was read as finished is finished, whatever was last heard of its work.
    live: Any = one["progress"]["in_work"] & Live.lines.contains(one["id"])
    progress: Any = rx.cond(live, Live.lines[one["id"]], one["progress"])
    pick = checkbox("Select " + one["name"], chosen, Documents.toggle(one["id"]), bare=True)
    return table_row(
        rx.el.td(rx.cond(Base.may_edit, pick, rx.fragment()), class_name="pick"),
        cell(
            rx.el.a(one["name"], href=one["href"], title=one["name"]),
            rx.cond(one["note"], rx.el.span(" ", one["note"], class_name="t12 t2"), rx.fragment()),
            name=True,
        ),
        cell(one["kind"], narrow=False),
        cell(one["size"], number=True, narrow=False),
        rx.el.td(stages(progress.marks, progress.percent, progress.words), class_name="hide-m stage-cell"),
        cell(status(progress.state, rx.el.span(progress.words, class_name="ell"), title=one["reason"])),
        cell(progress.passages, number=True),
        rx.el.td(one["changed"], title=one["changed_exact"], class_name="num t2 hide-s"),
        rx.el.td(rx.cond(Base.may_edit, _row_acts(one, progress), rx.fragment()), class_name="hide-s acts"),
        more,
        selected=chosen,
    )


def _row_acts(row: Any, progress: Any) -> rx.Component:
    return rx.el.span(
        rx.cond(
            progress.in_work,
            icon_button("x", "Cancel", Documents.cancel(row["id"]), size="sm", custom_attrs={"data-cancel": "true"}),
            rx.cond(
                row["can_retry"],
                icon_button(
                    "rotate-cw",
                    "Retry",
                    Documents.retry(row["id"]),
                    size="sm",
                    key="R",
                    custom_attrs={"data-retry": "true"},
                ),
                rx.fragment(),
            ),
        ),
        icon_button(
            "trash-2", "Delete", Documents.delete(row["id"]), size="sm", key="Del", custom_attrs={"data-delete": "true"}
        ),
        class_name="row tight",
    )


def _no_match() -> rx.Component:
    return empty_state("No document matches", "Nothing matches the filter.", button("Show all", Documents.loosen))


def _empty() -> rx.Component:
    return empty_state(
        "No documents yet",
        "Flows find nothing here until you add some. Drop PDF, DOCX, Markdown, HTML, CSV or text files anywhere on "
        "this page, up to 50 MB each.",
        rx.cond(
            Base.may_edit,
            button("Add documents", icon="plus", custom_attrs=ADD_DOCUMENTS),
            "Editors and above can add documents.",
        ),
    )
