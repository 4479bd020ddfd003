"""OTLP requests and answers in JSON: ids are hex, 64-bit numbers are texts, names are in camel case."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from backend.errors import InvalidInput

MAX_WORDS = 1_000
ERROR = (2, "STATUS_CODE_ERROR")
SIMPLE = {"stringValue": str, "boolValue": bool, "intValue": int, "doubleValue": float, "bytesValue": str}


def spans(body: bytes) -> Iterator[dict[str, Any]]:
    """Yield each span as the wire has it. Raise InvalidInput."""
    try:
        request = json.loads(body)
    except (ValueError, RecursionError):
        raise InvalidInput("The body is no JSON.") from None
    if not isinstance(request, dict):
        raise InvalidInput("The body is no ExportTraceServiceRequest.")
    for group in _objects(request, "resourceSpans"):
        resource = dict(_pairs(group.get("resource")))
        for scope in _objects(group, "scopeSpans"):
            for one in _objects(scope, "spans"):
                yield _span(one, resource)


def _span(one: dict[str, Any], resource: dict[str, Any]) -> dict[str, Any]:
    told = one.get("status")
    status: dict[str, Any] = told if isinstance(told, dict) else {}
    return {
        "trace_id": _hex(one.get("traceId")),
        "span_id": _hex(one.get("spanId")),
        "parent_id": _hex(one.get("parentSpanId")),
        "name": one.get("name"),
        "started": _integer(one.get("startTimeUnixNano")),
        "ended": _integer(one.get("endTimeUnixNano")),
        "attributes": _pairs(one),
        "events": ((event.get("name"), _pairs(event)) for event in _objects(one, "events")),
        "has_failed": status.get("code") in ERROR,
        "error": status.get("message"),
        "resource": resource,
    }


def _objects(told: dict[str, Any], name: str) -> Iterator[dict[str, Any]]:
    found = told.get(name)
    if found is not None and not isinstance(found, list):
        raise InvalidInput(f"{name} is a list.")
    for one in found or ():
        if not isinstance(one, dict):
            raise InvalidInput(f"{name} is a list of objects.")
        yield one


def _pairs(told: Any) -> Iterator[tuple[Any, Any]]:
    found = told.get("attributes") if isinstance(told, dict) else None
    for one in found if isinstance(found, list) else ():
        if isinstance(one, dict):
            yield one.get("key"), _value(one.get("value"))


def _value(told: Any, depth: int = 100) -> Any:
    if not isinstance(told, dict) or depth == 0:
        return None
    for name, kind in SIMPLE.items():
        if name in told:
            value = told[name]
            if name == "intValue":
                return _integer(value)
            return float(value) if kind is float and isinstance(value, int | str) else value
    if isinstance(held := told.get("arrayValue"), dict):
        values = held.get("values")
        return [_value(one, depth - 1) for one in values] if isinstance(values, list) else []
    if isinstance(held := told.get("kvlistValue"), dict):
        values = held.get("values")
        pairs = values if isinstance(values, list) else []
        return {str(one.get("key")): _value(one.get("value"), depth - 1) for one in pairs if isinstance(one, dict)}
    return None


def _integer(value: Any) -> int:
    """Read a number that may be written as text; one that is none is 0, which no moment is."""
    if isinstance(value, str) and len(value) <= 20 and value.lstrip("-").isdecimal():  # noqa: PLR2004  # 64 bits
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _hex(value: Any) -> str:
    return value.lower() if isinstance(value, str) else ""


def answer(num_rejected: int, words: str) -> bytes:
    if not num_rejected and not words:
        return b"{}"
    partial = {"rejectedSpans": str(num_rejected), "errorMessage": words[:MAX_WORDS]}
    return json.dumps({"partialSuccess": partial}, ensure_ascii=False).encode()


def refusal(words: str) -> bytes:
    return json.dumps({"message": words[:MAX_WORDS]}, ensure_ascii=False).encode()
