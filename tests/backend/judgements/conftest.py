"""A log with a few conversations in it, and models that judge what they read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from backend.conversations.types import Turn
from backend.experiments.engine.executor import Executor
from backend.judgements.service import JudgementService
from backend.judgements.types import Judgement, NewJudgement
from backend.operator import Operator
from tests.backend.experiments.conftest import Lab, lab, server
from tests.factories.conversations import chat

__all__ = ["lab", "server"]
HELPFUL = {"name": "helpful", "rubric": "Does the agent help?", "models": ["echo"]}


@dataclass
class Court:
    """The lab with its log: `turns` are a conversation each, the oldest first."""

    lab: Lab
    turns: list[Turn]

    @property
    def operator(self) -> Operator:
        return self.lab.operator

    @property
    def service(self) -> JudgementService:
        return self.lab.services.judgements

    @property
    def executor(self) -> Executor:
        return self.service._runs._executor

    async def say(self, *texts: str, conversation_id: str = "", **reply: Any) -> Turn:
        """Let people ask in one conversation."""
        log, units = self.lab.services.conversations, self.lab.services.units
        for text in texts:
            turn = await chat(log, units, self.operator, said=text, conversation_id=conversation_id, reply=reply)
            conversation_id = turn.conversation_id
        return turn

    async def asked(self, judge: dict[str, Any] | None = None, **given: Any) -> Judgement:
        """Ask a judge, and carry it out here and now."""
        made = await self.service.ask(self.operator, NewJudgement(judge or HELPFUL, **given))
        await self.executor.execute(made.id)
        return await self.service.get(self.operator, made.id)


@pytest.fixture
async def court(lab: Lab) -> Court:
    made = Court(lab, [])
    for number in range(3):
        made.turns.append(await made.say(f"Question {number}?", text=f"Answer {number}."))
    return made
