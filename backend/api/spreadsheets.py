"""Tables for programs that take a cell for a formula when it looks like one."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

# What makes a program calculate, also in the full width that some of them take for the same sign.
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def csv_line(values: Sequence[Any]) -> str:
    """Return a line as RFC 4180 has it. A text that begins like a formula gets an apostrophe; a number stays one."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([_harmless(value) for value in values])
    return line.getvalue()


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.lstrip(" ").startswith(FORMULAS) else value
