"""People in the place of a flow, over REST: take a conversation over, reply in it, hand it back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel

from backend.api.access import allowed
from backend.api.bodies import Strict
from backend.api.idempotent import IdempotentRoute
from backend.bootstrap import services
from backend.flows.types import Takeover
from backend.operator import Operator, Permission

router = APIRouter(prefix="/api/conversations", tags=["conversations"], route_class=IdempotentRoute)

Reader = Annotated[Operator, allowed(Permission.CONVERSATIONS_READ)]
Writer = Annotated[Operator, allowed(Permission.CONVERSATIONS_REPLY)]


class TakeoverBody(BaseModel):
    """Who answers, empty with no time while the flow does.

    `draft` is what the flow was about to answer when it was taken over, and was not said; while it is still being made,
    `is_under_way`.
    """

    held_by: str = ""
    since: datetime | None = None
    draft: str = ""
    is_under_way: bool = False

    @classmethod
    def of(cls, takeover: Takeover | None) -> TakeoverBody:
        return cls(**{name: getattr(takeover, name) for name in cls.model_fields}) if takeover else cls()


class Reply(Strict):
    text: str


@router.get("/{conversation_id}/takeover")
async def get_takeover(operator: Reader, conversation_id: str) -> TakeoverBody:
    """Return who answers this conversation."""
    return TakeoverBody.of(await services().takeovers.holder(operator, conversation_id))


@router.post("/{conversation_id}/takeover")
async def take_over(operator: Writer, conversation_id: str) -> TakeoverBody:
    """Let the flow pause; an answer under way becomes a draft. 409 while somebody else holds the conversation."""
    return TakeoverBody.of(await services().takeovers.take(operator, conversation_id))


@router.delete("/{conversation_id}/takeover", status_code=204)
async def hand_back(operator: Writer, conversation_id: str) -> None:
    """Let the flow answer again, first what nobody answered."""
    await services().takeovers.hand_back(operator, conversation_id)


@router.post("/{conversation_id}/replies", status_code=204)
async def reply(operator: Writer, conversation_id: str, body: Reply) -> None:
    """Answer in the place of the flow; 409 for who does not hold the conversation."""
    await services().takeovers.reply(operator, conversation_id, body.text)
