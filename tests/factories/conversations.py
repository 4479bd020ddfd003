"""Chats with one override away from the ordinary."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from backend.conversations.service import ConversationService
from backend.conversations.types import Answer, Channel, Citation, Opening, Turn
from backend.ids import new_id
from backend.operator import Operator
from backend.unit_of_work import Units
from tests.tenancy import EVERYWHERE


def opening(**other: Any) -> Opening:
    """Return a question to the flow `flow_desk`."""
    values: dict[str, Any] = {
        "flow_id": "flow_desk",
        "flow_name": "Support desk",
        "run_id": new_id("run"),
        "text": "Can I return an opened sofa?",
        "channel": Channel.CONSOLE,
        "version": 1,
    }
    return Opening(**values | other)


def answer(run_id: str, **other: Any) -> Answer:
    """Return an answer with one citation."""
    values: dict[str, Any] = {
        "text": "Yes, within 30 days of delivery.",
        "citations": (
            Citation(
                number=1,
                chunk_id="chunk_1",
                document_id="doc_1",
                document_name="Returns.md",
                heading="Opened items",
                text="Opened items can be returned within 30 days of delivery.",
                page=None,
                score=0.0323,
            ),
        ),
        "model": "embedded",
        "tokens_in": 200,
        "tokens_out": 20,
        "cost": Decimal("0.0121"),
        "latency_ms": 900,
    }
    return Answer(run_id=run_id, **values | other)


async def chat(
    log: ConversationService,
    units: Units,
    operator: Operator,
    *,
    said: str = "Can I return an opened sofa?",
    conversation_id: str = "",
    at: datetime | None = None,
    ask: dict[str, Any] | None = None,
    reply: dict[str, Any] | None = None,
) -> Turn:
    """Write one whole turn."""
    question = opening(text=said, conversation_id=conversation_id, **(ask or {}))
    async with units.write(EVERYWHERE) as work:
        turn = await log.open_turn(work, operator, question, at)
        await log.close_turn(work, operator, answer(question.run_id, **(reply or {})), at)
    return turn
