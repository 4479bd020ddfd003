"""Two experiments on one model, and the moments at which its turns were taken."""

from __future__ import annotations

from typing import Any

import pytest

from backend.experiments.engine.lanes import Lane
from backend.experiments.types import Experiment
from tests.backend.experiments.conftest import Lab, prompt

PER_MINUTE = 1_200
APART = 60 / PER_MINUTE


async def two_on_one_model(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> tuple[list[Experiment], list[float]]:
    """Start two of five answers each, both wishing 1,200 a minute; the moments are filled while they are carried."""
    moments: list[float] = []
    turn = Lane._turn

    async def noted(self: Lane, *given: Any) -> bool:
        probing = await turn(self, *given)
        moments.append(self._clock())
        return probing

    monkeypatch.setattr(Lane, "_turn", noted)
    lab.fill(5)
    variant = prompt("only", "{{ good }}")
    return [await lab.started(variant, concurrency=5, requests_per_minute=PER_MINUTE) for _ in range(2)], moments
