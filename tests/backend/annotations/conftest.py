"""A queue with three conversations in it, and two people who label."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from backend.annotations.configs import config_of
from backend.annotations.service import AnnotationService
from backend.annotations.types import NewQueue, Queue, Target
from backend.conversations.service import ConversationService
from backend.conversations.types import Turn
from backend.identity.models import MemberRow, UserRow
from backend.identity.permissions import PERMISSIONS, Role
from backend.operator import Operator
from backend.unit_of_work import Units
from tests.factories.conversations import chat
from tests.tenancy import EVERYWHERE

GOOD = config_of({"name": "good", "kind": "boolean", "question": "Is it right?"})
TONE = config_of({"name": "tone", "kind": "category", "options": [{"name": "kind"}, {"name": "curt"}]})
SCALE = config_of({"name": "scale", "kind": "number", "low": 1, "high": 5})


@dataclass
class Scene:
    annotations: AnnotationService
    log: ConversationService
    owner: Operator
    ada: Operator
    ben: Operator
    turns: tuple[Turn, ...]

    async def queue(self, *configs: object, **other: object) -> Queue:
        """Return a queue that holds the answer of each conversation."""
        about = NewQueue("Answers", configs or (GOOD,), **other)  # type: ignore[arg-type]
        made = await self.annotations.create_queue(self.owner, about)
        answers = [Target(one.conversation_id, one.answer_id) for one in self.turns]
        assert len(await self.annotations.add_items(self.owner, made.id, answers)) == len(answers)
        return made

    async def label_all(self, who: Operator, queue: Queue, values: list[object]) -> None:
        """Give the one score of each item in order."""
        (config,) = queue.about.configs
        turned = await self.annotations.take_next(who, queue.id)
        for value in values:
            assert turned.task is not None
            turned = await self.annotations.label(who, queue.id, turned.task.item_id, config.name, value)


@pytest.fixture
async def scene(units: Units, owner: Operator) -> Scene:
    log = ConversationService(units)
    turns = [await chat(log, units, owner, said=f"Question {number}") for number in range(3)]
    async with units.write(EVERYWHERE) as work:
        for user_id, name in (("user_ada", "Ada"), ("user_ben", "Ben")):
            work.session.add(UserRow(id=user_id, name=name))
            await work.session.flush()
            work.session.add(MemberRow(organisation_id=owner.organisation_id, user_id=user_id, role=Role.REVIEWER))
    reviewer = replace(owner, permissions=PERMISSIONS[Role.REVIEWER], role="reviewer")
    return Scene(
        AnnotationService(units, log),
        log,
        owner,
        replace(reviewer, user_id="user_ada", name="Ada"),
        replace(reviewer, user_id="user_ben", name="Ben"),
        tuple(turns),
    )
