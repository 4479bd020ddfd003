"""Objects as files below one folder."""

from __future__ import annotations

import asyncio
import errno
import os
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from backend.errors import InvalidInput, NotFound, Unavailable

# A segment never starts with a dot, so neither `..` nor our own half-written files can be named.
KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,199}(/[A-Za-z0-9_-][A-Za-z0-9_.-]{0,199}){0,15}")
BLOCK_BYTES = 256 * 1024
UNFINISHED = ".unfinished"
OWN_FOLDER = 0o700


class DirectoryObjects:
    """One file per key, written beside and renamed, so that a reader sees the old or the new object, never a half."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, key: str, source: Path) -> int:
        try:
            return await asyncio.to_thread(self._put, self._path(key), source)
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise Unavailable("The disk is full.", hint="Make room in the data directory and try again.") from None
            raise

    async def size(self, key: str) -> int:
        try:
            return (await asyncio.to_thread(self._path(key).stat)).st_size
        except FileNotFoundError:
            raise _missing() from None

    async def exists(self, key: str) -> bool:
        return await asyncio.to_thread(self._path(key).is_file)

    async def read(self, key: str) -> AsyncIterator[bytes]:
        path = self._path(key)
        try:
            stream = await asyncio.to_thread(path.open, "rb")
        except (FileNotFoundError, IsADirectoryError):
            raise _missing() from None
        with stream:
            while block := await asyncio.to_thread(stream.read, BLOCK_BYTES):
                yield block

    @asynccontextmanager
    async def open(self, key: str) -> AsyncIterator[Path]:
        if not await self.exists(key):
            raise _missing()
        yield self._path(key)

    async def delete(self, key: str) -> None:
        await asyncio.to_thread(self._path(key).unlink, missing_ok=True)

    async def delete_under(self, prefix: str) -> None:
        await asyncio.to_thread(shutil.rmtree, self._path(prefix), ignore_errors=True)

    def _path(self, key: str) -> Path:
        if not KEY.fullmatch(key):
            raise InvalidInput("That is no key of an object.")
        return self._folder / key

    def _put(self, target: Path, source: Path) -> int:
        waiting = self._folder / UNFINISHED
        waiting.mkdir(mode=OWN_FOLDER, parents=True, exist_ok=True)
        target.parent.mkdir(mode=OWN_FOLDER, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=waiting, delete=False) as copy:
            try:
                with source.open("rb") as stream:
                    shutil.copyfileobj(stream, copy, BLOCK_BYTES)
                copy.flush()
                os.fsync(copy.fileno())
                num_bytes = copy.tell()
                Path(copy.name).replace(target)
                _sync_folder(target.parent)
            except BaseException:
                Path(copy.name).unlink(missing_ok=True)
                raise
        return num_bytes


def _sync_folder(folder: Path) -> None:
    """Write the new name down too: the row that speaks of the object outlives a power cut, so must its file."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _missing() -> NotFound:
    return NotFound("That file is not there.")
