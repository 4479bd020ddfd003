"""What people and evaluators say of the open conversation and of its answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import reflex as rx

from backend.annotations.types import Good, Label, Score
from backend.bootstrap import services
from backend.operator import Operator, Permission
from backend.written import figure
from console import routes
from console.state.conversations_rows import MessageLine
from console.state.seat import Seated


@dataclass(frozen=True)
class ScoreLine:
    """A score, who gave it, and the way to where it was given. `mark` is empty where it neither passes nor fails."""

    key: str
    name: str
    words: str
    mark: str
    by: str
    source: str
    href: str
    why: str


@dataclass(frozen=True)
class Scored:
    """The scores of one answer, to which `href` leads, of the whole conversation where `about` is empty."""

    about: str
    href: str
    when: str
    lines: list[ScoreLine]


class ScoresState(Seated, rx.State):
    """Filled as the transcript is read."""

    scored: rx.Field[list[Scored]] = rx.field(default_factory=list)
    may_read: rx.Field[bool] = rx.field(default=False)

    async def _show(self, operator: Operator, conversation_id: str, messages: Sequence[MessageLine]) -> None:
        self.may_read = operator.may(Permission.ANNOTATIONS_READ)
        answers = [line for line in messages if line.agent]
        if not self.may_read:
            self.scored = []
            return
        found = await services().annotations.scores(operator, conversation_id, [line.id for line in answers])
        self.scored = scored_of(found, answers, conversation_id)


def scored_of(found: Sequence[Score], answers: Sequence[MessageLine], conversation_id: str) -> list[Scored]:
    """Return scores by what they are of: the conversation, then the answers that are drawn, the newest first."""
    places = [("", ""), *((line.id, line.when) for line in reversed(answers))]
    groups = [
        Scored(
            about,
            routes.message(conversation_id, about),
            when,
            [_line(one, number) for number, one in enumerate(found) if one.message_id == about],
        )
        for about, when in places
    ]
    return [group for group in groups if group.lines]


def _line(one: Score, number: int) -> ScoreLine:
    mark, words = said(one.label, one.passed, one.high, one.good)
    of_queue = routes.to(routes.ANNOTATION_ITEMS, one.queue_id) if one.queue_id else ""
    of_judge = f"{routes.JUDGEMENTS}?of={one.judgement_id}" if one.judgement_id else ""
    return ScoreLine(
        key=f"{one.source}-{one.name}-{one.by}-{number}",
        name=one.name,
        words=words,
        mark=mark,
        by=one.by,
        source=one.source,
        href=of_queue or of_judge or routes.to(routes.EXPERIMENT, one.experiment_id),
        why=one.why,
    )


BETTER = {Good.HIGHER: ", higher is better", Good.LOWER: ", lower is better"}


def said(label: Label, passed: bool | None, high: float | None, good: Good) -> tuple[str, str]:
    """Return the mark and the words: Yes, No, Pass, Fail, "4 of 5", or the label itself."""
    if isinstance(label, bool):
        mark = "" if good is Good.NONE else "ok" if label is (good is Good.YES) else "fail"
        return mark, "Yes" if label else "No"
    mark = "" if passed is None else "ok" if passed else "fail"
    if isinstance(label, str):
        return mark, label
    if mark and label in (0, 1):
        return mark, "Pass" if passed else "Fail"
    return mark, f"{label:g} of {high:g}{BETTER.get(good, '')}" if high is not None else figure(label)
