"""One knowledge base: its documents, and a test of what is found in them."""

from __future__ import annotations

import reflex as rx

from console import routes
from console.components.knowledge.base_form import base_form
from console.components.knowledge.documents_table import documents_panel
from console.components.knowledge.search_test import search_panel
from console.components.knowledge.upload import ACCEPTED, ADD_DOCUMENTS, Upload
from console.components.shell import body, page_head, shell
from console.components.ui import (
    button,
    confirm,
    icon_button,
    menu,
    menu_item,
    phase_view,
    skeleton_rows,
    status,
)
from console.components.ui.menu import TRIGGER, menu_line
from console.state.knowledge_base import KnowledgeBaseState as Base
from console.state.knowledge_documents import KnowledgeDocumentsState as Documents
from console.state.knowledge_form import KnowledgeFormState as Form
from console.state.knowledge_live import KnowledgeLiveState as Live

ADDED = [Documents.refresh, Live.watch]


def knowledge_base() -> rx.Component:
    return shell(
        routes.KNOWLEDGE,
        page_head(
            Base.name,
            _tally(),
            rx.cond(
                Base.may_edit,
                rx.fragment(_more(), button("Add documents", kind="primary", icon="plus", custom_attrs=ADD_DOCUMENTS)),
                rx.el.span("Editors and above can add documents.", class_name="t12 t2"),
            ),
            crumb=rx.fragment(rx.el.a("Knowledge", href=routes.KNOWLEDGE), " /"),
            sub=Base.facts,
        ),
        phase_view(
            Base.phase,
            body(
                rx.cond(
                    Base.may_edit,
                    Upload.create(
                        url=Base.upload_url,
                        limit_bytes=Base.limit_bytes,
                        accept=ACCEPTED,
                        on_added=ADDED,
                        on_replace=Documents.replace,
                    ),
                    rx.fragment(),
                ),
                documents_panel(),
                rx.cond(Base.num_documents > 0, search_panel(), rx.fragment()),
            ),
            skeleton=body(skeleton_rows(14, 180, 60, 190, 80)),
            problem=Base.problem,
            on_retry=Base.load,
            what="The knowledge base",
        ),
        base_form(),
        _question(),
        of=Base.address,
    )


def _tally() -> rx.Component:
    words = rx.cond(Base.num_in_work == 1, "1 document in work", f"{Base.num_in_work} documents in work")
    return rx.el.span(
        rx.cond(Base.num_in_work > 0, status("run", words), rx.fragment()),
        rx.cond(Base.num_failed > 0, status("fail", f"{Base.num_failed} failed"), rx.fragment()),
        class_name="sts",
    )


def _more() -> rx.Component:
    return menu(
        icon_button("ellipsis", "More", kind="", custom_attrs=TRIGGER),
        menu_item("Edit name and passages", Form.open_edit(Base.base_id), icon="pencil"),
        menu_line(),
        menu_item("Delete this knowledge base", Base.ask_delete, icon="trash-2", danger=True),
        label="More",
        align="right",
    )


def _question() -> rx.Component:
    words = rx.cond(Base.num_documents == 1, "1 document", f"{Base.num_documents} documents")
    return confirm(
        f"Delete “{Base.name}”?",
        rx.el.p(words, " with all passages and files are deleted for good. Flows that search here will find nothing."),
        identifier="delete-base",
        opened=Base.deleting,
        keep="Keep it",
        act="Delete knowledge base",
        on_keep=Base.keep,
        on_act=Base.delete,
        name=Base.name,
        typed=Base.typed,
        on_typed=Base.type_name,
    )
