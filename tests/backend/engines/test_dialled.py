"""What goes over a dialled connection, and in how many pieces."""

from __future__ import annotations

from typing import Any

import httpcore2
import pytest

from backend.engines.http.dialled import Dialled

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
        return Dialled(self._wire)


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
