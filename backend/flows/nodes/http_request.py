"""Call an address, through the guard that lets nobody reach inner ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

from pydantic import Field

from backend.errors import InvalidInput, Unavailable
from backend.flows.context import NodeContext
from backend.flows.document import PortType
from backend.flows.kind import NodeConfig, NodeKind, Result, ui
from backend.flows.ports import Port, as_text
from backend.flows.types import Problem, Severity
from backend.ports.http import WEB_PORTS, HttpAnswer, HttpCall

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
MAX_TEXT_BYTES = 1_000_000
_TYPES = {"json": "application/json", "form": "application/x-www-form-urlencoded", "text": "text/plain; charset=utf-8"}
_TOO_MANY, _SERVER_ERROR, _CLIENT_ERROR = 429, 500, 400


class HttpRequestConfig(NodeConfig):
    method: Method = Field(default="GET", title="Method", json_schema_extra=ui("select"))
    url: str = Field(
        default="",
        max_length=8_000,
        title="Address",
        description="Such as https://api.example.com/orders/{{ input.number }}.",
        json_schema_extra=ui("template_line"),
    )
    headers: dict[str, str] = Field(
        default_factory=dict, max_length=50, title="Headers", json_schema_extra=ui("key_value")
    )
    body_type: Literal["none", "json", "form", "text"] = Field(
        default="none", title="Body as", json_schema_extra=ui("select")
    )
    body: str = Field(
        default="",
        title="Body",
        description="A lone reference sends the value as JSON.",
        json_schema_extra=ui("template", hidden_when={"body_type": "none"}),
    )
    fail_on_error: bool = Field(
        default=True,
        title="An error status fails the node",
        description="Else the status is an output like any other.",
        json_schema_extra=ui("switch", advanced=True),
    )


class HttpRequest(NodeKind[HttpRequestConfig]):
    name = "http_request"
    title = "HTTP request"
    group = "Outside"
    icon = "globe"
    order = 80
    description = "Call an address on the internet."
    Config = HttpRequestConfig
    effect = True
    acts = True
    secret_fields = frozenset({"url", "headers", "body"})
    inputs = (Port(name="data", type=PortType.ANY, many=True, title="Values the request uses"),)
    outputs = (
        Port(name="body", type=PortType.ANY, title="JSON as a value, else text"),
        Port(name="status", type=PortType.NUMBER),
        Port(name="ok", type=PortType.BOOLEAN),
    )

    def line(self, config: HttpRequestConfig) -> str:
        return f"{config.method} {config.url.partition('://')[2] or 'no address yet'}"

    def problems(self, config: HttpRequestConfig, connected: frozenset[str]) -> list[Problem]:  # noqa: ARG002
        if not config.url.strip():
            return [Problem(Severity.ERROR, "The address is empty.", "Write it.", field="url")]
        if not config.url.strip().startswith(("http://", "https://", "{{")):
            return [Problem(Severity.ERROR, "The address needs http:// or https://.", "Write it out.", field="url")]
        return _closed(config.url.strip())

    async def run(self, context: NodeContext[HttpRequestConfig], inputs: Mapping[str, Any]) -> Result:
        config = context.config
        url = (await context.render_secretly(config.url, inputs)).strip()
        headers = {name: (await context.render_secretly(text, inputs)).strip() for name, text in config.headers.items()}
        given = {name.lower() for name in headers}
        content = await self._content(context, inputs)
        if content and "content-type" not in given:
            headers["Content-Type"] = _TYPES[config.body_type]
        if config.method != "GET" and "idempotency-key" not in given:
            headers["Idempotency-Key"] = context.idempotency_key
        call = HttpCall(config.method, url, tuple(headers.items()), content, max_bytes=MAX_TEXT_BYTES)
        answer = await context.outside.http.send(call)
        ok = answer.status < _CLIENT_ERROR
        if not ok and config.fail_on_error:
            raise _failure(answer)
        outputs = {"body": read_body(answer), "status": answer.status, "ok": ok}
        detail = {"request": {"method": config.method, "url": url}, "bytes": len(answer.content)}
        return Result(outputs, reason=f"HTTP {answer.status}", detail=detail)

    async def _content(self, context: NodeContext[HttpRequestConfig], inputs: Mapping[str, Any]) -> bytes:
        config = context.config
        if config.body_type == "none":
            return b""
        value = await context.evaluate_secretly(config.body, inputs)
        if config.body_type == "form" and isinstance(value, dict):
            return urlencode({name: as_text(one) for name, one in value.items()}).encode()
        if config.body_type == "json" and not isinstance(value, str):
            return json.dumps(value, ensure_ascii=False).encode()
        return as_text(value).encode()


def _closed(url: str) -> list[Problem]:
    """Say of an address without holes what the guard would say of its port; a hole may still become anything."""
    if "{" in url:
        return []
    try:
        port = urlsplit(url).port
    except ValueError:
        return [Problem(Severity.ERROR, "The port of the address does not exist.", "Take it out.", field="url")]
    if port is None or port in WEB_PORTS:
        return []
    return [Problem(Severity.ERROR, "Only the ports 80 and 443 can be called.", "Take another address.", field="url")]


def read_body(answer: HttpAnswer) -> Any:
    """Return JSON as its value, anything else as text."""
    text = answer.text()
    if "json" in answer.headers.get("content-type", ""):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def _failure(answer: HttpAnswer) -> InvalidInput | Unavailable:
    said = " ".join(answer.text()[:200].split())
    words = f"The address answered with HTTP {answer.status}{': ' + said if said else '.'}"
    if answer.status == _TOO_MANY or answer.status >= _SERVER_ERROR:
        return Unavailable(words, hint="Set retries, or try again later.")
    return InvalidInput(words)
