"""Tell a file's kind by what stands in it; its name only chooses between kinds of plain text."""

from __future__ import annotations

import codecs
import re
import zipfile
from pathlib import Path

from backend.ports.parsing import Kind, ParsingFailed

MAX_FILE_BYTES = 200 * 1024 * 1024
HEAD_BYTES = 64 * 1024
ENDINGS: dict[str, Kind] = {
    ".pdf": "pdf",
    ".docx": "docx",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "text",
    ".text": "text",
    ".log": "text",
}
SPOKEN: dict[Kind, str] = {
    "pdf": "a PDF",
    "docx": "a Word document",
    "markdown": "Markdown",
    "html": "a web page",
    "csv": "a table",
    "text": "plain text",
}
READABLE = "Add PDF, Word (.docx), Markdown, HTML, CSV or plain text."
# What people do send and what cannot be read, by its first bytes.
REFUSED = (
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"II*\x00", "a picture (TIFF)"),
    (b"MM\x00*", "a picture (TIFF)"),
    (b"{\\rtf", "a rich text file (RTF); save it as .docx"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"\x1f\x8b", "a compressed file (gzip); unpack it first"),
    (b"7z\xbc\xaf", "a compressed file (7-Zip); unpack it first"),
    (b"Rar!", "a compressed file (RAR); unpack it first"),
    (b"%!PS", "a PostScript file; save it as PDF"),
    (b"ID3", "a sound file"),
)
PARTS = (
    ("word/document.xml", None),
    ("xl/workbook.xml", "an Excel workbook; save its sheets as CSV"),
    ("ppt/presentation.xml", "a PowerPoint presentation; save it as PDF"),
    ("mimetype", "an OpenDocument or EPUB file; save it as PDF or .docx"),
    ("AndroidManifest.xml", "a program"),
)
OLE, ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"
# Atomic, because a file of comments alone would make it try every way to part them.
HTML = re.compile(
    r"\s*+(?:<\?xml[^>]*+>\s*+)?(?>(?:<!--(?:(?!-->).)*+-->\s*+)*+)<(!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
MAX_CONTROL_SHARE = 0.01


def kind_of(path: Path, name: str) -> Kind:
    """Return the kind of the file that the person called `name`. Raise ParsingFailed."""
    size = path.stat().st_size
    if size == 0:
        raise ParsingFailed("The file is empty.")
    if size > MAX_FILE_BYTES:
        raise ParsingFailed(
            f"The file is too large: {size // 2**20:,} MB, at most {MAX_FILE_BYTES // 2**20} MB are read."
        )
    ending = Path(name or path.name).suffix.lower()
    named = ENDINGS.get(ending)
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    found = _binary_kind(path, head) or _text_kind(head, named)
    if named and named != found and ("pdf" in {named, found} or "docx" in {named, found}):
        raise ParsingFailed(
            f"The name ends in {ending}, but the content is {SPOKEN[found]}.",
            hint="Give it its right name and add it again.",
        )
    return found


def _binary_kind(path: Path, head: bytes) -> Kind | None:
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
            raise ParsingFailed(
                "The document is protected with a password.", hint="Remove the password and add it again."
            )
        raise ParsingFailed("This is a document of an old Office version.", hint="Save it as .docx and add it again.")
    if head.startswith(ZIP):
        return _zip_kind(path)
    for start, spoken in REFUSED:
        if head.startswith(start):
            raise ParsingFailed(f"This is {spoken}.", hint=READABLE)
    if head[:4] == b"RIFF" or head[4:8] == b"ftyp":
        raise ParsingFailed("This is a picture, sound or film.", hint=READABLE)
    return None


def _zip_kind(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            members = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise ParsingFailed("The file is damaged or cut off.", hint="Add it again from the original.") from None
    for part, spoken in PARTS:
        if part in members:
            if spoken is None:
                return "docx"
            raise ParsingFailed(f"This is {spoken}.", hint=READABLE)
    raise ParsingFailed("This is an archive (ZIP).", hint="Unpack it and add the files in it.")


def _text_kind(head: bytes, named: Kind | None) -> Kind:
    text = decode(head)
    controls = sum(1 for character in text if character < " " and character not in "\t\n\r\f\x1b")
    if "\0" in text or controls > MAX_CONTROL_SHARE * len(text):
        raise ParsingFailed("This is no document that can be read.", hint=READABLE)
    if named in {"markdown", "csv", "html"}:
        return named
    return "html" if HTML.match(text) else "text"


def decode(content: bytes) -> str:
    """Return text of any usual encoding: with a mark, UTF-8, else the one of older Windows programs."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    try:
        # A head may end inside a character; what is left over then is no reason to doubt the rest.
        return codecs.getincrementaldecoder("utf-8")().decode(content)
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")
