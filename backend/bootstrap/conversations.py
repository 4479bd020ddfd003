"""The log, joined with the prompts whose conversations it holds."""

from __future__ import annotations

from dataclasses import astuple, replace
from decimal import Decimal

from backend.conversations.reports import Tally
from backend.conversations.service import ConversationService
from backend.conversations.service.importing import Tables
from backend.operator import Operator, Permission
from backend.prompts.service import PromptService
from backend.prompts.types import RunTally
from backend.providers.service import ProviderService
from backend.unit_of_work import Work


class _Prompts:
    """The prompts as the log knows them."""

    def __init__(self, prompts: PromptService) -> None:
        self._prompts = prompts

    async def count_run(self, work: Work, project_id: str, prompt_id: str, tally: Tally) -> tuple[str, int]:
        return await self._prompts.count_run(work, project_id, prompt_id, RunTally(*astuple(tally)))


class ModelPrices:
    """What the project's models cost, whoever brings the traces: a key of an exporter may read no models."""

    def __init__(self, providers: ProviderService) -> None:
        self._providers = providers

    async def of(self, operator: Operator) -> dict[str, tuple[Decimal, Decimal]]:
        reader = replace(operator, permissions=frozenset({Permission.MODELS_READ}))
        found = await self._providers.list_models(reader)
        return {one.name.lower(): (one.input_price, one.output_price) for one in found}


def join_prompts(
    conversations: ConversationService, prompts: PromptService, providers: ProviderService, files: Tables
) -> None:
    """Let the one count under the other, forget what is deleted there, and know what models cost."""
    conversations.prices, conversations.files = ModelPrices(providers), files
    conversations.prompts = _Prompts(prompts)
    prompts.leaving.append(conversations.forget_prompt)
