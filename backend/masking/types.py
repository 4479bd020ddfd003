"""What the rest of the house sees of masking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

MAX_PATTERNS = 20
MAX_PATTERN = 500
MAX_NAME = 30
MAX_REGIONS = 5
MAX_TRIED = 20_000


class Kind(StrEnum):
    """What is known by itself. The value stands in the placeholder."""

    EMAIL = "e-mail"
    PHONE = "phone"
    IBAN = "IBAN"
    CARD = "card"


class Way(StrEnum):
    """How words come in."""

    CONSOLE = "console"  # a person asks in the console
    API = "api"  # a program asks over REST
    REPORTED = "reported"  # told over the compatible API
    TRACED = "traced"  # told by OpenTelemetry
    IMPORTED = "imported"  # read from a file
    RUN = "run"  # what a flow reads and answers on its way
    REPLY = "reply"  # a person answers in the place of a flow, or decides for it
    FEEDBACK = "feedback"  # what people say about an answer


@dataclass(frozen=True, slots=True)
class OwnPattern:
    """An expression as RE2 reads it; `name` stands in its placeholders."""

    name: str
    pattern: str


@dataclass(frozen=True, slots=True)
class MaskingRules:
    """What a project masks, nothing to begin with.

    `regions` are two letters each: phone numbers without a country's code are read as people there dial them.
    """

    kinds: frozenset[Kind] = frozenset()
    patterns: tuple[OwnPattern, ...] = ()
    regions: tuple[str, ...] = ()

    @property
    def is_on(self) -> bool:
        return bool(self.kinds or self.patterns)


NOTHING = MaskingRules()


@dataclass(frozen=True, slots=True)
class Found:
    """Where something telling stands in a text, and of which kind, as its placeholder names it."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Tried:
    """What would be kept of a text."""

    text: str
    found: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class MaskCount:
    """How many values were masked on a day (UTC): one that stands often in a conversation counts once."""

    day: date
    way: Way
    kind: str
    num: int
