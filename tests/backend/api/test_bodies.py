"""Which JSON a route takes."""

from __future__ import annotations

import pytest
from fastapi import HTTPException

from backend.api.bodies import plain_json
from backend.plain_json import MAX_DEPTH


def nested(depth: int, opening: str = "[", closing: str = "]") -> bytes:
    return (opening * depth + ("1" if opening != "[" else "") + closing * depth).encode()


def test_what_is_nested_as_deep_as_may_be_is_read() -> None:
    assert plain_json(nested(MAX_DEPTH)) is not None
    assert plain_json(nested(MAX_DEPTH, '{"a": ', "}")) is not None
    assert plain_json(b'{"a": [1, {"b": "[[["}], "c": null}') == {"a": [1, {"b": "[[["}], "c": None}


@pytest.mark.parametrize(
    "body",
    [
        nested(MAX_DEPTH + 1),
        nested(400, '{"a": ', "}"),
        nested(100_000),
        b'{"parameters": {"json_schema": ' + nested(400, '{"not": ', "}") + b"}}",
    ],
    ids=["a level too many", "an object", "deeper than Python reads", "a schema"],
)
def test_what_is_nested_deeper_is_refused_in_words(body: bytes) -> None:
    with pytest.raises(HTTPException, match="nested deeper than 64 levels") as refused:
        plain_json(body)
    assert refused.value.status_code == 422
