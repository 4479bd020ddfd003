"""OTLP requests and answers in protobuf. google.rpc.Status is written by hand: it is one text."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from typing import Any

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from backend.errors import InvalidInput

MAX_WORDS = 1_000
STATUS_MESSAGE = 0x12  # field 2, a text


def spans(body: bytes) -> Iterator[dict[str, Any]]:
    """Yield each span as the wire has it. Raise InvalidInput."""
    request = ExportTraceServiceRequest()
    try:
        request.ParseFromString(body)
    except DecodeError:
        raise InvalidInput("The body is no ExportTraceServiceRequest in protobuf.") from None
    for group in request.resource_spans:
        resource = dict(_pairs(group.resource.attributes))
        for scope in group.scope_spans:
            for one in scope.spans:
                yield {
                    "trace_id": one.trace_id.hex(),
                    "span_id": one.span_id.hex(),
                    "parent_id": one.parent_span_id.hex(),
                    "name": one.name,
                    "started": one.start_time_unix_nano,
                    "ended": one.end_time_unix_nano,
                    "attributes": _pairs(one.attributes),
                    "events": ((event.name, _pairs(event.attributes)) for event in one.events),
                    "has_failed": one.status.code == Status.STATUS_CODE_ERROR,
                    "error": one.status.message,
                    "resource": resource,
                }


def _pairs(attributes: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    return ((one.key, _value(one.value)) for one in attributes)


def _value(one: Any) -> Any:
    """Return a value as plain JSON; the parser itself refuses nesting beyond a hundred."""
    kind = one.WhichOneof("value")
    if kind is None:
        return None
    if kind == "array_value":
        return [_value(inner) for inner in one.array_value.values]
    if kind == "kvlist_value":
        return dict(_pairs(one.kvlist_value.values))
    if kind == "bytes_value":
        return base64.b64encode(one.bytes_value).decode()
    return getattr(one, kind)


def answer(num_rejected: int, words: str) -> bytes:
    if not num_rejected and not words:
        return b""
    partial = ExportTracePartialSuccess(rejected_spans=num_rejected, error_message=words[:MAX_WORDS])
    return bytes(ExportTraceServiceResponse(partial_success=partial).SerializeToString())


def refusal(words: str) -> bytes:
    text = words[:MAX_WORDS].encode()
    length, number = bytearray(), len(text)
    while number > 127:  # noqa: PLR2004  # seven bits a byte
        length.append(number & 127 | 128)
        number >>= 7
    return bytes([STATUS_MESSAGE, *length, number]) + text
