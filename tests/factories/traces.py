"""Spans as real SDKs write them, and as nobody should."""

from __future__ import annotations

import json
import time
from typing import Any

from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Status, StatusCode, Tracer

MODEL = "gpt-4o-2024-08-06"


def agent(tracer: Tracer, *, session: str, question: str, answer: str) -> None:
    """Act as an agent under OpenInference: a model calls a tool, then answers."""
    shared = {"session.id": session, "user.id": "user_7"}
    with tracer.start_as_current_span("support", attributes={
        **shared, "openinference.span.kind": "AGENT", "agent.name": "Support", "input.value": question,
    }) as top:  # fmt: skip
        with tracer.start_as_current_span("ChatCompletion", attributes={
            **shared, "openinference.span.kind": "LLM", "llm.model_name": MODEL,
            "llm.input_messages.0.message.role": "system", "llm.input_messages.0.message.content": "Be kind.",
            "llm.input_messages.1.message.role": "user",
            "llm.input_messages.1.message.content": f"Context: ... Question: {question}",
            "llm.output_messages.0.message.role": "assistant",
            "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "lookup",
            "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": '{"order": "A-48790"}',
            "llm.token_count.prompt": 100, "llm.token_count.completion": 10, "llm.cost.total": 0.01,
        }):  # fmt: skip
            pass
        with tracer.start_as_current_span("lookup", attributes={
            **shared, "openinference.span.kind": "TOOL", "tool.name": "lookup", "output.value": "On its way.",
            "input.value": '{"order": "A-48790"}',
        }), tracer.start_as_current_span("GET /orders", attributes={"http.method": "GET"}):  # fmt: skip
            pass
        with tracer.start_as_current_span("ChatCompletion", attributes={
            **shared, "openinference.span.kind": "LLM", "llm.model_name": MODEL,
            "llm.output_messages.0.message.role": "assistant", "llm.output_messages.0.message.content": answer,
            "llm.token_count.prompt": 200, "llm.token_count.completion": 20, "llm.cost.total": 0.02,
        }):  # fmt: skip
            pass
        top.set_attribute("output.value", answer)


def genai(tracer: Tracer, *, session: str, question: str, answer: str) -> None:
    """Ask a model under the GenAI conventions, whose messages are JSON; it fails without an answer."""
    with tracer.start_as_current_span("chat gpt-4o", attributes={
        "gen_ai.operation.name": "chat", "gen_ai.conversation.id": session, "gen_ai.request.model": "gpt-4o",
        "gen_ai.response.model": MODEL, "gen_ai.usage.input_tokens": 1000, "gen_ai.usage.output_tokens": 100,
        "gen_ai.input.messages": json.dumps([
            {"role": "user", "parts": [{"type": "text", "content": "Earlier"}]},
            {"role": "assistant", "parts": [{"type": "text", "content": "Yes?"}]},
            {"role": "user", "parts": [{"type": "text", "content": question}]},
        ]),
        "gen_ai.output.messages": json.dumps(
            [{"role": "assistant", "parts": [{"type": "text", "content": answer}], "finish_reason": "stop"}]
        ),
    }) as span:  # fmt: skip
        if not answer:
            span.set_status(Status(StatusCode.ERROR, "rate limit"))


def tracing() -> tuple[Tracer, InMemorySpanExporter]:
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    return provider.get_tracer("test"), kept


def delivery(spans: Any) -> bytes:
    """Return spans of the SDK as a request in protobuf."""
    return bytes(encode_spans(spans).SerializeToString())


def json_span(**other: Any) -> dict[str, Any]:
    """Return a span as OTLP in JSON writes it."""
    now = time.time_ns()
    return {
        "traceId": "5b8efff798038103d269b633813fc60c",
        "spanId": "eee19b7ec3c1b174",
        "name": "chat",
        "startTimeUnixNano": str(now - 1_000_000_000),
        "endTimeUnixNano": str(now),
        "attributes": [],
        **other,
    }


def attribute(key: str, value: Any) -> dict[str, Any]:
    return {"key": key, "value": {"stringValue": value} if isinstance(value, str) else value}


def json_delivery(*spans: dict[str, Any]) -> bytes:
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": list(spans)}]}]}).encode()
