"""The types that every piece takes: a value known now, or one that the browser fills in."""

from __future__ import annotations

from typing import Any

import reflex as rx

Text = str | rx.Var[Any]
Number = float | rx.Var[Any]
Flag = bool | rx.Var[Any]
Child = str | rx.Var[Any] | rx.Component
# A handler, a handler with arguments, a browser action, a list of these, or nothing.
Handler = Any


def classes(*names: Text | None) -> Text:
    """Join class names; a Var among them is joined in the browser."""
    kept = [name for name in names if name is not None and not (isinstance(name, str) and not name)]
    if all(isinstance(name, str) for name in kept):
        return " ".join(str(name) for name in kept)
    joined: Any = rx.Var.create("")
    for name in kept:
        joined = joined + name + " "
    return joined


def when(flag: Flag, name: str, otherwise: str = "") -> Text:
    """Return a class name that stands only while the flag does."""
    if isinstance(flag, bool):
        return name if flag else otherwise
    return rx.cond(flag, name, otherwise)
