"""Ask judges about the log, watch them, and take away what they said."""

from backend.judgements.service.asking import AskingUseCases
from backend.judgements.service.keeping import KeepingUseCases


class JudgementService(AskingUseCases, KeepingUseCases):
    """All use cases of judgements."""


__all__ = ["JudgementService"]
