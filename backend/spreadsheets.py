"""CSV as RFC 4180 has it, in which no spreadsheet finds a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import Any

# What a spreadsheet may run, behind blanks and in full width too; apostrophes before it are ours or another's.
SIGNS = r"=+\-@\uff1d\uff0b\uff0d\uff20"
FORMULA = rf" *[{SIGNS}\t\r\n\0]"
DANGEROUS, GUARDED = re.compile(f"'*{FORMULA}"), re.compile(f"'+{FORMULA}")
# Where lists are separated by semicolons, as in Germany, a spreadsheet begins a cell behind one within a text.
WITHIN = re.compile(rf"([;\t]\"*)(?='*[{SIGNS}])")
GUARDED_WITHIN = re.compile(rf"([;\t]\"*)'(?='*[{SIGNS}])")
NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*([eE][+-]?\d+)?")


def guarded(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would run; numbers stay numbers. `unguarded` takes it off again."""
    within = WITHIN.sub(r"\1'", text)
    return f"'{within}" if DANGEROUS.match(text) and not NUMBER.fullmatch(text) else within


def unguarded(text: str) -> str:
    return GUARDED_WITHIN.sub(r"\1", text[1:] if GUARDED.match(text) else text)


def csv_line(values: Sequence[Any]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(
        [guarded(value) if isinstance(value, str) else value for value in values]
    )
    return line.getvalue()
