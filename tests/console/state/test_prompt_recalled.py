"""What the playground takes over: of a call that was made, and of what was typed."""

from __future__ import annotations

import pytest

from backend.errors import InvalidInput
from backend.prompts.types import Content
from console.state.prompt_play_rows import SAID, ValueLine, content_of, recalled, tried, value_lines, values_of
from console.state.prompt_rows import HoleLine


def test_what_the_node_said_beside_its_prompt_comes_along() -> None:
    config = {"temperature": 0.1, "max_tokens": 90, "json_schema": {"type": "object"}, "limit": 5}
    messages = [{"role": "system", "content": "Calm."}, {"role": "user", "content": "Why?"}]
    rag = {"managed_prompt": {"version": 3, "values": {"tone": "calm"}}, "messages": messages, "model": "lab:echo"}
    column, values = recalled(rag, config)
    assert (column.version, column.model, column.temperature, column.max_tokens) == ("3", "lab:echo", "0.1", "90")
    assert (column.response_schema, values[SAID]) == ('{"type": "object"}', "Why?")
    assert tried(Content(temperature=0.9), column).response_schema == {"type": "object"}
    bare, _ = recalled(rag, {"temperature": None, "json_schema": {}})
    assert (bare.temperature, bare.max_tokens, bare.response_schema) == ("", "", ""), "those of the version"
    made = content_of({"messages": messages}, config)
    assert (made.temperature, made.max_tokens, made.response_schema) == (0.1, 90, {"type": "object"})
    told = [{"role": "system", "content": 'Answer so:\n{"type": "object"}'}, messages[1]]
    assert content_of({"messages": told}, config).response_schema is None, "it was said in words, and is"


def test_values_are_read_by_their_kind() -> None:
    kinds = {"rows": "list", "user": "object", "polite": "yes or no", "history": "messages", "tone": "text"}
    lines = value_lines([[HoleLine(name, kind, required=True) for name, kind in kinds.items()]], any_text=False)
    typed = {"rows": "[1]", "user": '{"a": 1}', "polite": "yes", "history": "[]", "tone": "[calm]"}
    found = values_of(lines, typed)
    assert found.variables == {"rows": [1], "user": {"a": 1}, "polite": True, "tone": "[calm]"}
    assert found.placeholders == {"history": []}
    with pytest.raises(InvalidInput) as refusal:
        values_of(lines, {**typed, "rows": "one", "user": "[]"})
    assert set(refusal.value.fields) == {"rows", "user"}
    assert "tone" not in values_of(lines, {**typed, "tone": " "}).variables
    optional = ValueLine("tone", "text", required=False, example="", columns="")
    assert values_of([optional], {}).variables == {}
