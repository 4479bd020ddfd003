"""The use cases of prompts, a file per group."""

from __future__ import annotations

from backend.prompts.service.approvals import ApprovalUseCases
from backend.prompts.service.playing import PlayUseCases
from backend.prompts.service.prompts import PromptUseCases
from backend.prompts.service.sharing import SharingUseCases


class PromptService(PromptUseCases, ApprovalUseCases, PlayUseCases, SharingUseCases):
    """Everything an operator can do with prompts."""


__all__ = ["PromptService"]
