"""What a run of the draft is asked: drawn after the Input's fields as they are saved."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.flows.types import FlowDocument
from backend.plain_json import read_json
from console.state.flows_rows import AskedField, form_of

CHANGES_FORM = frozenset({"configure", "add_node", "remove_node"})


class FlowFormState(rx.State):
    """A small state of its own: it changes with the Input node alone."""

    fields: rx.Field[list[AskedField]] = rx.field(default_factory=list)
    chat: rx.Field[bool] = rx.field(default=True)
    message: rx.Field[str] = rx.field("")
    needed: rx.Field[bool] = rx.field(default=True)
    has_input: rx.Field[bool] = rx.field(default=False)

    def _read(self, document: FlowDocument) -> None:
        form = form_of(document)
        self.has_input = form is not None
        if form is not None:
            self.chat, self.message, self.fields = form.chat, form.message, form.fields
            self.needed = form.needed

    def _typed(self, form: dict[str, Any]) -> dict[str, Any]:
        """Read what was typed by the kind of each field; an empty one is left out, so that its default stands."""
        kinds = {one.name: one.kind for one in self.fields}
        if self.chat and self.message:
            kinds[self.message] = "text"
        read = {name: value_of(form.get(name), kind) for name, kind in kinds.items()}
        return {name: value for name, value in read.items() if value is not None}


def value_of(text: Any, kind: str) -> Any:
    """Return what was typed as its kind, None for nothing; what does not parse stays text and the server says why."""
    if kind == "boolean":
        return text in (True, "on", "true")
    if text in (None, ""):
        return None
    if kind == "text":
        return text
    try:
        return read_json(text)
    except ValueError:
        return text
