"""From an error to words: a DomainError speaks for itself, anything else gets a reference into the log.

Annotations are evaluated here, not kept as text: Reflex compares the handler's with its own.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import reflex as rx

from backend.errors import DomainError, NotFound
from backend.ids import new_id
from console.toasts import refuse, warn

logger = logging.getLogger(__name__)
BEFORE_UNIT = re.compile(r"(?<=\d) (?=%|(?:ms|s|pt|min)\b)")


@dataclass(frozen=True)
class Problem:
    """What happened, what to do, and where the log has more (empty for an ordinary refusal).

    Of what `is_missing`, another try finds no more.
    """

    words: str = ""
    hint: str = ""
    reference: str = ""
    is_missing: bool = False

    @property
    def more(self) -> str:
        """What follows the words: the hint, then the reference."""
        return " ".join(filter(None, (self.hint, self.reference and f"Reference {self.reference}.")))

    @property
    def text(self) -> str:
        """All of it in one line."""
        return f"{self.words} {self.more}".strip()


def unbroken(words: str) -> str:
    """Keep a number and its unit on one line: "to 55.0 %." left "%." alone on the next."""
    return BEFORE_UNIT.sub("\u00a0", words)


def problem_of(error: Exception) -> Problem:
    if isinstance(error, DomainError):
        return Problem(unbroken(error.message), unbroken(error.hint), is_missing=isinstance(error, NotFound))
    reference = new_id("err")
    logger.error("unexpected error %s", reference, exc_info=error)
    return Problem(
        "Something went wrong on our side.",
        "Try again. If it happens again, look for the reference in the log.",
        reference,
    )


class Caught:
    """What a block raised and its words, None as long as it went well."""

    error: Exception | None = None
    problem: Problem | None = None


@contextmanager
def caught(kind: type[Exception] = Exception, *others: type[Exception]) -> Iterator[Caught]:
    """Keep what the block raises for a state that draws it in a place of its own: these kinds, else every one."""
    found = Caught()
    try:
        yield found
    except (kind, *others) as error:
        found.error, found.problem = error, problem_of(error)


def note_page_error(exception: Exception) -> None:
    """Write what a page threw into the log, except what browsers report and is none: a layout that settles later."""
    if "ResizeObserver loop" not in str(exception):
        logger.error("a page threw: %s", exception)


def show_problem(exception: Exception) -> rx.event.EventSpec:
    """Show what a handler raised as a toast: a refusal until an act goes well, a failure until it is closed."""
    problem = problem_of(exception)
    return (warn if problem.reference else refuse)(problem.words, problem.more)
