"""The use cases of knowledge, a file per group."""

from __future__ import annotations

from backend.knowledge.service.bases import BaseUseCases
from backend.knowledge.service.many import SelectionUseCases
from backend.knowledge.service.reading import ReadingUseCases
from backend.knowledge.service.search import SearchUseCases


class KnowledgeService(BaseUseCases, SelectionUseCases, ReadingUseCases, SearchUseCases):
    """Everything an operator can do with knowledge bases."""


__all__ = ["KnowledgeService"]
