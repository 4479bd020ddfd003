"""The statements on the log, a file per group."""

from __future__ import annotations

from backend.conversations.repository.conversations import ConversationRepository, Found
from backend.conversations.repository.figures import FigureRepository, Told
from backend.conversations.repository.metadata import MetadataRepository
from backend.conversations.repository.places import numbers_in
from backend.conversations.repository.remarks import RemarkRepository
from backend.conversations.repository.words import WordRepository, projects

__all__ = [
    "ConversationRepository",
    "FigureRepository",
    "Found",
    "MetadataRepository",
    "RemarkRepository",
    "Told",
    "WordRepository",
    "numbers_in",
    "projects",
]
