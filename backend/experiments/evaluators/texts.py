"""Evaluators that look at the words: exact, contains, regex."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import takewhile
from typing import Any, ClassVar, Literal

import regex
from pydantic import Field, field_validator

from backend.errors import InvalidInput
from backend.experiments.evaluators.base import YES, Case, Evaluator, Help, Score, as_text, no, shortened

# An expression that needs longer is one that never ends: (a+)+$ takes an hour for 40 letters.
REGEX_SECONDS = 0.5
MAX_PATTERN = 2_000
# So many texts of a row are looked for in an answer; each is a walk through all of it.
MAX_OPTIONS = 1_000
SHOWN_WORDS, SHOWN_CHARACTERS, SHOWN_OPTIONS = 5, 60, 20
# The label of an answer that is not equal to what is expected, and says it: only its form is another.
HELD = "held"
WORDS = regex.compile(r"\w+")
# Where words are written without blanks none ends anywhere.
UNBROKEN_FROM = "\u0e00"


class Exact(Evaluator):
    """The answer is what was expected, blanks at its ends aside."""

    kind: ClassVar[str] = "exact"
    ignore_case: bool = False
    value: str | None = Field(default=None, description="What to expect in place of the row's expected output.")

    async def measure(self, case: Case, aid: Help) -> Score:  # noqa: ARG002
        return await asyncio.to_thread(self._compare, case)

    def _compare(self, case: Case) -> Score:
        wanted = [self.value] if self.value is not None else _options(case.expected)
        given = {_folded(one.strip(), ignore_case=self.ignore_case) for one in case.readings}
        holds = any(_folded(one.strip(), ignore_case=self.ignore_case) in given for one in wanted)
        if holds:
            return YES
        said = [_plain(one) for one in case.readings]
        is_held = any(_is_said(text, _plain(one)) for one in wanted[:MAX_OPTIONS] for text in said)
        failed = no(_difference(case.readings[-1], wanted, ignore_case=self.ignore_case))
        return replace(failed, label=HELD) if is_held else failed


class Contains(Evaluator):
    """The answer holds any or all of these texts, each in one piece; without any, the whole expected output."""

    kind: ClassVar[str] = "contains"
    values: tuple[str, ...] = Field(default=(), max_length=100, description="In place of the expected output.")
    mode: Literal["any", "all"] = "any"
    ignore_case: bool = True
    whole: bool = Field(
        default=False,
        description="Whole words alone: without it, no is found in know. The form begins with it where the rows expect "
        "single words.",
    )

    async def measure(self, case: Case, aid: Help) -> Score:  # noqa: ARG002
        return await asyncio.to_thread(self._look, case)

    def _look(self, case: Case) -> Score:
        wanted = list(self.values) or _options(case.expected)
        if len(wanted) > MAX_OPTIONS:
            raise InvalidInput(f"The row expects {len(wanted):,} texts; at most {MAX_OPTIONS:,} are looked for.")
        given = [_folded(one, ignore_case=self.ignore_case) for one in case.readings]
        missing = [
            one
            for one in wanted
            if not any(_holds(text, _folded(one, ignore_case=self.ignore_case), whole=self.whole) for text in given)
        ]
        holds = not missing if self.mode == "all" else len(missing) < len(wanted)
        if holds and wanted:
            return YES
        return no(f"Missing: {', '.join(missing)[:200]}" if missing else "Nothing was asked for.")


class Regex(Evaluator):
    """The answer matches a regular expression somewhere, or as a whole."""

    kind: ClassVar[str] = "regex"
    pattern: str = Field(min_length=1, max_length=MAX_PATTERN)
    whole: bool = Field(default=False, description="The whole answer has to match.")
    ignore_case: bool = False

    @field_validator("pattern")
    @classmethod
    def _can_be_read(cls, pattern: str) -> str:
        try:
            _compiled(pattern, 0)
        except regex.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        except RecursionError:
            raise ValueError("a regular expression that is nested too deeply") from None
        return pattern

    async def measure(self, case: Case, aid: Help) -> Score:  # noqa: ARG002
        compiled = _compiled(self.pattern, regex.IGNORECASE if self.ignore_case else 0)
        for text in case.readings:
            if await asyncio.to_thread(found_in, compiled, shortened(text), whole=self.whole):
                return YES
        return no("No match.")


def found_in(compiled: Any, text: str, *, whole: bool = False) -> bool:
    """Say whether the expression matches. It lets other threads run meanwhile, and ends after half a second."""
    search = compiled.fullmatch if whole else compiled.search
    try:
        return search(text, timeout=REGEX_SECONDS, concurrent=True) is not None
    except TimeoutError as error:
        raise InvalidInput(
            f"The expression took longer than {REGEX_SECONDS} s.", hint="Write it without nested repetitions."
        ) from error


@lru_cache(256)
def _compiled(pattern: str, flags: int) -> Any:
    return regex.compile(pattern, flags)


def _holds(text: str, part: str, *, whole: bool) -> bool:
    """Tell whether a text holds another in one piece, with `whole` beginning and ending where a word does."""
    if not whole:
        return part in text
    return regex.search(rf"(?<!\w){regex.escape(part)}(?!\w)", text) is not None


def _is_said(text: str, part: str) -> bool:
    """Tell whether a text says another, both as `_plain` writes them, whatever stands beside it."""
    if not part.strip() or max(part) >= UNBROKEN_FROM:
        return bool(part.strip()) and part.strip() in text
    return part in text


def _plain(text: str) -> str:
    """Return the words of a text between blanks, without case and signs."""
    return f" {' '.join(WORDS.findall(shortened(text).casefold()))} "


def _folded(text: str, *, ignore_case: bool) -> str:
    return text.casefold() if ignore_case else text


def _difference(given: str, wanted: Sequence[str], *, ignore_case: bool) -> str:
    """Say from which words on an answer differs, from the text among several that it follows longest."""
    mine = shortened(given).split()
    # A list may expect hundreds; what is said of it is a hint.
    others = [shortened(one).split() for one in wanted[:SHOWN_OPTIONS]]

    def alike(other: Sequence[str]) -> int:
        pairs = zip(mine, other, strict=False)
        same = (_folded(a, ignore_case=ignore_case) == _folded(b, ignore_case=ignore_case) for a, b in pairs)
        return sum(1 for _ in takewhile(bool, same))

    other = max(others, key=alike, default=[])
    at = alike(other)
    said, missing = _few(mine[at:]), _few(other[at:])
    if not mine:
        return "The answer is empty."
    if said and missing:
        return f"“{said}” in place of “{missing}”."
    if missing:
        return f"The answer ends before “{missing}”."
    return f"The answer goes on with “{said}”." if said else "The answer differs in its blanks alone."


def _few(words: Sequence[str]) -> str:
    text = " ".join(words[:SHOWN_WORDS])
    is_whole = len(words) <= SHOWN_WORDS and len(text) <= SHOWN_CHARACTERS
    return text if is_whole else f"{text[:SHOWN_CHARACTERS]}…"


def _options(expected: Any) -> list[str]:
    """Return the texts that are as good as each other: a list names several."""
    if isinstance(expected, dict) and len(expected) == 1:
        expected = next(iter(expected.values()))
    return [as_text(one) for one in expected] if isinstance(expected, list) else [as_text(expected)]
