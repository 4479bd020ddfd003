"""Put placeholders in the place of what is found: the same for the same value, all through one conversation."""

from __future__ import annotations

import hashlib
import re
import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from backend.masking.aside import aside
from backend.masking.finding import Looked, found_in
from backend.masking.nested import NOT_KEPT, within_json
from backend.masking.plain import SPELT, plain
from backend.masking.types import Found, Kind, Way

PLACEHOLDER = re.compile(r"\[([^\[\]\n]{1,40}) ([0-9]{1,6})\]")
NAME_DIGITS = 10
# What a name is called in which too much was found.
CUT = "name"
# A number of a JSON value can be a card as well, whatever way it is written.
SHORTEST_NUMBER, LONGEST_NUMBER = 10**12, 10**19
LONGEST_PHONE = 15


@dataclass(frozen=True, slots=True)
class NewValue:
    """A value to write down; `word` is the value itself, for the run that is under way.

    `is_first` says that its conversation never met it before.
    """

    kind: str
    digest: str
    number: int
    word: str
    is_first: bool = True


@dataclass(slots=True)
class Masker:
    """What masks the texts of one conversation, or of one run beside it. Without `looked` it changes nothing.

    `numbers` holds by kind and keyed digest what was met before: no value is in there. `vault` holds by placeholder
    the words of a run under way. Whoever opened it saves `new`.
    """

    looked: Looked | None = None
    salt: bytes = b""
    project_id: str = ""
    scope: str = ""
    way: Way = Way.API
    run_id: str = ""
    numbers: dict[tuple[str, str], int] = field(default_factory=dict)
    vault: dict[str, str] = field(default_factory=dict)
    last: Counter[str] = field(default_factory=Counter)
    new: list[NewValue] = field(default_factory=list)
    _known: dict[str, str] = field(default_factory=dict)
    _turn: threading.Lock = field(default_factory=threading.Lock)  # nodes of a run share it, and `kept` leaves the loop

    @property
    def is_on(self) -> bool:
        return self.looked is not None

    def text(self, text: str) -> str:
        """Return the text as it is kept: what JSON in it says, and then all of it."""
        if self.looked is None or not text:
            return text
        return self._plain(within_json(text, 0, self._value) or text)

    def _plain(self, text: str) -> str:
        assert self.looked is not None
        done, pieces = 0, list[str]()
        ours = [one.span() for one in PLACEHOLDER.finditer(text) if self._is_ours(one[1])]
        for found in found_in(text, self.looked):
            if not found.kind:
                pieces.append(text[done : found.start] + NOT_KEPT)
                done = len(text)
            elif not _overlaps(found, ours):
                pieces.append(text[done : found.start] + self._placeholder(found.kind, text[found.start : found.end]))
                done = found.end
        return "".join((*pieces, text[done:])) if pieces else text

    async def kept(self, value: Any) -> Any:
        """Return a JSON value as it is kept, like `value`; the loop does not stand while a long one is masked."""
        if isinstance(value, str) and value in self._known:
            return self._known[value]
        mask = self.text if isinstance(value, str) else self.value
        return await aside(lambda: mask(value), self._unknown(value)) if self.is_on else value

    def _unknown(self, value: Any) -> Any:
        """Return what of a value is still to be read."""
        if isinstance(value, str):
            return "" if value in self._known else value
        if isinstance(value, Mapping) and self._known:
            return {key: self._unknown(one) for key, one in value.items()}
        return value

    async def know(self, text: str) -> None:
        """Mask a text before the unit that keeps it; there it is at hand."""
        self._known[text] = await self.kept(text)

    def name(self, text: str) -> str:
        """Return an id of somebody or of a session, which stays one: the same everywhere in the project."""
        if self.looked is None or not text or not (found := found_in(text, self.looked)):
            return text
        return masked_name(self.salt, found[0].kind or CUT, text)

    def value(self, value: Any) -> Any:
        """Return a JSON value with every text in it as it is kept, the names of fields too.

        A text that is JSON itself is still JSON afterwards.
        """
        return value if self.looked is None else self._value(value, 0)

    def _value(self, value: Any, level: int) -> Any:
        if isinstance(value, str):
            if value in self._known:
                return self._known[value]
            known = within_json(value, level, self._value)
            return self._plain(value) if known is None else known
        if isinstance(value, Mapping):
            return {
                self._value(key, level): one if self._is_id(key, one) else self._value(one, level)
                for key, one in value.items()
            }
        if isinstance(value, list | tuple):
            return [self._value(one, level) for one in value]
        if isinstance(value, int | float) and SHORTEST_NUMBER <= abs(value) < LONGEST_NUMBER:
            written = str(abs(int(value)))
            masked = self._plain(written)
            return value if masked == written else masked
        return value

    def _is_id(self, key: Any, value: Any) -> bool:
        """Tell whether the digits of a field could be a phone, and its name says that they are something else."""
        assert self.looked is not None
        if not isinstance(value, str) or not value.isdigit() or len(value) > LONGEST_PHONE:
            return False
        if {one.kind for one in found_in(value, self.looked)} != {Kind.PHONE.value}:
            return False
        lead = f"{key}: "
        return all(one.end <= len(lead) for one in found_in(lead + value, self.looked))

    def real(self, value: Any) -> Any:
        """Return a value with the words of the run in the place of their placeholders."""
        return self._real(value, 0) if self.vault else value

    def _real(self, value: Any, level: int) -> Any:
        if isinstance(value, str):
            known = within_json(value, level, self._real)
            return PLACEHOLDER.sub(lambda one: self.vault.get(one[0], one[0]), value) if known is None else known
        if isinstance(value, Mapping):
            return {self._real(key, level): self._real(one, level) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [self._real(one, level) for one in value]
        return value

    def take_new(self) -> list[NewValue]:
        """Return what is to be written down, once."""
        with self._turn:
            new, self.new = self.new, []
        return new

    def _is_ours(self, kind: str) -> bool:
        assert self.looked is not None
        return kind in self.looked.own or kind in {one.value for one in Kind}

    def _placeholder(self, kind: str, word: str) -> str:
        key = kind, digest_of(self.salt, kind, _compared(kind, word))
        with self._turn:
            number = self.numbers.get(key)
            is_first = number is None
            if number is None:
                self.last[kind] += 1
                number = self.numbers[key] = self.last[kind]
            placeholder = f"[{kind} {number}]"
            if is_first or (self.run_id and placeholder not in self.vault):
                self.new.append(NewValue(*key, number, word, is_first))
            if self.run_id:
                self.vault.setdefault(placeholder, word)
        return placeholder


OFF = Masker()


def masked_name(salt: bytes, kind: str, name: str) -> str:
    """Return what stands for a person's id in which something of a kind was found."""
    return f"[{kind}{name_end(salt, name)}"


def name_end(salt: bytes, name: str) -> str:
    """Return how it ends, whatever was found in it: rules of today may lack the one that found something then."""
    return f" {digest_of(salt, '', name.strip())[:NAME_DIGITS]}]"


def digest_of(salt: bytes, kind: str, value: str) -> str:
    """Return 32 hex digits that tell values apart and tell nothing about them without the project's salt."""
    return hashlib.blake2b(f"{kind}\n{value}".encode("utf-8", "replace"), key=salt, digest_size=16).hexdigest()


def _overlaps(found: Found, ours: Sequence[tuple[int, int]]) -> bool:
    """Tell whether it stands in a placeholder that was put there before; these are in order."""
    before = bisect_left(ours, (found.end, 0)) - 1
    return before >= 0 and ours[before][1] > found.start


def _compared(kind: str, word: str) -> str:
    if kind == Kind.EMAIL:
        return plain(word, SPELT)[0].casefold()
    word = plain(word)[0]
    if kind in {Kind.PHONE, Kind.IBAN, Kind.CARD}:
        return "".join(filter(str.isalnum, word)).upper()
    return word
