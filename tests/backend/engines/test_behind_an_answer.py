"""What a server sends along with an answer is no answer to the next question."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from backend.engines.http import transport
from backend.engines.http.transport import GuardedTransport
from backend.ports.http import Reach
from tests.doubles.tls_proxy import certificate

SOON = 0.05  # seconds: longer than the way over loopback
TAKEN_AT_ONCE = 65_536  # bytes that one read asks for; the queue of the stream keeps what came beyond


def plain(body: bytes, status: bytes = b"200 OK") -> bytes:
    return b"HTTP/1.1 %b\r\ncontent-length: %d\r\n\r\n%b" % (status, len(body), body)


def filling(number: int) -> bytes:
    """Return an answer of exactly so many bytes."""
    return plain(b"x" * (number - len(plain(b"x" * (number - 100))) + number - 100))


OWN, STOLEN = plain(b"own"), plain(b"stolen")
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n0\r\n\r\n"
NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"
NOT_MODIFIED = b"HTTP/1.1 304 Not Modified\r\ncontent-length: 6\r\n\r\n"
OF_HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n"
# What answers the first question: pieces that are written at once, and after a None those that come late.
Pieces = Sequence[bytes | None]
MORE: dict[str, tuple[str, Pieces]] = {
    "same segment": ("GET", [plain(b"one") + STOLEN]),
    "its beginning": ("GET", [plain(b"one") + STOLEN[:9], None, STOLEN[9:]]),
    "late": ("GET", [plain(b"one"), None, STOLEN]),
    "chunked": ("GET", [CHUNKED + STOLEN]),
    "chunked, its beginning": ("GET", [CHUNKED + STOLEN[:1], None, STOLEN[1:]]),
    "no content": ("GET", [NO_CONTENT + STOLEN]),
    "a body of no content": ("GET", [NO_CONTENT + b"body"]),
    "not modified": ("GET", [NOT_MODIFIED + b"stolen"]),
    "head": ("HEAD", [OF_HEAD + b"one"]),
    "head and more": ("HEAD", [OF_HEAD + STOLEN]),
    "end of a read": ("GET", [filling(TAKEN_AT_ONCE) + STOLEN]),
}


class Chatty:
    """Answers the first question with `first`, each other with its own, and keeps every connection open."""

    def __init__(self, first: Pieces = ()) -> None:
        self._first = first
        self.num_connections, self.num_questions, self.port = 0, 0, 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.num_connections += 1
        try:
            while True:
                await reader.readuntil(b"\r\n\r\n")
                self.num_questions += 1
                for piece in self._first if self.num_questions == 1 and self._first else (OWN,):
                    if piece is None:
                        await asyncio.sleep(SOON)
                    else:
                        writer.write(piece)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def chatty(server: Chatty, secured: ssl.SSLContext | None = None) -> AsyncIterator[httpx2.AsyncClient]:
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=secured)
    server.port = listening.sockets[0].getsockname()[1]
    base = f"http{'s' if secured else ''}://127.0.0.1:{server.port}"
    reach = Reach(ports=frozenset({server.port}), private_origins=frozenset({base}))
    async with httpx2.AsyncClient(transport=GuardedTransport(reach), base_url=base, trust_env=False) as client:
        yield client
    listening.close()


@pytest.fixture
def secured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    monkeypatch.setattr(transport, "tls", lambda: trusting)
    return certificate(tmp_path)


@pytest.mark.parametrize("more", MORE)
async def test_the_next_question_gets_its_own_answer(more: str) -> None:
    method, pieces = MORE[more]
    server = Chatty(pieces)
    async with chatty(server) as client:
        await client.request(method, "/first")
        if None in pieces:
            await asyncio.sleep(2 * SOON)
        assert [(await client.get("/next")).text for _ in range(2)] == ["own", "own"]
    assert (server.num_connections, server.num_questions) == (2, 3), "and no other connection ends for it"


async def test_the_next_question_gets_its_own_answer_also_at_once() -> None:
    server = Chatty([plain(b"one") + STOLEN[:9], None, STOLEN[9:]])
    async with chatty(server) as client:
        asked = [(await client.get("/")).text for _ in range(3)]
    assert asked == ["one", "own", "own"]


async def test_a_record_of_tls_behind_an_answer_answers_nothing(secured: ssl.SSLContext) -> None:
    server = Chatty([plain(b"one"), STOLEN])
    async with chatty(server, secured) as client:
        assert [(await client.get("/")).text for _ in range(3)] == ["one", "own", "own"]
    assert server.num_connections == 2


@pytest.mark.parametrize("is_secured", [False, True])
async def test_a_connection_on_which_no_more_came_is_used_again(secured: ssl.SSLContext, *, is_secured: bool) -> None:
    server = Chatty([filling(3 * TAKEN_AT_ONCE)])
    async with chatty(server, secured if is_secured else None) as client:
        assert len((await client.get("/")).content) > 2 * TAKEN_AT_ONCE
        assert [(await client.get("/")).text for _ in range(20)] == ["own"] * 20
    assert server.num_connections == 1
