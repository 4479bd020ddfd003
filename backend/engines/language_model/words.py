"""Say what went wrong with a model in a sentence that helps the person who reads it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydantic_ai import exceptions as library

from backend.engines.http.client import BAD_CERTIFICATE, certificate_failed
from backend.engines.language_model.failures import AnswerTooLong, ModelSilent, NotAModel, StreamCut, refusal_in
from backend.ports.http import AddressRefused, AnswerTooBig
from backend.ports.language_model import FailureReason, ModelEndpoint, ModelFailed, Patience, Usage

WORTH_ANOTHER_TRY = frozenset({"rate_limit", "overloaded", "unreachable", "silent", "cut"})
FORBIDDEN = 403
MOVED = range(300, 400)
SHOWN_CHARACTERS = 300
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\u00a0-\uffff]+|[\u200b-\u200f\u202a-\u202e\u2066-\u2069]+")


@dataclass(frozen=True, slots=True)
class Words:
    """A reason and its sentences; braces name values of `_values`."""

    reason: FailureReason
    message: str
    hint: str = ""


MANY_REQUESTS = "The provider gets too many requests and refuses more."
LONGEST_IN_SECONDS, LONGEST_IN_MINUTES = 90, 90 * 60
_MORE_TOKENS = "Raise the largest number of tokens that it may write."
_TRY_AGAIN = "That is on its side. Try again in a moment."
_PRIVATE = "If it lies on this machine or in your network, an owner can tick “Allow private addresses” at the provider."
_BROKEN = Words("broken", "The model's answer could not be read.", "Try again; the log has the details.")
# The first row whose class fits speaks, so what is special stands before what is general.
_TABLE: tuple[tuple[type[BaseException], Words], ...] = (
    (StreamCut, Words("cut", "The answer broke off before its end.", "Try again; what had arrived is incomplete.")),
    (
        AnswerTooLong,
        Words("too_long", "The answer reached its token limit inside a tool call; the tool was not run.", _MORE_TOKENS),
    ),
    (
        library.IncompleteToolCall,
        Words("too_long", "The answer reached its token limit inside a tool call; the tool was not run.", _MORE_TOKENS),
    ),
    (
        library.OutputTokenLimitExceeded,
        Words("too_long", "The model used up its token limit before it said anything.", _MORE_TOKENS),
    ),
    (library.ContentFilterError, Words("refused", "The provider's content filter kept the answer back.")),
    (
        library.UsageLimitExceeded,
        Words("limit", "The agent reached its limit before it had an answer.", "Raise its limit of steps or tokens."),
    ),
    (ModelSilent, Words("silent", "The model said nothing for {silence} s.", "It may be starting or overloaded.")),
    (
        library.ModelRequestTimeout,
        Words("silent", "The answer was not finished within {whole} s.", "Ask for a shorter one."),
    ),
    (
        library.ModelNotFoundError,
        Words(
            "not_found",
            "The provider knows no model {model} at this address.",
            "Check the model's name, and that the base URL ends as the provider says, often in /v1.",
        ),
    ),
    (
        library.ModelContextWindowExceededError,
        Words("context", "The request is longer than the model can read.", "Send less text, or choose a larger model."),
    ),
    (
        library.ModelQuotaExceededError,
        Words("quota", "The account at the provider has no credit left.", "Top it up there; waiting does not help."),
    ),
    (
        library.ModelRateLimitError,
        Words("rate_limit", MANY_REQUESTS, "{wait}"),
    ),
    (library.ModelServerError, Words("overloaded", "The provider failed{status}.", _TRY_AGAIN)),
    (library.ModelUnavailableError, Words("overloaded", "The provider is overloaded{status}.", _TRY_AGAIN)),
    (library.ModelRequestRejectedError, Words("refused", "The provider refused the request{said}")),
    (
        library.ModelConnectionError,
        Words("unreachable", "The provider does not answer at this address.", "Check the base URL and that it runs."),
    ),
    (
        library.AgentRunError,
        Words("not_a_model", "The answer is not one of a chat model.", "Check that the base URL is the right one."),
    ),
)


def failure(
    error: BaseException, endpoint: ModelEndpoint, patience: Patience, *, text: str = "", usage: Usage | None = None
) -> ModelFailed:
    """Return `error` as a person reads it. It names no key, no inner address and no class of a library."""
    words = _of_the_guard(error) or _special(error, endpoint) or _general(error)
    values = _values(error, endpoint, patience)
    return ModelFailed(
        words.message.format(**values),
        reason=words.reason,
        hint=words.hint.format(**values),
        text=text,
        usage=usage,
        may_help_to_retry=words.reason in WORTH_ANOTHER_TRY,
        retry_after_seconds=getattr(error, "retry_after", None),
    )


def asks_to_wait(seconds: float) -> str:
    if seconds <= LONGEST_IN_SECONDS:
        return f"It asks to wait {seconds:.0f} s."
    if seconds <= LONGEST_IN_MINUTES:
        return f"It asks to wait {seconds / 60:.0f} min."
    return f"It asks to wait {seconds / 3_600:.0f} h."


def resting(seconds: float) -> ModelFailed:
    """Return the refusal of a provider that asked to be left alone, without asking it."""
    return ModelFailed(
        MANY_REQUESTS,
        reason="rate_limit",
        hint=asks_to_wait(seconds),
        may_help_to_retry=True,
        retry_after_seconds=seconds,
    )


def _of_the_guard(error: BaseException) -> Words | None:
    refusal = refusal_in(error)
    if isinstance(refusal, AddressRefused):
        return Words("address", _literal(refusal.message), _literal(refusal.hint or _PRIVATE))
    if isinstance(refusal, NotAModel):
        return Words("not_a_model", _literal(refusal.message), _literal(refusal.hint))
    if isinstance(refusal, AnswerTooBig):
        return Words("too_long", _literal(refusal.message))
    return None


def _special(error: BaseException, endpoint: ModelEndpoint) -> Words | None:
    """Return the words where the class of the error alone does not decide them."""
    if isinstance(error, library.ModelAuthenticationError):
        return _about_the_key(error, endpoint)
    if _status(error) in MOVED:
        return Words(
            "not_a_model", "The address leads on to another one, which is not followed.", "Enter the last one."
        )
    if isinstance(error, library.ModelConnectionError) and certificate_failed(error):
        return Words("unreachable", BAD_CERTIFICATE, "It may have expired, or belong to another name.")
    if isinstance(error, library.ModelConnectionError) and error.phase == "read":
        return Words("unreachable", "The connection to the provider broke.", "Try again.")
    return None


def _about_the_key(error: BaseException, endpoint: ModelEndpoint) -> Words:
    if _status(error) == FORBIDDEN:
        return Words("forbidden", "The provider does not let this key use {model}.", "Check the key's rights.")
    if not endpoint.api_key:
        return Words("key", "The provider asks for a key, and none is stored.", "Enter one under Models.")
    return Words("key", "The provider does not accept the key.", "Enter it again under Models.")


def _status(error: BaseException) -> int:
    return error.status_code if isinstance(error, library.ModelHTTPError) else 0


def _general(error: BaseException) -> Words:
    return next((words for kind, words in _TABLE if isinstance(error, kind)), _BROKEN)


def _values(error: BaseException, endpoint: ModelEndpoint, patience: Patience) -> dict[str, str]:
    status = _status(error)
    retry_after = getattr(error, "retry_after", None)
    first = isinstance(error, ModelSilent) and "first" in error.message
    return {
        "model": endpoint.model,
        "status": f" with status {status}" if status else "",
        "wait": asks_to_wait(retry_after) if retry_after else "Wait a moment and try again.",
        "silence": f"{patience.first_token if first else patience.between_tokens:g}",
        "whole": f"{patience.whole_call:g}",
        "said": _provider_words(error, endpoint),
    }


def _provider_words(error: BaseException, endpoint: ModelEndpoint) -> str:
    """Return the provider's own sentence, printable, short and without the key; a full stop where it has none."""
    body = error.body if isinstance(error, library.ModelHTTPError) else None
    said = body.get("message") if isinstance(body, dict) else None
    if not isinstance(said, str) or not said.strip():
        return "."
    if endpoint.api_key:
        said = said.replace(endpoint.api_key, "the key")
    return f": {_UNPRINTABLE.sub(' ', said).strip()[:SHOWN_CHARACTERS]}"


def _literal(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
