"""A conversation as a judge reads it: a line of JSON for each message, so that no text can pass for another's."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from backend.conversations.errors import MessageNotFound
from backend.conversations.service import ConversationService
from backend.conversations.types import Message, Role
from backend.experiments.outside import OpenTalk, Talk
from backend.operator import Operator

SPEAKERS = {Role.USER: "person", Role.ASSISTANT: "agent", Role.SYSTEM: "system", Role.TOOL: "tool"}


def talks_of(log: ConversationService) -> OpenTalk:
    """Return how judges read the log; what was masked in it is masked for them."""

    async def talk(operator: Operator, conversation_id: str, message_id: str) -> Talk:
        messages = (await log.transcript(operator, conversation_id)).messages
        if not message_id:
            return Talk("\n".join(json.dumps(_said(one), ensure_ascii=False) for one in messages), is_whole=True)
        place = next((at for at, one in enumerate(messages) if one.id == message_id), None)
        if place is None:
            raise MessageNotFound("This answer is not in the log any more.")
        return Talk(messages[place].text, _before(messages[:place]))

    return talk


def _before(messages: Sequence[Message]) -> dict[str, Any]:
    """Return the question that was answered, and what was said before it where anything was."""
    asked = next((at for at in reversed(range(len(messages))) if messages[at].role is Role.USER), None)
    question = messages[asked].text if asked is not None else ""
    said = [_said(one) for at, one in enumerate(messages) if at != asked]
    return {**({"said before": said} if said else {}), "question": question}


def _said(one: Message) -> dict[str, Any]:
    calls = [{"name": call.get("name", ""), "arguments": call.get("arguments")} for call in one.tool_calls]
    by = one.tool_name and f"tool {one.tool_name}"
    failed = {"error": one.error} if one.error else {}
    return {"by": by or SPEAKERS[one.role], "text": one.text, **({"calls": calls} if calls else {}), **failed}
