"""One document: outline, passages, and the one that is looked at."""

from __future__ import annotations

import reflex as rx

from console import routes
from console.components.knowledge.passages import outline_pane, passage_pane, text_pane
from console.components.shell import page_head, shell
from console.components.ui import button, empty_state, link_button, phase_view, skeleton_rows, status
from console.state.document import DocumentState as Document
from console.state.document_work import DocumentWorkState as Work


def document() -> rx.Component:
    return shell(
        routes.KNOWLEDGE,
        page_head(
            Document.name,
            _acts(),
            crumb=rx.fragment(
                rx.el.a("Knowledge", href=routes.KNOWLEDGE),
                " / ",
                rx.el.a(Document.base_name, href=Document.base_href),
                " /",
            ),
            state=status(Work.progress.state, Work.progress.words),
            sub=Document.facts,
        ),
        phase_view(
            Document.phase,
            rx.el.div(outline_pane(), text_pane(), passage_pane(), class_name="panes document"),
            skeleton=skeleton_rows(200, 420, 240, count=8),
            empty=_without_text(),
            problem=Document.problem,
            on_retry=Document.load,
            what="The document",
        ),
        slim=True,
        of=Document.address,
    )


def _acts() -> rx.Component:
    return rx.fragment(
        link_button("Download", Document.file_href, kind="quiet", icon="download", download=True, reload_document=True),
        rx.cond(Work.may_edit, _changes(), rx.fragment()),
    )


def _changes() -> rx.Component:
    return rx.fragment(
        rx.cond(Work.progress.in_work, button("Cancel", Work.cancel), rx.fragment()),
        rx.cond(Work.can_retry, button("Retry", Work.retry, icon="rotate-cw"), rx.fragment()),
        button("Delete", Work.delete, kind="danger"),
    )


def _without_text() -> rx.Component:
    """Say why there is no text: it failed, was stopped, or is still on its way."""
    return rx.cond(
        Work.progress.in_work,
        empty_state("The text is on its way", "It is shown as soon as the document is cut into passages."),
        empty_state(
            "There is no text", rx.cond(Work.reason, Work.reason, "The document was cancelled before it was read.")
        ),
    )
