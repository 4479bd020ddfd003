"""Conversations over REST: the resource that other systems know, with its keys and codes."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from backend.api.access import allowed
from backend.api.conversation_bodies import ConversationBody, NewConversationBody
from backend.api.idempotent import IdempotentRoute
from backend.bootstrap import services
from backend.operator import Operator, Permission
from backend.paging import DEFAULT_LIMIT, MAX_LIMIT

router = APIRouter(prefix="/api/conversations", tags=["conversations"], route_class=IdempotentRoute)

Reader = Annotated[Operator, allowed(Permission.CONVERSATIONS_READ)]
Writer = Annotated[Operator, allowed(Permission.CONVERSATIONS_REPLY)]


@router.get("")
async def list_conversations(
    operator: Reader,
    experiment_id: str | None = None,
    agent_config: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> dict[str, list[ConversationBody]]:
    """List the conversations that began last; `experiment_id` is a prompt."""
    found = await services().conversations.reported(
        operator, agent_config=agent_config, prompt_id=experiment_id, limit=limit
    )
    return {"conversations": [ConversationBody.of(one) for one in found]}


@router.post("", status_code=201)
async def create_conversation(operator: Writer, body: NewConversationBody) -> dict[str, ConversationBody]:
    """Keep a conversation that was held elsewhere; under a prompt, it counts in the prompt's figures."""
    return {"conversation": ConversationBody.of(await services().conversations.report(operator, body.report()))}


@router.get("/{conversation_id}")
async def get_conversation(operator: Reader, conversation_id: str) -> dict[str, ConversationBody]:
    """Return a conversation with its transcript."""
    found = await services().conversations.reported_one(operator, conversation_id)
    return {"conversation": ConversationBody.of(found)}


@router.delete("/{conversation_id}")
async def delete_conversation(operator: Writer, conversation_id: str) -> dict[str, Any]:
    """Delete a conversation; the figures of its prompt stay as they are."""
    await services().conversations.delete(operator, conversation_id)
    return {"message": "Conversation deleted successfully", "success": True}
