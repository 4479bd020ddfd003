"""Texts with holes: `Hello {{ input.name }}`. Written by operators, filled with what anyone may have sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from backend.errors import InvalidInput


class TemplateFailed(InvalidInput):
    """The template is wrong, or too costly; `line` counts from 1, None where no line is to blame."""

    def __init__(self, message: str, *, line: int | None = None, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.line = line


VariableKind = Literal["text", "list", "object", "boolean"]


@dataclass(frozen=True, slots=True)
class TemplateVariable:
    """A value that a template reads. `keys` are the literal keys that it reads of it.

    `kind` follows from its use: a loop makes it a list, a key an object, nothing but conditions a boolean. It is
    not `required` where the template asks whether it is there, or has a default.
    """

    name: str
    kind: VariableKind
    keys: tuple[str, ...] = ()
    required: bool = True


class Templates(Protocol):
    """Values are JSON: dict, list, str, int, float, bool, None. A value is never read as a template."""

    async def render(self, source: str, values: Mapping[str, Any]) -> str:
        """Fill the holes. A list or dict is written as JSON, None as nothing. Raise TemplateFailed.

        A name that `values` lacks is an error, not an empty text.
        """
        ...

    async def evaluate(self, source: str, values: Mapping[str, Any]) -> Any:
        """Return the value itself where the source is one reference alone (`{{ a.b[0] }}`), else the rendered text."""
        ...

    def check(self, source: str) -> None:
        """Raise TemplateFailed where the source can never be rendered, whatever the values."""
        ...

    def references(self, source: str) -> frozenset[str]:
        """Return what the source reads of its values, as dotted names: `{{ a.b[0].c }}` reads "a.b".

        The first word is the value's name, the rest are the literal keys behind it. Raise TemplateFailed.
        """
        ...

    def variables(self, source: str) -> tuple[TemplateVariable, ...]:
        """Return what the source reads, by name, and how. Raise TemplateFailed."""
        ...

    async def close(self) -> None: ...
