"""Port types as colour and shape: filled when data flows or may flow, hollow when free or not reached."""

from __future__ import annotations

import reflex as rx

PORT_SHAPES: dict[str, str] = {
    "text": "M1.4 5a3.6 3.6 0 1 0 7.2 0a3.6 3.6 0 1 0-7.2 0z",
    "message": "M1.2 1.2h7.6v5.6H5L2.6 9V6.8H1.2z",
    "documents": "M5 .6 9.4 5 5 9.4.6 5z",
    "object": "M1.4 1.4h7.2v7.2H1.4z",
    "number": "M5 .9 9.4 9H.6z",
    "boolean": "M1 6.6a4 4 0 0 1 8 0z",
    "file": "M2 .8h4.2L8.4 3v6.2H2z",
    "tool": "M5 .7 8.8 2.9v4.3L5 9.4 1.2 7.2V2.9z",
    "any": "M3 .6h4V3h2.4v4H7v2.4H3V7H.6V3H3z",
}


def port(port_type: str, *, joined: bool = True, class_name: str = "") -> rx.Component:
    """Draw a port of one of PORT_SHAPES."""
    colour = f"var(--port-{port_type})"
    fill, stroke = (colour, "var(--bg-panel)") if joined else ("var(--bg-panel)", colour)
    return rx.el.svg(
        rx.el.svg.path(d=PORT_SHAPES[port_type], fill=fill, stroke=stroke, stroke_width="1.4"),
        view_box="-1 -1 12 12",
        class_name=f"port {class_name}".strip(),
        custom_attrs={"aria-hidden": "true"},
    )
