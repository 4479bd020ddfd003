"""Hold rows to the limits and the schemas, and make of each what its table stores."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.columns import storable
from backend.datasets.types import (
    MAX_ITEM_CHARACTERS,
    MAX_SPLIT,
    MAX_TAG,
    MAX_TAGS,
    NO_SPLIT,
    NewItem,
    Source,
    SourceKind,
)
from backend.mapped_tables import RowProblem
from backend.plain_json import flaws_of
from backend.ports.schemas import Checker

MAX_DEPTH = 30  # a schema unrolls a little further (backend/engines/schemas/rust.py)
MAX_KEY = 200
MAX_SEARCHED = 20_000
MAX_ORIGIN = 200
HASH_BYTES = 16


@dataclass(frozen=True, slots=True)
class Rules:
    """The schemas of a dataset, ready; None where there is none."""

    input: Checker | None = None
    expected_output: Checker | None = None

    def problems(self, number: int, item: NewItem) -> list[RowProblem]:
        """Return what is wrong with a row that is sound otherwise."""
        found = []
        for name, checker, value in (
            ("input", self.input, item.input),
            ("expected_output", self.expected_output, item.expected_output),
        ):
            for flaw in checker.flaws(value) if checker else ():
                inner = flaw.path if flaw.path.startswith("[") or not flaw.path else f".{flaw.path}"
                found.append(RowProblem(number, f"{name}{inner}", flaw.words))
        return found


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the table stores of a row, hashes and searched text included."""

    input: dict[str, Any]
    expected_output: Any
    details: dict[str, Any]
    split: str
    tags: str
    input_hash: str
    content_hash: str
    folded: str


def problems_of(number: int, item: NewItem, rules: Rules) -> list[RowProblem]:
    """Return why row `number` cannot be taken, nothing when it can."""
    found = [RowProblem(number, name, words) for name, words in _unsound(item)]
    return found or rules.problems(number, item)


def imported(number: int, item: NewItem, rules: Rules) -> list[RowProblem]:
    """Return why row `number` of a file cannot be taken: as `problems_of`, and an input of blanks asks nothing."""
    found = problems_of(number, item, rules) if item.input else []
    if found or any(text.strip() for text in _texts(item.input)):
        return found
    return [RowProblem(number, "input", "Every value is empty.")]


def prepared(item: NewItem) -> Prepared:
    """Return what is stored of a sound row."""
    given: dict[str, Any] = storable(dict(item.input))
    expected, details = storable(item.expected_output), storable(dict(item.metadata))
    split, tags = item.split.strip(), joined(item.tags)
    written = canonical(given)
    content = "\n".join((written, canonical(expected), canonical(details), split, tags))
    searched = " ".join(_texts((given, expected)))
    return Prepared(
        given, expected, details, split, tags, _hash(written), _hash(content), folded(searched[:MAX_SEARCHED])
    )


def origin_of(source: Source) -> Source:
    """Return what is stored of where a row came from."""
    return Source(source.kind, storable(source.name)[:MAX_ORIGIN], storable(source.reference)[:MAX_ORIGIN])


def told_of(source: Source) -> str:
    """Return what a version tells of where its rows came from: versions stay, so none names who asked."""
    return "" if source.kind is SourceKind.LOG else source.name


def input_hash(item: NewItem) -> str:
    """Return by what a row is known for a duplicate, as `prepared` stores it."""
    return _hash(canonical(storable(dict(item.input))))


def compared(given: Mapping[str, Any]) -> str:
    """Return by what the input of a row is like another: its words, by the names of its fields, in one case."""
    return folded("\n".join(_texts([given[name] for name in sorted(given)]))[:MAX_SEARCHED])


def canonical(value: Any) -> str:
    """Return the one way to write a JSON value: what is equal is written equally."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def joined(tags: Sequence[str]) -> str:
    """Return tags as the table keeps them: each between line ends, none twice."""
    kept = list(dict.fromkeys(storable(tag).strip() for tag in tags))
    return "\n".join(("", *kept, "")) if kept else ""


def parted(tags: str) -> tuple[str, ...]:
    return tuple(tag for tag in tags.split("\n") if tag)


def folded(text: str) -> str:
    """Return what a search compares: compatibility form, without case, runs of white space as one space."""
    return " ".join(unicodedata.normalize("NFKC", storable(text)).casefold().split())


def check_tags(tags: Sequence[str]) -> str:
    """Return what is wrong with tags, empty when nothing is."""
    if len(tags) > MAX_TAGS:
        return f"There are at most {MAX_TAGS} tags."
    if any(not _is_line(tag, MAX_TAG) for tag in tags):
        return f"A tag is one line of 1 to {MAX_TAG} characters."
    return ""


def _unsound(item: NewItem) -> Iterator[tuple[str, str]]:
    if not isinstance(item.input, Mapping) or not item.input:
        yield "input", "It must be an object with at least one field."
        return
    if not isinstance(item.metadata, Mapping):
        yield "metadata", "It must be an object."
        return
    whole = (item.input, item.expected_output, item.metadata)
    if words := next((words for part in whole for words in flaws_of(part, MAX_DEPTH, MAX_KEY)), ""):
        yield "", words
    elif len(canonical(whole)) > MAX_ITEM_CHARACTERS:
        yield "", f"It has more than {MAX_ITEM_CHARACTERS:,} characters."
    if item.split and not _is_line(item.split, MAX_SPLIT):
        yield "split", f"A split is one line of at most {MAX_SPLIT} characters."
    if item.split.strip() == NO_SPLIT:
        yield "split", f"“{NO_SPLIT}” means no split; leave it empty."
    if words := check_tags(item.tags):
        yield "tags", words


def _is_line(text: str, most: int) -> bool:
    return 0 < len(text.strip()) <= most and text.isprintable()


def _texts(value: Any) -> Iterable[str]:
    """Yield the words of a value, without the names of its fields."""
    if isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)
    elif value is not None:
        yield str(value)


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=HASH_BYTES).hexdigest()
