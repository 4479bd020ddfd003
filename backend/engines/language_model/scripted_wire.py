"""The bytes of the OpenAI protocol, as the scripted server sends them."""

from __future__ import annotations

import json
import re
from typing import Any

SSE_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
KEPT_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
KEPT_END = b"0\r\n\r\n"
DONE = b"data: [DONE]\n\n"
PING = b": ping\n\n"
_PIECE = re.compile(r"\s*\S+\s*")


def answer(body: dict[str, Any], status: str = "200 OK", headers: str = "") -> bytes:
    content = json.dumps(body).encode()
    head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(content)}\r\n{headers}"
    return f"{head}connection: close\r\n\r\n".encode() + content


def failure(status: str, message: str, *, code: str = "", retry_after: str = "") -> bytes:
    headers = f"retry-after: {retry_after}\r\n" if retry_after else ""
    return answer({"error": {"message": message, "type": "scripted", "code": code or None}}, status, headers)


def page(status: str) -> bytes:
    """Return a web page, as a proxy in front of a model answers."""
    head = f"HTTP/1.1 {status}\r\ncontent-type: text/html\r\ncontent-length: 18\r\nconnection: close\r\n\r\n"
    return head.encode() + b"<html>hello</html>"


JSON_ERROR = answer({"error": {"message": "There is no model here.", "type": "scripted"}})


def framed(part: bytes) -> bytes:
    """Return a part of an answer behind which the connection stays open."""
    return b"%x\r\n%b\r\n" % (len(part), part)


def chunk(delta: dict[str, Any], finish_reason: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    return _event({**_COMMON, "choices": [choice]})


def pieces(text: str) -> list[bytes]:
    """Return one chunk a word."""
    return [chunk({"content": piece}) for piece in _PIECE.findall(text)]


def tool_chunks(name: str, arguments: str) -> list[bytes]:
    """Return a tool call in two chunks, as real servers cut it: the name, then the arguments."""
    call = {"index": 0, "id": "call_1", "type": "function", "function": {"name": name, "arguments": ""}}
    rest = {"index": 0, "function": {"arguments": arguments}}
    return [chunk({"tool_calls": [call]}), chunk({"tool_calls": [rest]})]


def finished(request: dict[str, Any], said: str) -> bytes:
    """Return the chunk that counts tokens, one a word."""
    asked = sum(len(str(message.get("content") or "").split()) for message in request.get("messages", []))
    counted = {"prompt_tokens": asked, "completion_tokens": len(said.split())}
    return _event({**_COMMON, "choices": [], "usage": {**counted, "total_tokens": sum(counted.values())}})


_COMMON = {"id": "chatcmpl-scripted", "object": "chat.completion.chunk", "created": 1, "model": "scripted"}


def _event(body: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(body)}\n\n".encode()


NO_CHOICE = _event({**_COMMON, "choices": []})
