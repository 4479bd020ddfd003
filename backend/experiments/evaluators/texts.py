"""Evaluators that look at the words: exact, contains, regex."""

from __future__ import annotations

import asyncio
from functools import lru_cache
from typing import Any, ClassVar, Literal

import regex
from pydantic import Field, field_validator

from backend.errors import InvalidInput
from backend.experiments.evaluators.base import YES, Case, Evaluator, Help, Score, as_text, no, shortened

# An expression that needs longer is one that never ends: (a+)+$ takes an hour for 40 letters.
REGEX_SECONDS = 0.5
MAX_PATTERN = 2_000


class Exact(Evaluator):
    """The answer is what was expected, blanks at its ends aside."""

    kind: ClassVar[str] = "exact"
    ignore_case: bool = False
    value: str | None = Field(default=None, description="What to expect in place of the row's expected output.")

    async def measure(self, case: Case, aid: Help) -> Score:  # noqa: ARG002
        wanted = [self.value] if self.value is not None else _options(case.expected)
        given = _folded(case.output.strip(), ignore_case=self.ignore_case)
        holds = any(given == _folded(one.strip(), ignore_case=self.ignore_case) for one in wanted)
        return YES if holds else no("The answer differs from what was expected.")


class Contains(Evaluator):
    """The answer has any or all of these words; without words, those of the expected output."""

    kind: ClassVar[str] = "contains"
    values: tuple[str, ...] = Field(default=(), max_length=100, description="In place of the expected output.")
    mode: Literal["any", "all"] = "any"
    ignore_case: bool = True

    async def measure(self, case: Case, aid: Help) -> Score:  # noqa: ARG002
        wanted = list(self.values) or _options(case.expected)
        given = _folded(case.output, ignore_case=self.ignore_case)
        missing = [one for one in wanted if _folded(one, ignore_case=self.ignore_case) not in given]
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
        found = await asyncio.to_thread(found_in, compiled, shortened(case.output), whole=self.whole)
        return YES if found else no("No match.")


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


def _folded(text: str, *, ignore_case: bool) -> str:
    return text.casefold() if ignore_case else text


def _options(expected: Any) -> list[str]:
    """Return the texts that are as good as each other: a list names several."""
    if isinstance(expected, dict) and len(expected) == 1:
        expected = next(iter(expected.values()))
    return [as_text(one) for one in expected] if isinstance(expected, list) else [as_text(expected)]
