"""What goes over a dialled connection, and in how many pieces."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpcore2
import pytest

from backend.engines.http.dialled import HOLDS_SECONDS, Dialled, Watch

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


class Wire(httpcore2.AsyncNetworkStream):
    """Answers each time it is read, and keeps what was written since."""

    def __init__(self) -> None:
        self.written: list[bytes] = []

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return ANSWER

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.written.append(buffer)

    async def aclose(self) -> None: ...

    def get_extra_info(self, _info: str) -> Any:
        return None


class Network(httpcore2.AsyncNetworkBackend):
    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def connect_tcp(self, *_where: Any, **_how: Any) -> httpcore2.AsyncNetworkStream:
        return Dialled(self._wire, Watch())


async def pieces() -> Any:
    for piece in (b"one", b"two", b"three"):
        yield piece


@pytest.mark.parametrize(
    ("method", "content", "expected"),
    [
        ("GET", None, [b"\r\n\r\n"]),
        ("POST", b"asked", [b"\r\n\r\nasked"]),
        ("POST", pieces, [b"\r\n\r\n3\r\none\r\n", b"3\r\ntwo\r\n", b"5\r\nthree\r\n", b"0\r\n\r\n"]),
    ],
)
async def test_the_head_goes_with_the_first_of_its_body(method: str, content: Any, expected: list[bytes]) -> None:
    wire = Wire()
    async with httpcore2.AsyncConnectionPool(network_backend=Network(wire)) as pool:
        for _ in range(2):  # the second over the connection of the first
            wire.written.clear()
            body = content() if callable(content) else content
            answer = await pool.request(method, "http://model.test/v1", content=body)
            assert (answer.status, answer.content) == (200, b"ok")
            assert [one[-len(end) :] for one, end in zip(wire.written, expected, strict=True)] == expected
            assert wire.written[0].startswith(method.encode())


class Ends(Wire):
    """One end of a connection within this process; `peer` is the other."""

    def __init__(self, mine: socket.socket, peer: socket.socket) -> None:
        super().__init__()
        self._mine, self.peer = mine, peer

    def take(self, number: int) -> bytes:
        return self._mine.recv(number)

    async def aclose(self) -> None:
        self._mine.close()

    def get_extra_info(self, info: str) -> Any:
        return self._mine if info == "socket" else None


@pytest.fixture
def ends() -> Iterator[list[Ends]]:
    with ExitStack() as stack:
        pairs = [socket.socketpair() for _ in range(3)]
        yield [Ends(*(stack.enter_context(one) for one in pair)) for pair in pairs]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def said(dialled: list[Dialled]) -> list[bool]:
    return [one.get_extra_info("is_readable") for one in dialled]


async def test_one_look_tells_all_ends_and_holds_for_a_moment(ends: list[Ends], clock: list[float]) -> None:
    watch = Watch()
    dialled = [Dialled(one, watch) for one in ends]
    ends[1].peer.close()
    assert said(dialled) == [False, True, False]
    ends[2].peer.close()
    assert said(dialled) == [False, True, False]
    clock[0] += 2 * HOLDS_SECONDS
    assert said(dialled) == [False, True, True]


async def test_what_was_read_since_the_look_is_no_news(ends: list[Ends], clock: list[float]) -> None:
    dialled = [Dialled(one, watch) for watch in [Watch()] for one in ends]
    ends[0].peer.sendall(b"answer")
    assert said(dialled) == [True, False, False]
    ends[0].take(100)
    await dialled[0].read(100)
    assert said(dialled) == [False, False, False]


async def test_what_comes_right_behind_an_answer_is_seen_before_the_next_question(
    ends: list[Ends], clock: list[float]
) -> None:
    dialled = [Dialled(one, watch) for watch in [Watch()] for one in ends]
    assert said(dialled) == [False, False, False]
    await dialled[0].read(100)
    ends[0].peer.sendall(b"another answer")
    assert said(dialled) == [True, False, False], "no moment later: it would be the answer to the next question"


async def test_an_end_is_watched_that_got_the_number_of_a_closed_one(ends: list[Ends]) -> None:
    watch = Watch()
    former, dialled = Dialled(ends[0], watch), Dialled(ends[0], watch)
    former._watch.end(former._number, former)
    ends[0].peer.close()
    assert said([dialled]) == [True]
    await dialled.aclose()
    assert said([dialled]) == [True]
