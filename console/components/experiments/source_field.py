"""CodeMirror as an entry of a form. Source: assets/prompt_editor/source.jsx."""

from __future__ import annotations

import reflex as rx
from reflex_base.components.component import field

from console.components.prompts.editor import PARTS


class SourceField(rx.NoSSRComponent):
    """The form sends what stands in it under `name`; `seed` is what it begins with."""

    library = "$/public/prompt_editor/source.jsx"
    tag = "SourceField"
    lib_dependencies: list[str] = field(default_factory=lambda: [*PARTS])

    label: rx.Var[str]
    name: rx.Var[str]
    seed: rx.Var[str]
