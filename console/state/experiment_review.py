"""Score by hand what waits for a person, one answer after the other, without knowing who gave it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.errors import Conflict, InvalidInput
from backend.experiments.types import Asked, Experiment, Review
from backend.operator import Operator, Permission
from console.problems import caught
from console.state import formats
from console.state.addresses import Addressed
from console.state.experiment_compared import SHOWN_CHARACTERS, json_of, lines_of
from console.state.forms import Formed
from console.state.seat import Phased

MOST_KEYS = 9


@dataclass(frozen=True)
class ScoreKey:
    """A score that one key gives."""

    key: str
    label: str
    value: str


@dataclass(frozen=True)
class ReviewLine:
    """One answer and the one question about it that is asked now. Without `buttons` a number is typed."""

    number: int
    row: str
    question: str
    expected: str
    source: str
    output: str
    name: str
    asked: str
    scale: str
    buttons: list[ScoreKey] = field(default_factory=list)


class ExperimentReviewState(Addressed, Formed, Phased, rx.State):
    """`_seen` holds what was scored here, so that one can go back."""

    name: rx.Field[str] = rx.field("")
    experiment_id: rx.Field[str] = rx.field("")
    line: rx.Field[ReviewLine | None] = rx.field(None)
    left: rx.Field[str] = rx.field("")
    percent: rx.Field[int] = rx.field(0)
    can_go_back: rx.Field[bool] = rx.field(default=False)
    reason: rx.Field[str] = rx.field("")
    _seen: tuple[ReviewLine, ...] = ()

    @rx.event
    async def load(self) -> None:
        """Show the first answer that waits."""
        self._arrive()
        operator = await self._operator(Permission.EXPERIMENTS_REVIEW)
        self.reset()
        self.address = self.experiment_id = self._wanted()
        async with self._loading():
            self.name = (await services().experiments.get(operator, self.experiment_id)).name
            await self._next(operator, -1)

    async def _next(self, operator: Operator, after: int) -> None:
        """Show what waits behind a number, from the front again where nothing does."""
        found = await services().experiments.reviews(operator, self.experiment_id, after=after, limit=1)
        if not found.items and found.num_waiting:
            found = await services().experiments.reviews(operator, self.experiment_id, limit=1)
        total = found.num_waiting + found.num_scored
        self.left = f"{formats.count(found.num_scored)} of {formats.counted(total, 'answer')} scored"
        self.percent = round(100 * found.num_scored / total) if total else 100
        self.line = review_line(found.items[0], found.items[0].asked[0]) if found.items else None
        self.can_go_back, self.reason = bool(self._seen), ""
        self.phase = "ready" if self.line else "empty"

    @rx.event
    async def explain(self, words: str) -> None:
        """Keep what is typed as the reason of the next score."""
        await self._operator(Permission.EXPERIMENTS_REVIEW)
        self.reason = words

    @rx.event
    async def score(self, number: int, value: str) -> None:
        """Score the answer that is shown, and show the next one; a second press of a key is about neither."""
        operator = await self._operator(Permission.EXPERIMENTS_REVIEW)
        line = self.line
        if line is None or line.number != number:
            return
        async with self._checking():
            with caught(Conflict) as taken:
                await services().experiments.review(
                    operator, self.experiment_id, number, line.name,
                    value=_number(value), reason=self.reason, over_others=False,
                )  # fmt: skip
                self._seen = (*self._seen, line)
            await self._next(operator, number - 1)
            self.errors = {"": taken.problem.text} if taken.problem else {}

    @rx.event
    async def send(self, form: dict[str, Any]) -> Any:
        """Score it with the number that was typed."""
        await self._operator(Permission.EXPERIMENTS_REVIEW)
        if self.line is None:
            return None
        return ExperimentReviewState.score(self.line.number, str(form.get("value", "")))

    @rx.event
    async def skip(self) -> None:
        """Leave it for later."""
        operator = await self._operator(Permission.EXPERIMENTS_REVIEW)
        if self.line is not None:
            await self._next(operator, self.line.number)

    @rx.event
    async def back(self) -> None:
        """Take the last score back up, to give another."""
        await self._operator(Permission.EXPERIMENTS_REVIEW)
        if self._seen:
            self.line, self._seen = self._seen[-1], self._seen[:-1]
            self.can_go_back, self.phase = bool(self._seen), "ready"


def review_line(one: Review, asked: Asked) -> ReviewLine:
    return ReviewLine(
        number=one.number,
        row=f"{one.row:04d}",
        question=lines_of(one.input),
        expected=lines_of(one.expected),
        source="\n".join(filter(None, (json_of(one.input), json_of(one.expected)))),
        output=one.output[:SHOWN_CHARACTERS],
        name=asked.name,
        asked=asked.question,
        scale=f"{asked.low:g} to {asked.high:g}",
        buttons=_keys(asked),
    )


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InvalidInput("A score is a number.") from None


def _keys(asked: Asked) -> list[ScoreKey]:
    """Return a key for each score: yes and no, or the whole numbers of a short scale."""
    if (asked.low, asked.high) == (0.0, 1.0):
        return [ScoreKey("y", "Yes", "1"), ScoreKey("n", "No", "0")]
    low, high = round(asked.low), round(asked.high)
    if (low, high) == (asked.low, asked.high) and 0 <= low < high <= MOST_KEYS:
        return [ScoreKey(str(one), str(one), str(one)) for one in range(low, high + 1)]
    return []


async def waiting_words(operator: Operator, found: Experiment) -> str:
    """Return how many answers a person is asked about, empty for none."""
    asks = any(str(one.get("kind", "")).startswith("human") for one in found.draft.evaluators)
    if not asks or not operator.may(Permission.EXPERIMENTS_REVIEW):
        return ""
    num_waiting = (await services().experiments.reviews(operator, found.id, limit=1)).num_waiting
    return f"Review {formats.counted(num_waiting, 'answer')}" if num_waiting else ""
