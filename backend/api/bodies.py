"""How much of a request is read into memory, and which JSON is taken."""

from __future__ import annotations

from json import JSONDecodeError
from typing import Any

from fastapi import HTTPException, Request
from pydantic import BaseModel, ConfigDict
from starlette.types import Message

from backend.plain_json import NotPlain, read_json

# The largest flow that the canvas draws well, 2,000 nodes, has 1 MB.
MAX_BODY_BYTES = 10 * 1024 * 1024
TOO_LARGE = f"The body of a request has at most {MAX_BODY_BYTES // (1024 * 1024)} MB."
ZERO = "\0"


class Strict(BaseModel):
    """Refuse unknown fields: a typing error, or somebody who tries `project_id`."""

    model_config = ConfigDict(extra="forbid")


class PlainRequest(Request):
    """A request whose body ends at MAX_BODY_BYTES, and whose JSON every database and every answer can hold."""

    def __init__(self, request: Request) -> None:
        super().__init__(request.scope, self._counted)
        self._from = request.receive
        self._num_bytes = 0

    async def _counted(self) -> Message:
        message = await self._from()
        self._num_bytes += len(message.get("body", b""))
        if self._num_bytes > MAX_BODY_BYTES:
            # The framework lets only its own errors out of the reading of a body.
            raise HTTPException(413, TOO_LARGE)
        return message

    async def json(self) -> Any:
        return plain_json(await self.body())


def plain_json(body: bytes) -> Any:
    """Read strict JSON. Raise JSONDecodeError, or HTTPException for what cannot be kept."""
    try:
        return read_json(body.decode())
    except UnicodeDecodeError as error:
        raise JSONDecodeError("not UTF-8", "", error.start) from error
    except NotPlain as error:
        raise HTTPException(422, f"The body {error}.") from error
