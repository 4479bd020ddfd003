"""Markdown as a model writes it, with what must stay text."""

from __future__ import annotations

import reflex as rx

from console.components.design.section import section
from console.components.ui import markdown_view

SAMPLE = """Returns are free **until 16 December** [1]. Then:

1. Open the order.
2. Choose *Return*, and one of `damaged` or `changed mind`.

| Item | Days |
| --- | --- |
| Sofa | 30 |
| Swatch | 14 |

Raw HTML stays text: <b onclick="alert(1)">bold</b>. [A link](https://example.com/policy) leads outside.
"""


def prose() -> rx.Component:
    cites = [{"href": "#main", "title": "Returns and refunds policy"}]
    return section("Markdown", markdown_view(SAMPLE, cites=cites))
