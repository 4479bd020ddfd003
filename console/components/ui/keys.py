"""Key caps."""

from __future__ import annotations

import reflex as rx

from console.components.ui.kinds import Text


def keys(text: Text) -> rx.Component:
    """Draw one cap: "Ctrl K", "Esc", "?"."""
    return rx.el.kbd(text)
