"""The use cases of annotation queues, a file per group."""

from __future__ import annotations

from backend.annotations.service.agreeing import AgreeingUseCases
from backend.annotations.service.items import ItemUseCases
from backend.annotations.service.labelling import LabellingUseCases
from backend.annotations.service.queues import QueueUseCases
from backend.annotations.service.scoring import ScoringUseCases
from backend.conversations.service import ConversationService
from backend.unit_of_work import Units


class AnnotationService(QueueUseCases, ItemUseCases, LabellingUseCases, AgreeingUseCases, ScoringUseCases):
    """Everything that is done with annotation queues."""

    def __init__(self, units: Units, conversations: ConversationService) -> None:
        self._units, self._conversations = units, conversations
        conversations.moving.append(self.moved)


__all__ = ["AnnotationService"]
