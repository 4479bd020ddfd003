"""The process that reads one document and ends. It gives up the network, all other files and most memory first."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec

from backend.engines.parsing.detection import kind_of
from backend.engines.parsing.orders import Outcome
from backend.engines.room.cage import die_with, forbid_files_but, forbid_network_and_programs, limit
from backend.ports.parsing import Kind, ParsedDocument, ParsingFailed

READERS: dict[Kind, tuple[str, str]] = {
    "pdf": ("pdf", "read_pdf"),
    "docx": ("docx", "read_docx"),
    "html": ("html_pages", "read_html"),
    "markdown": ("plain", "read_markdown"),
    "csv": ("plain", "read_csv"),
    "text": ("plain", "read_text"),
}
MAX_CHARACTERS = 20_000_000
NICENESS = 10
ROOT = Path(__file__).resolve().parents[3]
LIBRARIES = (Path("/usr"), Path("/lib"), Path("/lib64"), Path("/etc/ld.so.cache"), ROOT / "backend")
Reader = Callable[[Path], ParsedDocument]


def main(parent_pid: str, cpu_seconds: str, memory_bytes: str, task: str, *document: str) -> None:
    die_with(int(parent_pid))
    os.nice(NICENESS)  # the console's answers come before a document that takes a minute anyway
    path, name = Path(document[0]), document[1]
    limit(cpu_seconds=int(cpu_seconds), memory_bytes=int(memory_bytes))
    forbid_network_and_programs()
    forbid_files_but((*LIBRARIES, Path(sys.prefix), Path(sys.base_prefix), path))
    try:
        outcome = _outcome(task, path, name)
    except ParsingFailed as failure:
        outcome = Outcome(failure=failure.message, hint=failure.hint)
    with os.fdopen(sys.stdout.fileno(), "wb", closefd=False) as stream:
        stream.write(msgspec.msgpack.encode(outcome))


def _outcome(task: str, path: Path, name: str) -> Outcome:
    if task == "detect":
        return Outcome(kind=kind_of(path, name))
    if task == "table":
        return Outcome(table=importlib.import_module("backend.engines.parsing.rows").read_rows(path))
    return Outcome(_read(path, name))


def _read(path: Path, name: str) -> ParsedDocument:
    module, function = READERS[kind_of(path, name)]
    # Only the library that is needed: an import of all would cost each text file 100 ms.
    reader: Reader = getattr(importlib.import_module(f"backend.engines.parsing.{module}"), function)
    document = reader(path)
    if document.num_characters > MAX_CHARACTERS:
        raise ParsingFailed(f"The document has more than {MAX_CHARACTERS // 1_000_000} million characters.")
    if not document.num_characters:
        raise ParsingFailed("The document holds no text.")
    return document


if __name__ == "__main__":
    main(*sys.argv[1:])
