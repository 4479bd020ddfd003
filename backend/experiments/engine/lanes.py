"""The way to one model or flow, shared by all experiments of a project: its rate, how many at once, and refusals."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from backend.columns import utc_now
from backend.experiments.engine.places import Places
from backend.experiments.types import MAX_CONCURRENCY
from backend.ports.language_model import FailureReason, ModelFailed, Usage

Answer = TypeVar("Answer")
# Take the next turn, so that the one behind it is so many seconds later; nought where taken, else how long to wait.
Take = Callable[[float], Awaitable[float]]
# No second try mends these, and every other cell would meet them too.
FATAL: frozenset[FailureReason] = frozenset({"key", "not_found", "quota", "address"})
# Every cell would meet these, or this question alone: a filter refuses it as forbidden, its answer is empty.
PECULIAR: frozenset[FailureReason] = frozenset({"forbidden", "not_a_model"})
PASSING: frozenset[FailureReason] = frozenset({"rate_limit", "overloaded", "unreachable", "silent", "broken", "cut"})
FAILURES_THAT_SHUT = 5
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 60.0
GIVE_UP_SECONDS = 600.0
# Whoever asks to be left alone for longer is not waited for.
LONGEST_WAIT_SECONDS = 60.0
# A Retry-After may name any number, and the calendar ends.
LONGEST_REST_SECONDS = 365 * 86_400.0
MAX_TRIES = 6


class LaneGivenUp(Exception):  # it carries the model's own refusal
    """The model cannot be asked any more: the experiment ends with its words, which say whose they are."""

    def __init__(self, failed: ModelFailed, name: str = "") -> None:
        super().__init__(failed.message)
        self.error = f"{name}: {failed.message}" if name else failed.message
        self.hint = failed.hint


class LaneResting(LaneGivenUp):
    """The provider asks to be left alone for longer than anybody waits here."""

    def __init__(self, failed: ModelFailed, seconds: float, name: str = "") -> None:
        super().__init__(failed, name)
        self.until = utc_now() + timedelta(seconds=min(seconds, LONGEST_REST_SECONDS))
        self.words = f"{self.error} {failed.hint}".strip()
        self.hint = "Nothing is lost."


class TurnGivenBack(LaneGivenUp):
    """The experiment stopped while a call waited for its turn: it was not made."""

    def __init__(self) -> None:
        Exception.__init__(self)


class Lane:
    """After five failures in a row one call at a time tries the way, until one comes through."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, take: Take | None = None, *, name: str = ""
    ) -> None:
        """`take` asks for the next turn where other processes take turns too. `name` says in words what is asked."""
        self._clock, self._take, self._name = clock, take, name
        self._places = Places()
        self._next_at = 0.0
        self._failures = self._peculiar = 0
        self._failing_since = self._refused_at = 0.0
        self._shut_until = 0.0
        self._probing = False
        self._refusal: ModelFailed | None = None

    @property
    def refusal(self) -> str:
        """Say why it is shut and when it is tried again; empty where it is open."""
        if self._refusal is None or not self.is_shut:
            return ""
        left = max(1, round(self._shut_until - self._clock()))
        bound = f"given up {GIVE_UP_SECONDS / 60:.0f} minutes after its first refusal"
        return f"{self._refusal.message} It is asked again in about {left} s, and {bound}."

    @property
    def is_shut(self) -> bool:
        return self._failures >= FAILURES_THAT_SHUT

    async def call(
        self,
        ask: Callable[[], Awaitable[Answer]],
        *,
        requests_per_minute: int | None = None,
        most: int = MAX_CONCURRENCY,
        spent: Callable[[Usage], None] = lambda _usage: None,
        is_stopped: Callable[[], bool] = lambda: False,
    ) -> tuple[Answer, int]:
        """Ask until an answer comes; return it and the number of tries. At most `most` are under way, of whomever.

        `spent` hears of every failed try, for what it cost. Raise ModelFailed where another try would not help this
        question, LaneGivenUp where it would help none, LaneResting where it would long after, TurnGivenBack once
        `is_stopped` says so before a try.
        """
        for tries in range(1, MAX_TRIES + 1):
            probing = await self._turn(requests_per_minute, most, is_stopped)
            try:
                answer = await ask()
            except ModelFailed as failed:
                spent(failed.usage)
                if failed.reason in FATAL or self._is_for_all(failed):
                    raise LaneGivenUp(failed, self._name) from failed
                if (wait := failed.retry_after_seconds or 0.0) > LONGEST_WAIT_SECONDS:
                    raise LaneResting(failed, wait, self._name) from failed
                if failed.reason not in PASSING:
                    self._came_through()
                    raise
                self._refused(failed, probing=probing)
                if self._clock() - self._failing_since > GIVE_UP_SECONDS:
                    raise LaneGivenUp(failed, self._name) from failed
                # What had begun to be said is not asked for again behind the reader's back.
                if failed.text or not failed.may_help_to_retry or tries == MAX_TRIES:
                    raise
            else:
                self._came_through()
                self._peculiar = 0
                return answer, tries
            finally:
                self._places.give_back()
                if probing:
                    self._probing = False
        raise AssertionError("the last try returns or raises")

    async def take(self, *, requests_per_minute: int | None, most: int) -> HeldPlace:
        """Wait for the turn of one call that somebody else makes, who tries again or not."""
        return HeldPlace(self, probing=await self._turn(requests_per_minute, most, lambda: False))

    def _note(self, failed: ModelFailed | None, *, probing: bool) -> None:
        if failed is None:
            self._came_through()
        elif failed.reason in PASSING:
            self._refused(failed, probing=probing)

    def _leave(self, *, probing: bool) -> None:
        self._places.give_back()
        if probing:
            self._probing = False

    async def _turn(self, requests_per_minute: int | None, most: int, is_stopped: Callable[[], bool]) -> bool:
        """Wait until this call may go, with a place; say whether it is the one that tries a way that was shut."""
        while True:
            if is_stopped():
                raise TurnGivenBack
            left = self._left(requests_per_minute)
            if left > 0 or (self.is_shut and self._probing):
                await asyncio.sleep(min(max(left, 0.02), 1.0))
                continue
            if not await self._places.take(most, is_stopped):
                continue
            goes = False
            try:
                goes = not is_stopped() and await self._goes(requests_per_minute)
            finally:
                if not goes:  # nobody holds a place while they wait for something else
                    self._places.give_back()
            if goes:
                probing = self.is_shut
                self._probing = self._probing or probing
                return probing

    def _left(self, requests_per_minute: int | None) -> float:
        """Return the seconds until the way is open and the next turn comes."""
        return max(self._shut_until, self._next_at if requests_per_minute else 0.0) - self._clock()

    async def _goes(self, requests_per_minute: int | None) -> bool:
        """Take the turn; False where somebody else did while this waited for its place, or the way was shut."""
        if self._left(requests_per_minute) > 0:
            return False
        if requests_per_minute:
            apart = 60 / requests_per_minute
            self._next_at = self._clock() + apart  # before the others of this process ask, who then need not
            if self._take and (wait := await self._take(apart)):
                self._next_at = self._clock() + wait
                return False
        return not (self.is_shut and self._probing)

    def _is_for_all(self, failed: ModelFailed) -> bool:
        """Tell whether so many in a row met what one question may meet that the next would too."""
        self._peculiar += failed.reason in PECULIAR
        if self._peculiar < FAILURES_THAT_SHUT:
            return False
        self._peculiar = 0  # who resumes it tries anew
        return True

    def _refused(self, failed: ModelFailed, *, probing: bool) -> None:
        """Count a refusal, and wait the longer; those under way when the way was shut tell nothing new."""
        now = self._clock()
        if not self._failures or now - self._refused_at > GIVE_UP_SECONDS:  # so long nobody asked
            self._failing_since = now
        self._refusal, self._refused_at = failed, now
        if self.is_shut and not probing:
            return
        self._failures += 1
        bound = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** max(0, self._failures - 1))
        jittered = random.uniform(bound / 2, bound)  # noqa: S311  # jitter needs no secrecy
        self._shut_until = max(self._shut_until, self._clock() + jittered)

    def _came_through(self) -> None:
        self._failures = 0
        self._shut_until = 0.0
        self._refusal = None


