"""The form of the sign-in link, which anybody may post."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from backend.bootstrap import Services
from console.door.sign_in import LINK, SIGN_IN_ROUTES

MEGABYTE = b"x" * 1024 * 1024


@pytest.fixture
async def stranger(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    assert services
    transport = httpx.ASGITransport(Starlette(routes=SIGN_IN_ROUTES))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


def kept_files() -> set[str]:
    """Return the temporary files that this process holds, those without a name too."""
    targets = set()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            targets.add(str(entry.readlink()))
        except OSError:
            continue
    return {target for target in targets if target.startswith("/tmp/")}


class Watching(httpx.AsyncByteStream):
    """A file of 8 MB in a field, and what the server kept of it on the way."""

    def __init__(self, *, filename: str) -> None:
        self._head = f'--b\r\nContent-Disposition: form-data; name="token"{filename}\r\n\r\n'.encode()
        self.before = kept_files()
        self.kept: set[str] = set()
        self.num_taken = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._head
        for _ in range(8):
            yield MEGABYTE
            self.num_taken += 1
            self.kept |= kept_files() - self.before


@pytest.mark.parametrize("filename", ["", '; filename="x"'])
async def test_a_stranger_pours_nothing_in(stranger: httpx.AsyncClient, filename: str) -> None:
    body = Watching(filename=filename)
    answer = await stranger.post(LINK, content=body, headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert answer.status_code == 400
    assert not body.kept
    assert body.num_taken <= 1


async def test_a_long_token_is_refused(stranger: httpx.AsyncClient) -> None:
    assert (await stranger.post(LINK, data={"token": "x" * 2_000})).status_code == 400
    assert (await stranger.post(LINK, data={"token": "x" * 100})).status_code == 410
