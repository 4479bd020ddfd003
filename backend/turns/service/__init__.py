"""The use cases of turns."""

from __future__ import annotations

from backend.conversations.service import ConversationService
from backend.datasets.service import DatasetService
from backend.experiments.service import ExperimentService
from backend.flows.service import FlowService, RunService
from backend.prompts.service import PromptService
from backend.providers.service import ProviderService
from backend.turns.service.replaying import ReplayingUseCases

__all__ = ["TurnService"]


class TurnService(ReplayingUseCases):
    """All that can be done with one question and its answer."""

    def __init__(
        self,
        conversations: ConversationService,
        *,
        flows: FlowService,
        runs: RunService,
        prompts: PromptService,
        providers: ProviderService,
        datasets: DatasetService,
        experiments: ExperimentService,
    ) -> None:
        self._conversations, self._flows, self._runs = conversations, flows, runs
        self._prompts, self._providers = prompts, providers
        self._datasets, self._experiments = datasets, experiments