class HeldPlace:
    """A place at a model, held by a call that the lane does not make itself."""

    def __init__(self, lane: Lane, *, probing: bool) -> None:
        self._lane, self._probing = lane, probing

    def note(self, failed: ModelFailed | None) -> None:
        """Say that an answer came, or why none did."""
        self._lane._note(failed, probing=self._probing)

    def give_back(self) -> None:
        """Let the next call begin."""
        self._lane._leave(probing=self._probing)


class RunPace:
    """How the run of an answer asks its models, where it goes on without the experiment that began it."""

    def __init__(self, lanes: Lanes, project_id: str, requests_per_minute: int | None, most: int) -> None:
        self._lanes, self._project_id = lanes, project_id
        self._requests_per_minute, self._most = requests_per_minute, most

    async def take(self, reference: str) -> HeldPlace:
        """Wait for a turn of a node at its model."""
        lane = self._lanes.to(self._project_id, reference)
        return await lane.take(requests_per_minute=self._requests_per_minute, most=self._most)


def _named(reference: str) -> str:
    """Say which model is meant: another provider may have one of that name. A flow's own words name its node."""
    provider, _, model = reference.partition(":")
    return f"{model} of {provider}" if model else ""


class Lanes:
    """One lane for each model or flow of a project. `share` tells how its turns are shared with other processes."""

    def __init__(self, share: Callable[[str, str], Take] | None = None) -> None:
        self._share = share
        self._lanes: dict[tuple[str, str], Lane] = {}

    def to(self, project_id: str, reference: str) -> Lane:
        if (project_id, reference) not in self._lanes:
            take = self._share(project_id, reference) if self._share else None
            self._lanes[project_id, reference] = Lane(take=take, name=_named(reference))
        return self._lanes[project_id, reference]
