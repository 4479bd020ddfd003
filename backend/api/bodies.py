"""How much of a request is read into memory, and which JSON is taken."""

from __future__ import annotations

import json
import math
import re
from json import JSONDecodeError
from typing import Any, NoReturn

from fastapi import HTTPException, Request
from pydantic import BaseModel, ConfigDict
from starlette.types import Message

# The largest flow that the canvas draws well, 2,000 nodes, has 1 MB.
MAX_BODY_BYTES = 10 * 1024 * 1024
TOO_LARGE = f"The body of a request has at most {MAX_BODY_BYTES // (1024 * 1024)} MB."
MAX_NUMBER = 2**63
ZERO = "\0"
# Schemas and answers write deeper values with an error only, and later: what holds one could not be read any more.
MAX_DEPTH = 64
TOO_DEEP = f"The body is nested deeper than {MAX_DEPTH} levels."
_WRITTEN_ZERO = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


class Strict(BaseModel):
    """Refuse unknown fields: a typing error, or somebody who tries `project_id`."""

    model_config = ConfigDict(extra="forbid")


class PlainRequest(Request):
    """A request whose body ends at MAX_BODY_BYTES, and whose JSON every database and every answer can hold.

    Python's own reader takes NaN, 1e999, numbers without end, halves of a character and the character zero.
    """

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
        text = body.decode()
        found = json.loads(text, parse_constant=_refuse_number, parse_float=_float, parse_int=_integer)
        if "\\u" in text:
            json.dumps(found, ensure_ascii=False).encode()
            if _WRITTEN_ZERO.search(text):
                raise HTTPException(422, "The body holds the character zero, which no text can.")
    except RecursionError as error:
        raise HTTPException(422, TOO_DEEP) from error
    except UnicodeDecodeError as error:
        raise JSONDecodeError("not UTF-8", "", error.start) from error
    except UnicodeEncodeError as error:
        raise HTTPException(422, "The body holds half of a character.") from error
    _refuse_depth(found)
    return found


def _refuse_depth(value: Any) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        insides = (one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list))
        level = [child for inside in insides for child in inside if isinstance(child, dict | list)]
        if not level:
            return
    raise HTTPException(422, TOO_DEEP)


def _refuse_number(_text: str) -> NoReturn:
    raise HTTPException(422, "The body holds a number that is too large, or none.")


def _float(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refuse_number(text)


def _integer(text: str) -> int:
    number = int(text) if len(text) <= len(str(MAX_NUMBER)) + 1 else MAX_NUMBER
    return number if -MAX_NUMBER <= number < MAX_NUMBER else _refuse_number(text)
