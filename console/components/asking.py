"""A question about one row of a list."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui import Child, Handler, Text, confirm
from console.state.asking import Asking


def question(
    state: type[Asking], about: str, words: Text, *body: Child, keep: str, act: str, on_act: Handler, **typing: Any
) -> rx.Component:
    """Draw the question that `state` asks as `about`; its handler `keep` leaves everything as it is."""
    asker: Any = state
    return confirm(
        words,
        *body,
        identifier=f"ask-{about}",
        opened=asker.asking == about,
        keep=keep,
        act=act,
        on_keep=asker.keep,
        on_act=on_act,
        **typing,
    )
