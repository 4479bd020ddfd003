"""What the use cases of judgements share."""

from __future__ import annotations

from typing import Any

from backend.annotations.service import AnnotationService
from backend.conversations.service import ConversationService
from backend.experiments.engine.executor import Executor
from backend.experiments.errors import JUDGEMENT
from backend.experiments.models import ExperimentRow
from backend.experiments.outside import Outside
from backend.experiments.service.running import Running
from backend.experiments.types import Experiment, Told
from backend.judgements.shapes import judgement_of
from backend.judgements.types import Judgement
from backend.live_tests.service import LiveTestService
from backend.operator import Operator
from backend.unit_of_work import Work


class Runs(Running):
    """Judgements as experiments run: the same job, lanes, purse and record."""

    KIND = JUDGEMENT

    def enqueue(self, work: Work, row: ExperimentRow) -> None:
        self._enqueue(work, row)

    def told(self, judgement_id: str) -> Told:
        return self._executor.told(judgement_id)

    async def now(self, operator: Operator, judgement_id: str) -> Experiment:
        return await self._now(operator, judgement_id)

    async def judge(self, spec: Any) -> Any:
        """Return the evaluator of settings whose numbers lie on its scale. Raise InvalidInput."""
        (found,) = await self._fitting([spec])
        return found


class Base:
    """Opened once for the process."""

    def __init__(
        self,
        outside: Outside,
        executor: Executor,
        log: ConversationService,
        annotations: AnnotationService,
        live_tests: LiveTestService,
    ) -> None:
        self._outside, self._units = outside, outside.units
        self._runs = Runs(outside, executor)
        self._log, self._annotations, self._live_tests = log, annotations, live_tests

    async def _shown(self, one: Experiment) -> Judgement:
        registry = await self._outside.late("evaluators.registry")
        (judge,) = registry.read(one.draft.evaluators)
        return judgement_of(one, judge.rubric_version)
