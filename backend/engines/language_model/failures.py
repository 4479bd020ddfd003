"""What can go wrong with a streamed answer that neither openai nor pydantic-ai names."""

from __future__ import annotations

from pydantic_ai.exceptions import (
    ModelAPIError,
    ModelConnectionError,
    ModelRateLimitError,
    ModelServerError,
    ModelUnavailableError,
)

from backend.errors import DomainError
from backend.ports.http import CallFailed


class StreamCut(ModelAPIError):
    """The stream ended without a finish_reason: the answer is a torso, and no tool call in it may run."""


class AnswerTooLong(ModelAPIError):
    """The model hit its token limit inside a turn with a tool call, whose arguments cannot be trusted."""


class ModelSilent(ModelAPIError):
    """No first token, or no next one, within its time."""


class NotAModel(CallFailed):
    """The address answered with success, and with something else than a stream of tokens."""


TRANSIENT = (ModelRateLimitError, ModelServerError, ModelUnavailableError, ModelConnectionError, ModelSilent, StreamCut)


def refusal_in(error: BaseException | None) -> DomainError | None:
    """Return the guard's own refusal that the layers above have wrapped; None where there is none."""
    while error is not None:
        if isinstance(error, DomainError):
            return error
        error = error.__cause__ or error.__context__
    return None


def may_be_repeated(error: ModelAPIError) -> bool:
    """Tell a failure that the same request may survive a moment later from one that it will meet again."""
    return isinstance(error, TRANSIENT) and refusal_in(error) is None
