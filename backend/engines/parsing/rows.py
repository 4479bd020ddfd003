"""Tell what kind of rows a file holds by what stands in it, and read them."""

from __future__ import annotations

import importlib
import zipfile
from collections.abc import Callable
from pathlib import Path

from backend.engines.parsing.detection import OLE, REFUSED, ZIP
from backend.engines.parsing.records import is_lines, read_csv, read_json, read_jsonl, text_of
from backend.ports.parsing import ParsingFailed
from backend.ports.tables import Table

READABLE = "Add CSV, JSON, JSON lines or an Excel workbook (.xlsx)."
Reader = Callable[[Path], Table]


def read_rows(path: Path) -> Table:
    """Read a file of rows. Raise ParsingFailed."""
    if path.stat().st_size == 0:
        raise ParsingFailed("The file is empty.")
    with path.open("rb") as stream:
        head = stream.read(1024)
    if head.startswith(ZIP):
        return _workbook(path)
    if head.startswith(OLE):
        raise ParsingFailed("This is a workbook of an old Excel, or one with a password.", hint="Save it as .xlsx.")
    if head.startswith(b"%PDF-"):
        raise ParsingFailed("This is a PDF.", hint=READABLE)
    for start, spoken in REFUSED:
        if head.startswith(start):
            raise ParsingFailed(f"This is {spoken}.", hint=READABLE)
    text = text_of(path).lstrip()
    if not text:
        raise ParsingFailed("The file is empty.")
    if is_lines(text):
        return read_jsonl(path)
    return read_json(path) if text[0] in "[{" else read_csv(path)


def _workbook(path: Path) -> Table:
    try:
        with zipfile.ZipFile(path) as archive:
            members = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise ParsingFailed("The file is damaged or cut off.", hint="Add it again from the original.") from None
    if "xl/workbook.xml" not in members:
        raise ParsingFailed("This is an archive (ZIP) or a document, no workbook.", hint=READABLE)
    # Only where it is needed: an import of all libraries would cost each text file 100 ms.
    reader: Reader = importlib.import_module("backend.engines.parsing.workbook").read_xlsx
    return reader(path)
