"""What a search shows of a conversation that it found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FoundIn(StrEnum):
    """Where the words stand: what was said, or what a conversation is found by beside it."""

    MESSAGE = "message"
    PERSON = "person"
    SESSION = "session"
    ID = "id"


@dataclass(frozen=True, slots=True)
class Piece:
    """Words as they stand there; `is_hit` where the search asked for them."""

    text: str
    is_hit: bool = False


@dataclass(frozen=True, slots=True)
class Snippet:
    """Pieces of one line, with … where it is cut. `message_id` is empty where a name was found."""

    pieces: tuple[Piece, ...]
    found_in: FoundIn = FoundIn.MESSAGE
    message_id: str = ""
