"""The use cases of turns."""

from backend.turns.service.keeping import KeepingUseCases


class TurnService(KeepingUseCases):
    """All that can be done with one question and its answer."""


__all__ = ["TurnService"]
