"""What is asked of the child that renders costly templates."""

from __future__ import annotations

from typing import Any

import msgspec


class Render(msgspec.Struct, tag=True):
    """Fill `source`, or work out `expression` and keep its type where there is one."""

    source: str
    expression: str
    values: dict[str, Any]


class Rendered(msgspec.Struct):
    """A value, or the words of a failure and its line."""

    value: Any = None
    failure: str = ""
    line: int | None = None
