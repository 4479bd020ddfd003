"""Markdown that a model or a document wrote: raw HTML stays text, pictures become links, nothing runs."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui.kinds import Text


class Markdown(rx.Component):
    """react-markdown without the highlighter and the formulas that rx.markdown brings along (100 KB)."""

    library = "$/public/ui/markdown.jsx"
    tag = "Markdown"
    # Reflex copies it for each instance.
    lib_dependencies: list[str] = ["react-markdown@10.1.0", "remark-gfm@4.0.1"]  # noqa: RUF012
    text: rx.Var[str]
    cites: rx.Var[list[dict[str, Any]]]


def markdown_view(text: Text, *, cites: Any = None, class_name: str = "md") -> rx.Component:
    """Draw `text`. `cites` are objects with `href` and `title`: then [1] in the text opens the first of them."""
    return Markdown.create(text=text, class_name=class_name, **({} if cites is None else {"cites": cites}))
