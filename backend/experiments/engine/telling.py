"""Live progress for whoever watches: counts, cost and the time that is left."""

from __future__ import annotations

import time
from decimal import Decimal

from backend.experiments.models import ExperimentCellRow, ExperimentRow
from backend.experiments.types import CellStatus, Progress, Status
from backend.ports.events import Events

EVERY_SECONDS = 0.3


def topic_of(experiment_id: str) -> str:
    """Return the topic of the events engine on which an experiment tells its progress."""
    return f"experiment:{experiment_id}"


class Teller:
    """Counts what this attempt ends, on top of what earlier ones did."""

    def __init__(self, events: Events, row: ExperimentRow) -> None:
        self._events, self._row = events, row
        self._num_done = self._num_failed = 0
        # The time that is left follows steps: an answer is one, each question to a judge another.
        self._num_steps, self._steps_each = 0, 1
        self._num_pairs, self._steps_a_pair = 0, 0
        self._judged: set[int] = set()
        self._cost = Decimal(0)
        self._began = time.monotonic()
        self._told_at = 0.0

    def begin(self, progress: Progress, num_questions: int) -> None:
        """Take up what earlier attempts did; a cell is judged by so many questions."""
        self._num_done, self._num_failed, self._cost = progress.num_done, progress.num_failed, progress.cost
        self._steps_each = 1 + num_questions
        self._began = time.monotonic()

    def pair(self, num_pairs: int, num_questions: int) -> None:
        """Count on so many pairs behind the answers, each judged by so many questions."""
        self._num_pairs, self._steps_a_pair = num_pairs, num_questions

    def paired(self, cost: Decimal) -> None:
        """Note a pair that was judged, and what that cost."""
        self._num_pairs -= 1
        self._num_steps += self._steps_a_pair
        self._cost += cost

    def unpaired(self) -> None:
        """Note an answer that failed, which is held beside nothing."""
        self._num_pairs -= 1

    def answered(self, cell: ExperimentCellRow) -> None:
        """Note an answer that is being judged."""
        self._judged.add(cell.number)
        self._num_steps += 1

    def ended(self, cell: ExperimentCellRow, cost: Decimal) -> None:
        """Note a cell that ended, and what it cost in this attempt."""
        done = cell.status == CellStatus.DONE
        self._num_done += done
        self._num_failed += not done
        self._num_steps += self._steps_each - (cell.number in self._judged)
        self._judged.discard(cell.number)
        self._cost += cost

    @property
    def eta_seconds(self) -> float | None:
        """Return how long the rest takes at the pace of this attempt; None before its first answers."""
        if not self._num_steps:
            return None
        cells = self._row.num_cells - self._num_done - self._num_failed
        left = cells * self._steps_each - len(self._judged) + self._num_pairs * self._steps_a_pair
        return left * (time.monotonic() - self._began) / self._num_steps

    async def tell(self, ended: Status | None = None) -> None:
        """Say where it stands, a few times a second at most; its end always."""
        now = time.monotonic()
        if ended is None and now - self._told_at < EVERY_SECONDS:
            return
        self._told_at = now
        await self._events.publish(
            topic_of(self._row.id),
            {
                "event": "experiment.progress",
                "status": (ended or Status.RUNNING).value,
                "num_cells": self._row.num_cells,
                "num_done": self._num_done,
                "num_failed": self._num_failed,
                "num_judged": len(self._judged),
                "cost": float(self._cost),
                "eta_seconds": self.eta_seconds,
            },
        )
