"""Where whole files are kept, under keys such as `prj_1/documents/doc_2`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol


class ObjectStore(Protocol):
    """A key is words of letters, digits, `_`, `-` and `.` parted by `/`. Raise InvalidInput for any other key."""

    async def put(self, key: str, source: Path) -> int:
        """Copy the file at `source` under `key`, replacing what stood there; whole or not at all. Return its bytes."""
        ...

    async def size(self, key: str) -> int:
        """Return the bytes of an object. Raise NotFound."""
        ...

    async def exists(self, key: str) -> bool: ...

    def read(self, key: str) -> AsyncIterator[bytes]:
        """Yield the object in blocks. Raise NotFound at the first one."""
        ...

    def open(self, key: str) -> AbstractAsyncContextManager[Path]:
        """Lend the object as a local file, to be read only, and only inside the block. Raise NotFound."""
        ...

    async def delete(self, key: str) -> None:
        """Delete the object; one that is not there is no error."""
        ...

    async def delete_under(self, prefix: str) -> None:
        """Delete every object whose key starts with `prefix/`."""
        ...
