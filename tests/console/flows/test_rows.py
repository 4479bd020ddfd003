"""How a run is asked for follows from the saved draft; what was typed becomes values."""

from __future__ import annotations

from typing import Any

import pytest

from backend.flows.types import FlowDocument, Problem, Severity
from console.state.flow_templates import TEMPLATES
from console.state.flows_form import value_of
from console.state.flows_rows import asked, blocking, form_of


def drawn(config: dict[str, Any]) -> FlowDocument:
    return FlowDocument.model_validate({"nodes": [{"id": "input", "kind": "input", "config": config}]})


def test_a_chat_takes_its_first_text_field_as_the_message():
    fields = [{"name": "order", "type": "number"}, {"name": "question", "type": "text"}]
    form = form_of(drawn({"mode": "chat", "fields": fields}))
    assert form is not None
    assert (form.chat, form.message, [one.name for one in form.fields]) == (True, "question", ["order"])


def test_a_form_asks_for_every_field():
    form = form_of(
        drawn({"mode": "form", "fields": [{"name": "a", "default": 3, "type": "number", "required": False}]})
    )
    assert form is not None
    assert [(one.name, one.default, one.required) for one in form.fields] == [("a", "3", False)]


def test_a_flow_without_an_input_has_no_form():
    assert form_of(FlowDocument()) is None


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("7", "number", 7),
        ("7", "text", "7"),
        ("", "text", None),
        ("seven", "number", "seven"),
        ("on", "boolean", True),
        (None, "boolean", False),
        ('{"a": 1}', "object", {"a": 1}),
    ],
)
def test_what_was_typed_is_read_by_the_kind_of_its_field(text: Any, kind: str, value: Any):
    assert value_of(text, kind) == value


def test_only_errors_block():
    warning, error = Problem(Severity.WARNING, "Look."), Problem(Severity.ERROR, "Stop.")
    assert blocking([warning], "publishing") == ""
    assert blocking([warning, error], "publishing") == "1 problem blocks publishing"
    assert blocking([error, error], "running") == "2 problems block running"


def test_an_input_is_one_line():
    assert asked({"question": "Where is\nmy order?", "empty": "", "number": 3}) == "Where is my order? · 3"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: one.key)
def test_every_template_hangs_together(template):
    names = {node.id for node in template.document.nodes}
    assert {edge.source for edge in template.document.edges} | {
        edge.target for edge in template.document.edges
    } <= names
    assert {node.kind for node in template.document.nodes} >= {"input", "output"}
