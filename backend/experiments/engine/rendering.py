"""What a variant asks of a row: the messages to a model, or the fields of a flow. The same pair gives it again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.experiments.evaluators.base import as_text
from backend.experiments.outside import Outside, Row
from backend.experiments.types import QUESTIONS, Pinned
from backend.operator import Operator
from backend.ports.language_model import Message
from backend.ports.templates import Templates
from backend.prompts.types import Content, ToolSpec, Values, VersionRef

HISTORY = "history"  # what the key of a row is called that holds what was said before its question


async def rendered(
    outside: Outside, operator: Operator, variant: Pinned, row: Row
) -> tuple[Sequence[Message], Sequence[ToolSpec]]:
    """Fill the holes. Raise DomainError where the row lacks a value: no hole ever reaches a model."""
    if variant.prompt_id:
        prompts, given = outside.prompts, Values(row.input, placeholders_in(row.input))
        if variant.composed is None:
            ref = VersionRef(version=variant.version)
            filled = await prompts.render(operator, variant.prompt_id, ref, given.variables, given.placeholders)
        else:
            whole = Content.model_validate(variant.composed)
            filled = await prompts.render_content(operator, whole, given, variant.prompt_id)
        return _with_question(filled.messages, filled.content, row, outside.templates), filled.content.tools
    values = known(row)
    messages = []
    if variant.system:
        messages.append(Message("system", await outside.templates.render(variant.system, values)))
    messages.append(Message("user", await outside.templates.render(variant.template, values)))
    return messages, ()


def _with_question(messages: Sequence[Message], content: Content, row: Row, templates: Templates) -> Sequence[Message]:
    """Let a person ask the row's question where a text prompt does not read it; else the text is the question."""
    if any(message.role == "user" for message in messages) or not messages:
        return messages
    if asked := question_of(row, read_by(content, templates)):
        return [*messages, Message("user", as_text(row.input[asked]))]
    return [Message("user", messages[-1].content)] if len(messages) == 1 else messages


def read_by(content: Content, templates: Templates) -> set[str]:
    return {one.name for template in content.templates for one in templates.variables(template)}


def question_of(row: Row, read: set[str]) -> str:
    """Return the field of a row that holds what a person says, empty where the prompt reads all such fields itself."""
    return next((name for name in QUESTIONS if name in row.input and name not in read), "")


def given_to(variant: Pinned, row: Row) -> dict[str, Any]:
    """Return what a flow is given of a row: its fields, and the row's question where one field has another name."""
    values = {name: row.input[name] for name in variant.fields if name in row.input}
    lacking = [name for name in variant.required if name not in values]
    left = [name for name in row.input if name not in values and name != HISTORY]
    asked = next((name for name in QUESTIONS if name in left), left[0] if len(left) == 1 else "")
    if len(lacking) == 1 and asked:
        values[lacking[0]] = row.input[asked]
    return values


def history_of(variant: Pinned, row: Row) -> tuple[dict[str, Any], ...]:
    """Return what was said before a row's question, unless the flow has a field of its own for it."""
    told = placeholders_in(row.input).get(HISTORY, []) if HISTORY not in variant.fields else []
    return tuple({"role": one["role"], "text": as_text(one.get("content", one.get("text", "")))} for one in told)


def known(row: Row) -> dict[str, Any]:
    """Return what an inline template may read: the keys of the input, and the input as a whole."""
    return {"input": row.input, **row.input}


def placeholders_in(values: dict[str, Any]) -> dict[str, Any]:
    """Return the lists of messages among the values, for a chat's placeholders."""
    return {
        name: value
        for name, value in values.items()
        if isinstance(value, list) and all(isinstance(one, dict) and "role" in one for one in value)
    }
