"""What comes back from the process that reads a document, and what is asked of the one that cuts texts."""

from __future__ import annotations

import msgspec

from backend.ports.parsing import Kind, ParsedDocument
from backend.ports.tables import Table


class Outcome(msgspec.Struct):
    """A document, or a kind or a table where that was asked, or the words of a failure."""

    document: ParsedDocument | None = None
    kind: Kind | None = None
    table: Table | None = None
    failure: str = ""
    hint: str = ""


class Cut(msgspec.Struct, tag=True):
    """Cut each text into pieces of at most `size` characters; `overlaps` holds what neighbours share, per text."""

    texts: list[str]
    size: int
    overlaps: list[int]
