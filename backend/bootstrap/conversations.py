"""The log, joined with the prompts whose conversations it holds."""

from __future__ import annotations

from dataclasses import astuple

from backend.conversations.reports import Tally
from backend.conversations.service import ConversationService
from backend.prompts.service import PromptService
from backend.prompts.types import RunTally
from backend.unit_of_work import Work


class _Prompts:
    """The prompts as the log knows them."""

    def __init__(self, prompts: PromptService) -> None:
        self._prompts = prompts

    async def count_run(self, work: Work, project_id: str, prompt_id: str, tally: Tally) -> tuple[str, int]:
        return await self._prompts.count_run(work, project_id, prompt_id, RunTally(*astuple(tally)))


def join_prompts(conversations: ConversationService, prompts: PromptService) -> None:
    """Let the one count under the other, and forget what is deleted there."""
    conversations.prompts = _Prompts(prompts)
    prompts.leaving.append(conversations.forget_prompt)
