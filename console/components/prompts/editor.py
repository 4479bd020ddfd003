"""CodeMirror, wrapped. Sources: assets/prompt_editor/. The browser owns the open text; `seed` is read by `revision`."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.components.component import field

# One version of each: two of the state's package would not know each other's editors.
PARTS = (
    "@codemirror/state@6.7.6",
    "@codemirror/view@6.43.15",
    "@codemirror/commands@6.11.1",
    "@codemirror/autocomplete@6.20.4",
)


class PromptEditor(rx.NoSSRComponent):
    """`line` is the wrong one, 0 for none; `price` is dollars per million tokens of input."""

    library = "$/public/prompt_editor/index.jsx"
    tag = "PromptEditor"
    lib_dependencies: list[str] = field(default_factory=lambda: [*PARTS])

    seed: rx.Var[dict[str, Any]]
    revision: rx.Var[int]
    slugs: rx.Var[list[str]]
    line: rx.Var[int]
    price: rx.Var[float]
    read_only: rx.Var[bool]
    on_edit: rx.EventHandler[rx.event.passthrough_event_spec(dict[str, Any])]


class PlayKeys(rx.Component):
    """Ctrl Enter anywhere on the page: what typing left waiting goes out, then the playground runs."""

    library = "$/public/prompt_editor/keys.jsx"
    tag = "PlayKeys"

    on_run: rx.EventHandler[rx.event.no_args_event_spec]
