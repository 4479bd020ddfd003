"""Phone numbers by the numbering plans of the world (phonenumbers), expressions in linear time (RE2)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import islice

import phonenumbers
import re2

from backend.errors import InvalidInput
from backend.ports.masking import Place

# Room for what an expression is compiled to, in bytes: one such as (a{1000}){1000} is refused.
MAX_COMPILED = 1 << 20
# What may be a number: the library reads these pieces alone, for 2-7 us a character are too many for long texts.
CANDIDATE = re.compile(r"(?<![\w@])(?:\+|\()?\d[\d ()./\t-]{5,30}")
MIN_DIGITS, MAX_DIGITS = 7, 15
# Beyond so many candidates in one text, whatever has the length of a number is taken for one.
MAX_LOOKED_AT = 1_000
# A number in one piece, without a country's code or a leading 0, is one by its length and first digits alone, as an id
# may be by chance. Behind a word that says so it is an id, unless somebody is to be called. The words are told one by
# one: the id of a sender or a contact, as of WhatsApp, is their phone, and so is what many write behind a bare "#".
REACH = 40
SAY_SO = "order|ticket|invoice|transaction|tracking|serial"
NUMBERED = (
    f"{SAY_SO}|account|article|booking|case|contract|customer|item|parcel|payment|policy|receipt|record|request|"
    "reservation|session|shipment|artikel|auftrags?|bestell|buchungs?|kunden|rechnungs?|sendungs?|serien|vertrags?|"
    "vorgangs?"
)
HAVE_IDS = "batch|correlation|document|event|file|flow|job|message|product|project|run|span|task|trace"
IS_AN_ID = re.compile(
    rf"(?i:(?:\A|[\W_])(?:(?:{SAY_SO}|sku|ref|reference)(?:[ _-]?number)?"
    rf"|(?:{NUMBERED})(?:[ _-]?(?:id|no\.?|nr\.?|number|nummer|#))|(?:{HAVE_IDS})[ _-]?id)"
    r"|(?:\A|[\"'])id(?=[\"' ]{0,2}[:=]))"
    r"[\s:=#\"'(\[]{0,4}\Z"
)
CALLS = re.compile(r"(?i:phone|tel|mobil|cell|call|fax|whatsapp|handy|ruf|sms|dial|contact|reach)")
WROTE = re.compile(r"(?i:(?:\A|[\W_])(?:wa|sender|recipient|from|to|user)[ _-]?id|msisdn)[\s:=#\"'(\[]{0,4}\Z")


class LinearExpression:
    """RE2 reads each sign once; where it is asked for more than it has room for, it goes more slowly, not further."""

    def __init__(self, pattern: str) -> None:
        self._compiled = _compiled(pattern)

    def places(self, text: str) -> Iterator[Place]:
        return (found.span() for found in self._compiled.finditer(text))


class LibraryFinders:
    """Reads the plan of a region when one of its numbers is met first."""

    def expression(self, pattern: str) -> LinearExpression:
        try:
            made = LinearExpression(pattern)
            if next(made.places(""), None) is not None:
                raise InvalidInput("The expression matches where nothing is.")
        except re2.error as error:
            why = error.args[0].decode(errors="replace") if error.args and isinstance(error.args[0], bytes) else ""
            raise InvalidInput(f"This is no expression that RE2 reads: {why}.".replace(": .", ".")) from error
        return made

    def phones(self, text: str, regions: Sequence[str]) -> Iterator[Place]:
        candidates = CANDIDATE.finditer(text)
        for found in islice(candidates, MAX_LOOKED_AT):
            piece = found.group()
            if sum(one.isdigit() for one in piece) >= MIN_DIGITS:
                places = [*_numbers(piece, found.start(), regions)] or [*_called(text, piece, found.start())]
                yield from (place for place in places if not _is_id(text, *place))
        for found in candidates:
            if MIN_DIGITS <= sum(one.isdigit() for one in found.group()) <= MAX_DIGITS:
                yield found.span()

    def is_region(self, region: str) -> bool:
        return region in phonenumbers.SUPPORTED_REGIONS


def _numbers(piece: str, start: int, regions: Sequence[str]) -> Iterator[Place]:
    """Yield the numbers of a piece, read with each region; "ZZ" knows those with a country's code alone."""
    for region in regions or ("ZZ",):
        places = [(start + one.start, start + one.end) for one in phonenumbers.PhoneNumberMatcher(piece, region)]
        if places:
            yield from places
            return


def _called(text: str, piece: str, start: int) -> Iterator[Place]:
    """Yield a number whose country's code has no sign before it, as in the ids of WhatsApp, behind a word that says so.

    Without such a word too many ids would be one by chance.
    """
    digits, first = piece.rstrip(), max(0, start - REACH)
    is_called = CALLS.search(text, first, start) or WROTE.search(text, first, start)
    if not is_called or not digits.isdigit() or digits[0] == "0":
        return
    with suppress(phonenumbers.NumberParseException):
        if phonenumbers.is_valid_number(phonenumbers.parse(f"+{digits}")):
            yield start, start + len(digits)


def _is_id(text: str, start: int, end: int) -> bool:
    """Tell whether what could be a number is called something else."""
    digits = text[start:end]
    if not digits.isdigit() or digits[0] == "0":
        return False
    first = max(0, start - REACH)
    return bool(IS_AN_ID.search(text, first, start)) and not CALLS.search(text, first, start)


@lru_cache(512)
def _compiled(pattern: str) -> re2._Regexp:
    options = re2.Options()
    options.log_errors, options.max_mem = False, MAX_COMPILED
    return re2.compile(pattern, options)
