"""Every statement on the tables of prompts."""

from __future__ import annotations

from backend.prompts.repository.labels import LabelRepository
from backend.prompts.repository.prompts import PromptRepository

__all__ = ["LabelRepository", "PromptRepository"]
