"""A call that another system told of, as a prompt that asks the same."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from backend.conversations.types import CallMessage, LoggedCall
from backend.errors import InvalidInput
from backend.prompts.types import MAX_MESSAGES, MAX_TEXT, Content, Turn
from backend.providers.types import ModelChoice
from console import routes
from console.state.prompt_play_rows import escaped


def play_address(conversation_id: str, trace_id: str, span_id: str) -> str:
    """Return where a prompt is made of a call."""
    asked = {"conversation": conversation_id, "trace": trace_id, "span": span_id}
    return f"{routes.PROMPTS}?{urlencode(asked)}"


def prompt_of(call: LoggedCall, models: Sequence[ModelChoice]) -> tuple[Content, str]:
    """Return a prompt that says the same, and what is not the same. Raise InvalidInput where it is too long."""
    if len(call.messages) > MAX_MESSAGES:
        raise InvalidInput(f"The call has {len(call.messages):,} messages; a prompt has at most {MAX_MESSAGES}.")
    said = [_turn(one) for one in call.messages]
    model = reference_of(call.model, models)
    differs = []
    if call.model and not model:
        differs.append(f"{call.model} is not connected here, so the project's default model answers.")
    if any(one.calls or one.role == "tool" for one in call.messages):
        differs.append("Tool calls and their results stand in it as text.")
    warm, most = call.parameters
    content = Content(kind="chat", messages=tuple(said), model=model, temperature=warm, max_tokens=most)
    return content, " ".join(differs)


def reference_of(name: str, models: Sequence[ModelChoice]) -> str:
    """Return the model of this project that has a name, empty for none or several."""
    wanted = name.casefold()
    found = [one.reference for one in models if wanted in (one.name.casefold(), one.reference.casefold())]
    return found[0] if wanted and len(found) == 1 else ""


def _turn(one: CallMessage) -> Turn:
    role, text = one.spoken
    content = escaped(text)
    if len(content) > MAX_TEXT:
        raise InvalidInput(f"A message of the call is longer than the {MAX_TEXT:,} characters of a prompt's text.")
    return Turn(role=role, content=content)
