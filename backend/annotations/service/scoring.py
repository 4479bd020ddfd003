"""What is known of how good a conversation and its answers are, from people and from evaluators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.annotations.repository import given_to, judged
from backend.annotations.service.base import Base
from backend.annotations.shapes import about_of
from backend.annotations.types import Score
from backend.columns import storable
from backend.conversations.models import ConversationScoreRow
from backend.conversations.repository.scored import Scored
from backend.operator import Operator, Permission


class ScoringUseCases(Base):
    """Read beside a transcript; given in queues, by judges that were asked about the log, and by experiments."""

    async def scores(self, operator: Operator, conversation_id: str, message_ids: Sequence[str]) -> list[Score]:
        """Return what queues, judges and experiments say of a conversation and of these answers of it.

        An evaluator's score counts where the answer is word for word what stands in the log. What others label is told
        once it is whole, so that nobody is led.
        """
        operator.require(Permission.ANNOTATIONS_READ)
        async with self._units.read(operator) as session:
            given = await given_to(session, operator.project_id, storable(conversation_id), operator.user_id)
            scored = await judged(session, operator.project_id, [storable(one) for one in message_ids])
            heard = await Scored(session, operator.project_id).of([storable(conversation_id)])
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
        found += [_of_judge(one) for one in heard if one.message_id in ("", *message_ids)]
        return found + [
            _of_evaluator(name, score, one.message_id, (one.experiment_id, one.experiment))
            for one in scored
            for name, score in one.scores.items()
            if score.get("value") is not None or score.get("label")
        ]


def _of_judge(one: ConversationScoreRow) -> Score:
    return Score(
        name=one.judge,
        message_id=one.message_id,
        label=one.label if one.value is None or one.verdict == one.label else one.value,
        passed=one.passed,
        high=one.high,
        why=one.reason,
        source=f"judge {one.version[:6]}",
        judgement_id=one.judgement_id,
    )


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
