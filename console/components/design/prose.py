"""Markdown as a model writes it, with what must stay text; try your own beside it."""

from __future__ import annotations

import reflex as rx

from console.components.design.section import section
from console.components.ui import field, markdown_view, text_area
from console.state.design import DesignState

TYPING_MS = 150


def prose() -> rx.Component:
    cites = [{"href": "#main", "title": "Returns and refunds policy"}]
    source = text_area(
        id="prose-source",
        mono=True,
        rows="6",
        default_value=DesignState.prose,
        on_change=DesignState.write_prose.debounce(TYPING_MS),
    )
    return section(
        "Markdown", markdown_view(DesignState.prose, cites=cites), field("Source", source, html_for="prose-source")
    )
