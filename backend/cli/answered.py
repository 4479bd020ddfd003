"""What a server elsewhere may answer: so long, so much, of this shape, and nothing that moves a terminal."""

from __future__ import annotations

import http.client
import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import from_json

MOST_BYTES, CHUNK_BYTES = 32_000_000, 65_536
# Controls, ends of lines, and what turns the direction of writing.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
Value = TypeVar("Value")
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,200}$")]
Count = Annotated[int, Field(ge=0, le=2**53)]


class TooLarge(Exception):
    """More than `MOST_BYTES` came."""


class Shape(BaseModel):
    """What is read of an answer; a newer server may say more."""

    model_config = ConfigDict(strict=True, allow_inf_nan=False)


class Made(Shape):
    id: Id
    name: str
    status: str
    num_cells: Count
    num_done: Count
    num_failed: Count
    cost: float
    resumes_at: str | None


class Metric(Shape):
    metric: str
    variant: str
    verdict: Literal["better", "worse", "same", "cannot_tell"]
    missed: bool
    asked: bool
    fell: bool
    baseline_value: float | None
    value: float | None
    p_value: float | None
    short: str = ""


class Gate(Shape):
    id: Id
    name: str
    status: str
    error: str
    num_failed: Count
    metrics: list[Metric]
    unjudged: dict[str, str]


class Dataset(Shape):
    id: Id
    name: str


class Datasets(Shape):
    datasets: list[Dataset]


def within(seconds: float, call: Callable[[], Value]) -> Value:
    """Return what a call returns, whatever it waits for. Raise TimeoutError, and what it raises."""
    ended = Future[Value]()

    def work() -> None:
        try:
            ended.set_result(call())
        except BaseException as error:  # noqa: BLE001  # raised again by who waits
            ended.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    try:
        return ended.result(timeout=seconds)
    except TimeoutError:
        if ended.done():  # it is the call's own
            raise
        raise TimeoutError(f"no whole answer came in {seconds:g} seconds") from None


def read(answer: Any, deadline: float) -> bytes:
    """Return the body of an answer, given up at the deadline of `time.monotonic`. Raise TooLarge, IncompleteRead."""
    sent = bytearray()
    while chunk := answer.read1(CHUNK_BYTES):
        sent += chunk
        if len(sent) > MOST_BYTES:
            raise TooLarge
        if time.monotonic() > deadline:
            raise TimeoutError  # whoever waited went on long ago
    if getattr(answer, "length", None):
        raise http.client.IncompleteRead(bytes(sent))
    return bytes(sent)


def plain(sent: bytes, key: str) -> Any:
    """Return the JSON of a body with `shown` words; None where it is none, or deeper than anybody nests."""
    try:
        return _each(from_json(sent), key)
    except ValueError:
        return None


def shown(words: str, key: str) -> str:
    """Return words of a server as a terminal and a log may have them: controls escaped, the key struck out."""
    struck = words.replace(key, "***") if key else words
    return _CONTROLS.sub(lambda found: found.group().encode("unicode_escape").decode(), struck)


def _each(value: Any, key: str) -> Any:
    if isinstance(value, str):
        return shown(value, key)
    if isinstance(value, list):
        return [_each(one, key) for one in value]
    if isinstance(value, dict):
        return {shown(name, key): _each(one, key) for name, one in value.items()}
    return value
