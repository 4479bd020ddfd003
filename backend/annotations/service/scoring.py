"""What is known of how good a conversation and its answers are, from people and from evaluators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.annotations.repository import given_to, judged
from backend.annotations.service.base import Base
from backend.annotations.shapes import about_of
from backend.annotations.types import Score
from backend.columns import storable
from backend.operator import Operator, Permission


class ScoringUseCases(Base):
    """Read beside a transcript; given in queues and by experiments."""

    async def scores(self, operator: Operator, conversation_id: str, message_ids: Sequence[str]) -> list[Score]:
        """Return what queues and experiments say of a conversation and of these answers of it.

        An evaluator's score counts where the answer is word for word what stands in the log. What others label is told
        once it is whole, so that nobody is led.
        """
        operator.require(Permission.ANNOTATIONS_READ)
        async with self._units.read(operator) as session:
            given = await given_to(session, operator.project_id, storable(conversation_id), operator.user_id)
            scored = await judged(session, operator.project_id, [storable(one) for one in message_ids])
        found = [
            Score(
                name=config.asked,
                message_id=one.message_id,
                label=one.said.values[config.name],
                by=one.said.person_name,
                high=config.high if config.is_ordinal else None,
                queue_id=one.queue.id,
                source=one.queue.name,
                good=config.good,
            )
            for one in given
            for config in about_of(one.queue).configs
            if config.name in one.said.values
        ]
        return found + [
            _of_evaluator(name, score, one.message_id, (one.experiment_id, one.experiment))
            for one in scored
            for name, score in one.scores.items()
            if score.get("value") is not None or score.get("label")
        ]


def _of_evaluator(name: str, score: dict[str, Any], message_id: str, experiment: tuple[str, str]) -> Score:
    value = score.get("value")
    return Score(
        name=name,
        message_id=message_id,
        label=str(score.get("label")) if value is None else float(value),
        passed=score.get("passed"),
        why=str(score.get("reason") or ""),
        experiment_id=experiment[0],
        source=experiment[1],
    )
