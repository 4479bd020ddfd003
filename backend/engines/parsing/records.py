"""Files of rows that are text: CSV with any usual delimiter, a JSON list, JSON lines."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from backend.engines.parsing.detection import BYTE_ORDER_MARKS, decode
from backend.engines.parsing.grid import Grid
from backend.engines.parsing.plain import SAMPLE_CHARACTERS, delimiter_of
from backend.ports.parsing import ParsingFailed
from backend.ports.tables import Table

MAX_CELL_CHARACTERS = 1_000_000
MAX_NUMBER = 2**63
MOST_LOOKED_AT = 20
NAME = re.compile(r'\s*("?)[^\W\d][\w .-]{0,99}\1\s*')
BYTE_ORDER_MARK = "\ufeff"
SAVE_AS = "Save it as UTF-8 and add it again."


def text_of(path: Path) -> str:
    """Return the text of a file in any usual encoding. Raise ParsingFailed for what is none."""
    content = path.read_bytes()
    marked = any(content.startswith(mark) for mark, _ in BYTE_ORDER_MARKS)
    text = decode(content).lstrip(BYTE_ORDER_MARK)  # programs that each write the mark leave several
    if not marked and b"\0" not in content and (line := _other_line(content)):
        raise ParsingFailed(f"Line {line:,} is not in UTF-8, as other lines are.", hint=SAVE_AS)
    if "\0" in text and not marked:
        # Spreadsheets of some systems write UTF-16 without its mark: every other byte of plain letters is zero.
        for encoding, zeros in (("utf-16-le", content[1:200:2]), ("utf-16-be", content[0:200:2])):
            if zeros.count(0) * 2 > len(zeros):
                text = content.decode(encoding, "replace")
                break
    if "\0" in text:
        raise ParsingFailed("The file holds the character zero, which no text does.", hint=SAVE_AS)
    if "\ufffd" in text and b"\xef\xbf\xbd" not in content:
        raise ParsingFailed("The file is in no encoding that is known here.", hint=SAVE_AS)
    return text


def _other_line(content: bytes) -> int:
    """Return the number of the first line that is not in UTF-8 where another is; 0 where all are in one encoding.

    What was put together from two programs is in two, and one of them would be read as something else.
    """
    other, is_utf8 = 0, False
    for number, line in enumerate(content.split(b"\n"), 1):
        if not line.isascii():
            try:
                line.decode()
                is_utf8 = True
            except UnicodeDecodeError:
                other = other or number
    return other if is_utf8 else 0


def read_csv(path: Path) -> Table:
    text = text_of(path)
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text[:SAMPLE_CHARACTERS]), strict=True)
    grid = Grid("csv")
    for number, cells in _numbered(lines):
        if any(cell.strip() for cell in cells):
            grid.take(number, cells)
    return grid.table()


def _numbered(lines: Any) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the line it begins at; a cell may hold line ends."""
    while True:
        begins = lines.line_num + 1
        try:
            cells = next(lines, None)
        except csv.Error as error:
            raise ParsingFailed(_csv_words(str(error), begins)) from None
        if cells is None:
            return
        yield begins, cells


def _csv_words(error: str, line: int) -> str:
    if "field larger" in error:
        return f"Line {line:,}: a cell has more than {MAX_CELL_CHARACTERS:,} characters, or a quote is never closed."
    if "unexpected end" in error:
        return f"Line {line:,}: a quote is opened and never closed."
    if "expected after" in error:
        return f"Line {line:,}: something follows a closing quote. A quote inside a quoted cell is written twice."
    return f"Line {line:,} cannot be read as CSV."


def read_json(path: Path) -> Table:
    """Read a list of objects, or an object that holds one such list."""
    found = _loaded(text_of(path))
    if isinstance(found, dict):
        lists = [value for value in found.values() if isinstance(value, list)]
        if len(lists) != 1:
            raise ParsingFailed("The file holds no list of rows.", hint='Write [{"input": ...}, ...].')
        found = lists[0]
    if not isinstance(found, list):
        raise ParsingFailed("The file holds no list of rows.", hint='Write [{"input": ...}, ...].')
    grid = Grid("json")
    for number, row in enumerate(found, start=1):
        grid.take_object(number, row)
    return grid.table()


def read_jsonl(path: Path) -> Table:
    grid = Grid("jsonl")
    for number, line in enumerate(text_of(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = _loaded(line)
        except ParsingFailed as failure:
            grid.refuse(number, failure.message.replace(", line 1,", ","))
            continue
        grid.take_object(number, row)
    return grid.table()


def is_lines(text: str) -> bool:
    """Tell whether each line is a row by itself; a file of one line may also be an object that holds the list.

    Where the first one is none, most of those behind it are to be: it is a bad row then, and the others are read. A
    name above nothing but rows is the head of a column that holds them.
    """
    first, *others = [line for line in text.split("\n") if line.strip()][:MOST_LOOKED_AT]
    if row := _object(first):
        holds_rows = any(isinstance(value, list) and value and isinstance(value[0], dict) for value in row.values())
        return bool(others) or not holds_rows
    num_rows = sum(_object(line) is not None for line in others)
    is_column = num_rows == len(others) > 0 and NAME.fullmatch(first) and _is_one_column([first, *others])
    return 2 * num_rows > len(others) and not is_column


def _is_one_column(lines: list[str]) -> bool:
    delimiter = delimiter_of("\n".join(lines))
    return all(len(cells) == 1 for cells in csv.reader(lines, delimiter=delimiter))


def _object(line: str) -> dict[str, Any] | None:
    try:
        row = _loaded(line)
    except ParsingFailed:
        return None
    return row if isinstance(row, dict) else None


def _loaded(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse, parse_float=_float, parse_int=_integer)
    except json.JSONDecodeError as error:
        raise ParsingFailed(f"This is no JSON: {error.msg}, line {error.lineno}, column {error.colno}.") from None
    except RecursionError:
        raise ParsingFailed("The JSON is nested too deep.") from None


def _refuse(_text: str) -> NoReturn:
    raise ParsingFailed("The JSON holds a number that is too large, or none.")


def _float(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refuse(text)


def _integer(text: str) -> int:
    number = int(text) if len(text) <= len(str(MAX_NUMBER)) + 1 else MAX_NUMBER
    return number if -MAX_NUMBER <= number < MAX_NUMBER else _refuse(text)
