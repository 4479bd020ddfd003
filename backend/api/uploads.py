"""Files of a multipart request, streamed to disk: no size is taken on trust and no file is held in memory."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect

from backend.errors import InvalidInput, TooLarge, Unavailable

FIELD = "files"
MAX_FILES = 200
BUFFER_BYTES = 1024 * 1024
SILENCE_SECONDS = 60.0
# A request may carry many files; beyond this many of the largest ones it is refused before it is read.
MAX_LARGEST_FILES = 10
Event = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class Received:
    """One file as it arrived: `path` is gone after the block. `too_large` ones hold nothing."""

    name: str
    path: Path
    too_large: bool


class _Part:
    """The part being read. Without a file it is a field that nobody asked for, and is skipped."""

    def __init__(self) -> None:
        self.headers: dict[str, bytes] = {}
        self.name = ""
        self.file: IO[bytes] | None = None
        self.buffer = bytearray()
        self.num_bytes = 0
        self.too_large = False
        self._field = b""
        self._value = b""

    def hear(self, kind: str, data: bytes) -> None:
        if kind == "field":
            self._field += data
        elif kind == "value":
            self._value += data
        else:
            self.headers[self._field.decode("latin-1").lower()] = self._value
            self._field = self._value = b""

    def wanted(self) -> bool:
        disposition, options = parse_options_header(self.headers.get("content-disposition", b""))
        self.name = options.get(b"filename", b"").decode("utf-8", "replace")
        return disposition == b"form-data" and options.get(b"name") == FIELD.encode() and b"filename" in options


class _Reader:
    """Turns the bytes of a request into files below `folder`."""

    def __init__(self, boundary: bytes, folder: Path, max_file_bytes: int) -> None:
        self._folder = folder
        self._max_file_bytes = max_file_bytes
        self._events: list[Event] = []
        self._part = _Part()
        self._is_whole = False
        self.received: list[Received] = []
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": lambda: self._events.append(("begin", b"")),
                "on_header_field": lambda data, start, end: self._events.append(("field", data[start:end])),
                "on_header_value": lambda data, start, end: self._events.append(("value", data[start:end])),
                "on_header_end": lambda: self._events.append(("header", b"")),
                "on_headers_finished": lambda: self._events.append(("headers", b"")),
                "on_part_data": lambda data, start, end: self._events.append(("data", data[start:end])),
                "on_part_end": lambda: self._events.append(("end", b"")),
                "on_end": self._note_end,
            },
        )

    async def feed(self, block: bytes) -> None:
        self._parser.write(block)
        events, self._events = self._events, []
        for kind, data in events:
            await self._hear(kind, data)

    def finish(self) -> None:
        """Raise FormParserError unless the closing boundary came; the parser itself does not look."""
        if not self._is_whole:
            raise FormParserError("the closing boundary is missing")

    def close(self) -> None:
        if self._part.file:
            self._part.file.close()

    def _note_end(self) -> None:
        self._is_whole = True

    async def _hear(self, kind: str, data: bytes) -> None:
        part = self._part
        if kind == "begin":
            self._part = _Part()
        elif kind == "headers":
            if part.wanted():
                self._open(part)
        elif kind == "data":
            if part.file is not None:
                await self._take(part, data)
        elif kind == "end":
            if part.file is not None:
                await self._flush(part)
                part.file.close()
                self.received.append(Received(part.name, Path(part.file.name), part.too_large))
        else:
            part.hear(kind, data)

    def _open(self, part: _Part) -> None:
        if len(self.received) == MAX_FILES:
            raise InvalidInput(f"One request takes at most {MAX_FILES} files.")
        # Unbuffered: what a full disk refuses is told at the write, not at the close.
        part.file = tempfile.NamedTemporaryFile(dir=self._folder, delete=False, buffering=0)  # noqa: SIM115

    async def _take(self, part: _Part, data: bytes) -> None:
        """Write what fits; what is over the limit is read to its end and dropped, so that the sender hears why."""
        assert part.file is not None
        part.num_bytes += len(data)
        if part.num_bytes <= self._max_file_bytes:
            part.buffer += data
            if len(part.buffer) >= BUFFER_BYTES:
                await self._flush(part)
        elif not part.too_large:
            part.too_large = True
            part.buffer.clear()
            await asyncio.to_thread(part.file.truncate, 0)

    async def _flush(self, part: _Part) -> None:
        assert part.file is not None
        await asyncio.to_thread(part.file.write, part.buffer)
        part.buffer.clear()


def _boundary(request: Request) -> bytes:
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise InvalidInput(f"Send the files as multipart/form-data, in the field “{FIELD}”.")
    return options[b"boundary"]


def _check_length(request: Request, max_bytes: int) -> None:
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > max_bytes:
        raise TooLarge(f"One request takes at most {max_bytes // (1024 * 1024)} MB.", hint="Send fewer files at once.")


async def _blocks(request: Request, max_bytes: int) -> AsyncIterator[bytes]:
    """Yield the body; refuse what is longer than allowed, and a sender who falls silent."""
    stream, num_bytes = request.stream(), 0
    while True:
        try:
            block = await asyncio.wait_for(anext(stream, None), SILENCE_SECONDS)
        except TimeoutError as error:
            raise InvalidInput("The upload stood still for a minute.", hint="Send it again.") from error
        if block is None:
            return
        num_bytes += len(block)
        if num_bytes > max_bytes:
            raise TooLarge(f"One request takes at most {max_bytes // (1024 * 1024)} MB.")
        yield block


@asynccontextmanager
async def received(request: Request, folder: Path, max_file_bytes: int) -> AsyncIterator[list[Received]]:
    """Yield the files of the field `files`; whatever happens, nothing of them is left in `folder` afterwards."""
    max_bytes = max_file_bytes * MAX_LARGEST_FILES
    _check_length(request, max_bytes)
    await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as own:
        reader = _Reader(_boundary(request), Path(own), max_file_bytes)
        try:
            async for block in _blocks(request, max_bytes):
                await reader.feed(block)
            reader.finish()
        except (FormParserError, ClientDisconnect) as error:
            raise InvalidInput("The upload did not arrive whole.", hint="Send it again.") from error
        except OSError as error:
            raise Unavailable("The upload could not be kept.", hint="The disk of the server may be full.") from error
        finally:
            reader.close()
        if not reader.received:
            raise InvalidInput(f"There is no file in the field “{FIELD}”.")
        yield reader.received
