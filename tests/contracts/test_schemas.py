"""Schemas that people write: told in words, never a way to the outside or to a standstill."""

from __future__ import annotations

import time
from typing import Any

import pytest

from backend.engines.schemas.rust import RustSchemas
from backend.errors import InvalidInput
from backend.ports.schemas import Schemas

ANSWER = {
    "type": "object",
    "properties": {
        "days": {"type": ["number", "null"]},
        "lang": {"enum": ["en", "de"]},
        "cites": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["answer"],
    "additionalProperties": False,
}


@pytest.fixture
def schemas() -> Schemas:
    return RustSchemas()


@pytest.mark.parametrize(
    ("value", "path", "words"),
    [
        ({"answer": 1, "days": "30"}, "days", "A number or nothing is needed."),
        ({}, "", "“answer” is missing."),
        ({"answer": 1, "refund": 1}, "", "“refund” is not in the schema."),
        ({"answer": 1, "lang": "Deutsch"}, "lang", "It must be one of “en”, “de”."),
        ({"answer": 1, "cites": ["a", 2]}, "cites[1]", "Text is needed."),
        ("text", "", "An object is needed."),
    ],
)
def test_a_flaw_is_told_with_its_place(schemas: Schemas, value: Any, path: str, words: str) -> None:
    schema = {**ANSWER, "properties": {**ANSWER["properties"], "answer": {}}}  # type: ignore[dict-item]
    assert [(flaw.path, flaw.words) for flaw in schemas.checker(schema).flaws(value)] == [(path, words)]


def test_what_fits_has_no_flaw(schemas: Schemas) -> None:
    assert schemas.checker({"type": "object"}).flaws({"a": 1}) == ()
    assert schemas.checker({"$ref": "#/$defs/a", "$defs": {"a": {"type": "string"}}}).flaws("x") == ()


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "objct"},
        {"$ref": "http://127.0.0.1:9/schema"},
        {"$ref": "file:///etc/passwd"},
        {"$ref": "#/nowhere"},
        {"pattern": "("},
        {"pattern": "a{100000}{1000}"},
        {"$schema": "https://example.org/mine"},
    ],
)
def test_what_is_no_schema_is_refused_in_words(schemas: Schemas, schema: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        schemas.checker(schema)
    assert refusal.value.message.startswith("This is no JSON Schema: ")
    assert "passwd" not in refusal.value.message


def _ladder(steps: int) -> dict[str, Any]:
    """Return a schema of a few hundred characters that would be visited 2 ** steps times."""
    parts = {f"s{at}": {"anyOf": [{"$ref": f"#/$defs/s{at + 1}"}] * 2} for at in range(steps)}
    return {"$ref": "#/$defs/s0", "$defs": {**parts, f"s{steps}": {"type": "string"}}}


@pytest.mark.parametrize(
    "schema",
    [
        _ladder(40),
        {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"allOf": [{"$ref": "#/$defs/a"}] * 2}}},
        {"anyOf": [{"properties": {"x": {"$ref": "#"}}}, {"properties": {"x": {"$ref": "#"}}, "required": ["y"]}]},
    ],
)
def test_a_schema_that_could_stop_the_server_is_refused(schemas: Schemas, schema: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match="too intricate"):
        schemas.checker(schema)


def test_a_list_of_lists_may_name_itself(schemas: Schemas) -> None:
    tree = schemas.checker({"type": "object", "properties": {"under": {"type": "array", "items": {"$ref": "#"}}}})
    assert tree.flaws({"under": [{"under": []}]}) == ()
    assert [flaw.path for flaw in tree.flaws({"under": [{"under": [1]}]})] == ["under[0].under[0]"]


def test_a_pattern_that_backtracks_elsewhere_takes_no_time(schemas: Schemas) -> None:
    checker = schemas.checker({"type": "string", "pattern": "^(a+)+$"})
    started = time.perf_counter()
    assert checker.flaws("a" * 50_000 + "b")
    assert time.perf_counter() - started < 20  # an engine that backtracks takes years


def test_a_value_full_of_faults_is_told_by_a_few(schemas: Schemas) -> None:
    checker = schemas.checker({"items": {"type": "string"}})
    assert len(checker.flaws([1] * 1_000)) == 10
    # The engine makes all flaws before it tells the first: these took three seconds of everybody's.
    assert [flaw.path for flaw in checker.flaws([1] * 100_000)] == ["[0]"]
    assert checker.flaws(["a"] * 100_000) == ()


@pytest.mark.parametrize("size", [1, 20, 20_000])
def test_an_intricate_schema_holds_no_large_value_up(schemas: Schemas, size: int) -> None:
    """Twenty thousand values against a thousand ways each took an hour."""
    of_many = schemas.checker({"items": {"anyOf": [{"const": at} for at in range(1_000)]}})
    assert len(of_many.flaws([-1] * size)) == 1
    of_one = schemas.checker({"items": {"enum": list(range(12_000))}})
    assert len(of_one.flaws([-1] * size)) == 1
    assert of_one.flaws([11_999]) == ()


def test_many_fields_make_no_schema_intricate(schemas: Schemas) -> None:
    names = [f"field{at}" for at in range(200)]
    rows = schemas.checker({"items": {"type": "object", "properties": {name: {"type": "integer"} for name in names}}})
    assert rows.flaws([dict.fromkeys(names, 1)] * 100) == ()
    assert [flaw.path for flaw in rows.flaws([dict.fromkeys(names, 1)] * 100 + [{"field7": "x"}])] == ["[100].field7"]


def test_half_a_character_is_said(schemas: Schemas) -> None:
    assert [flaw.words for flaw in schemas.checker({"type": "string"}).flaws("\ud800")] == [
        "It holds half of a character."
    ]
