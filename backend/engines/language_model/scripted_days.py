"""The scripted model's good and bad days, by name."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from email.utils import formatdate
from typing import Any

from backend.engines.language_model.scripted_answers import Reply, reply_to
from backend.engines.language_model.scripted_wire import (
    DONE,
    JSON_ERROR,
    NO_CHOICE,
    PING,
    chunk,
    failure,
    finished,
    page,
    pieces,
    tool_chunks,
)

HANG_SECONDS = 600.0
# A date has whole seconds, so this is one to two seconds away.
SOON_SECONDS = 2.0
# What Retry-After says, empty for a date.
WAITS = {"429": "1", "429-date": "", "429-hour": "3600", "429-always": " "}
FOR_GOOD = {"429-hour", "429-always"}
RESET = b"\x00reset"
DAYS: dict[str, str] = {
    "scripted": "answers from the passages it was given, with citations",
    "echo": "says what the user said",
    "429": "refuses the first request of each key and day with Retry-After: 1, then answers",
    "429-date": "refuses the first request of each key and day and names the moment to come back, then answers",
    "429-always": "refuses every request without Retry-After",
    "429-hour": "refuses every request and asks to wait an hour",
    "500-twice": "fails twice, then answers",
    "500": "fails always",
    "502-html": "fails always, with a web page",
    "400": "refuses the request in words",
    "hang": "accepts and says nothing",
    "hang-once": "accepts and says nothing, then answers",
    "hang-midway": "stops in the middle and holds the line",
    "pings": "stops in the middle and sends keep-alive comments",
    "drip": "never ends",
    "cut": "closes in the middle of the text without a finish_reason",
    "cut-first": "closes before the first token, then answers",
    "cut-in-tool": "closes inside a tool call",
    "cut-after-tool": "closes behind a whole tool call, without a finish_reason",
    "length": "runs into its token limit",
    "length-in-tool": "runs into its token limit behind a tool call",
    "empty": "says nothing",
    "empty-length": "runs into its token limit before the first word",
    "filtered": "is silenced by the content filter",
    "reset": "resets the connection in the middle",
    "broken": "streams what is not JSON",
    "no-text": "streams what is no UTF-8",
    "stutters": "streams deltas that hold nothing, and says its end and its tokens twice",
    "error-midway": "streams an error in the middle",
    "no-usage": "counts no tokens",
    "json-error": "answers 200 with an error as JSON",
    "html": "answers 200 with a web page",
    "tools-for-ever": "calls a tool in every turn",
}


def reply_of(day: str, request: dict[str, Any]) -> Reply:
    if day == "echo":
        said = [message for message in request.get("messages", []) if message.get("role") == "user"]
        return Reply(str(said[-1]["content"]) if said else "")
    if day == "tools-for-ever":
        return Reply(tool=request["tools"][0]["function"]["name"], arguments="{}")
    if day == "length":
        return Reply("The answer is cut because")
    return reply_to(request)


def refusal_of(day: str, number: int) -> bytes | None:
    if day in WAITS and (number % 2 == 1 or day in FOR_GOOD):
        wait = WAITS[day] or formatdate(time.time() + SOON_SECONDS, usegmt=True)
        return failure("429 Too Many Requests", "Slow down.", retry_after=wait.strip(), code="rate_limit_exceeded")
    if day == "500" or (day == "500-twice" and number < _THIRD):
        return failure("500 Internal Server Error", "Oops.")
    if day == "400":
        return failure("400 Bad Request", "The temperature must lie between 0 and 2.")
    return _PAGES.get(day)


_THIRD = 3
_PAGES = {
    "502-html": page("502 Bad Gateway"),
    "html": page("200 OK"),
    "json-error": JSON_ERROR,
}


async def _hold(sign_of_life: bytes = b"", every: float = 0.1) -> AsyncIterator[bytes]:
    for _ in range(int(HANG_SECONDS / every)):
        await asyncio.sleep(every)
        if sign_of_life:
            yield sign_of_life


async def _parts(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


def _then(*first: bytes, then: Callable[[], AsyncIterator[bytes]]) -> Callable[[], AsyncIterator[bytes]]:
    async def play() -> AsyncIterator[bytes]:
        for part in first:
            yield part
        async for part in then():
            yield part

    return play


def _stuttered(text: str) -> Iterator[bytes]:
    """Return an answer in which what carries no word is said again; words that come twice are meant twice."""
    for piece in pieces(text):
        yield chunk({"role": "assistant", "content": ""})
        yield piece
        yield from (chunk({}), chunk({"content": None}), NO_CHOICE)
    yield from (chunk({}, "stop"), chunk({"content": ""}, "stop"))
    counted = finished({"messages": [{"content": "How long?"}]}, text)
    yield from (counted, counted)


_HALF = tuple(pieces("It is half"))
_ERROR = b'data: {"error": {"message": "The engine stopped.", "type": "server_error"}}\n\n'
TROUBLED: dict[str, Callable[[], AsyncIterator[bytes]]] = {
    "hang-midway": _then(*_HALF, then=_hold),
    "pings": _then(*_HALF, then=lambda: _hold(PING)),
    "drip": _then(*_HALF, then=lambda: _hold(chunk({"content": "and "}), 0.05)),
    "cut": lambda: _parts(*_HALF),
    "cut-first": _parts,
    "cut-in-tool": lambda: _parts(*tool_chunks("search", '{"que')),
    "cut-after-tool": lambda: _parts(*tool_chunks("search", '{"query": "x"}')),
    "length-in-tool": lambda: _parts(*tool_chunks("search", '{"query": "x"}'), chunk({}, "length"), DONE),
    "empty": lambda: _parts(chunk({}, "stop"), DONE),
    "empty-length": lambda: _parts(chunk({}, "length"), DONE),
    "filtered": lambda: _parts(chunk({}, "content_filter"), DONE),
    "reset": lambda: _parts(*_HALF, RESET),
    "broken": lambda: _parts(*_HALF, b"data: {broken\n\n", DONE),
    "no-text": lambda: _parts(*_HALF, pieces("well")[0].replace(b"well", b"\xff\xfe"), chunk({}, "stop"), DONE),
    "stutters": lambda: _parts(*_stuttered("It is whole and and no more."), DONE),
    "error-midway": lambda: _parts(*_HALF, _ERROR, DONE),
}
