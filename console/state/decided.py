"""Who approved an answer, or changed it before it was said, and which of what it cites is gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, tzinfo

from backend.bootstrap import services
from backend.conversations.types import Opened
from backend.flows.types import Approval, ApprovalState
from backend.operator import Operator, Permission
from backend.paging import Page
from console.state.conversations_rows import MessageLine, message_line
from console.state.tool_calls import told_once

MOST_DECIDED = 100
VERBS = {ApprovalState.APPROVED: "Approved", ApprovalState.CHANGED: "Changed and approved"}


def decided_words(one: Approval, text: str) -> str:
    """Say who let it pass; what is not the answer `text` itself is called by its node."""
    value = one.decided_value if one.state is ApprovalState.CHANGED else one.value
    parts = value.values() if isinstance(value, dict) else [value]
    said = f"{VERBS[one.state]} by {one.decided_by or 'its time limit'}"
    return said if text in parts else f"{one.title}: {said[0].lower()}{said[1:]}"


async def decided_of(operator: Operator, *, conversation_id: str = "", run_id: str = "") -> Sequence[Approval]:
    """Return what people let pass of a conversation or a run, the oldest first."""
    if not operator.may(Permission.FLOWS_READ):
        return []
    page, approvals = Page(MOST_DECIDED), services().approvals
    found = await approvals.decided(operator, page, conversation_id=conversation_id, run_id=run_id)
    return [one for one in reversed(found.items) if one.state in VERBS]


async def message_lines(operator: Operator, opened: Opened, zone: tzinfo, now: datetime) -> list[MessageLine]:
    """Return the lines of a conversation, each answer with who let it pass and what it cites."""
    talk, gone = opened.conversation, await gone_documents(operator, opened)
    passed: dict[str, list[Approval]] = {}
    for one in await decided_of(operator, conversation_id=talk.id):
        passed.setdefault(one.run_id, []).append(one)
    lines = [
        (
            message,
            replace(line, decided=[decided_words(one, message.text) for one in passed.get(line.run_id, [])])
            if line.agent
            else line,
        )
        for message in opened.messages
        for line in [message_line(message, zone, now, talk, gone)]
    ]
    return [*told_once(lines)]


async def gone_documents(operator: Operator, opened: Opened) -> frozenset[str]:
    """Return the cited documents that were replaced or deleted since."""
    cited = {citation.document_id for message in opened.messages for citation in message.citations}
    if not operator.may(Permission.KNOWLEDGE_READ):
        return frozenset()
    return frozenset(cited - await services().knowledge.known_documents(operator, cited))
