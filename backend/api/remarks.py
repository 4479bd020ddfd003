"""What people note on conversations, over REST: feedback on answers, tags, comments."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated
from typing import cast as typed

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from backend.api.access import allowed
from backend.api.bodies import Strict
from backend.api.idempotent import IdempotentRoute
from backend.bootstrap import services
from backend.conversations.remark_types import OutcomeTold, Tagged
from backend.conversations.types import Comment, Rating
from backend.operator import Operator, Permission
from backend.paging import DEFAULT_LIMIT, MAX_LIMIT, Listed, Page

router = APIRouter(prefix="/api", tags=["conversations"], route_class=IdempotentRoute)

MAX_TAGGED = 5_000  # conversations that one act tags

Reader = Annotated[Operator, allowed(Permission.CONVERSATIONS_READ)]
Writer = Annotated[Operator, allowed(Permission.CONVERSATIONS_REPLY)]


class NewFeedback(Strict):
    """`seen` is the rating that stood there when it was decided; 409 where somebody else has changed it since."""

    rating: Rating
    comment: str = ""
    seen: Rating | None = None


class NewOutcome(Strict):
    """What is left out stays as it is; null takes it back."""

    satisfaction: int | None = Field(default=None, strict=True, ge=1, le=5)
    task_completed: bool | None = Field(default=None, strict=True)


class NewTag(Strict):
    tag: str


class TagList(BaseModel):
    """A removal of the conversation finds by its id what is remembered of this for an Idempotency-Key."""

    conversation_id: str
    tags: list[str]


class NewTagOfSome(NewTag):
    conversation_ids: Annotated[list[str], Field(min_length=1, max_length=MAX_TAGGED)]


class TaggedBody(BaseModel):
    """The ids of those that got the tag, had it already, or have no room for another; what is gone is in none."""

    tag: str
    added: list[str]
    had: list[str]
    full: list[str]

    @classmethod
    def of(cls, tagged: Tagged) -> TaggedBody:
        return cls(**asdict(tagged))


class NewComment(Strict):
    """`message_id` names the message that is meant; empty for the whole conversation."""

    text: str
    message_id: str = ""


class CommentBody(BaseModel):
    id: str
    conversation_id: str
    message_id: str
    text: str
    author: str
    author_id: str
    created_at: datetime

    @classmethod
    def of(cls, comment: Comment) -> CommentBody:
        return cls(**asdict(comment))


class CommentList(BaseModel):
    comments: list[CommentBody]
    next: str | None


@router.put("/messages/{message_id}/feedback", status_code=204)
async def set_feedback(operator: Writer, message_id: str, body: NewFeedback) -> None:
    """Judge an answer: `up`, `down`, or `none` to take it back; `comment` says why."""
    await services().conversations.set_feedback(operator, message_id, body.rating, body.comment, seen=body.seen)


@router.put("/conversations/{conversation_id}/outcome", status_code=204)
async def tell_outcome(operator: Writer, conversation_id: str, body: NewOutcome) -> None:
    """Say whether the task was done and how satisfied the person was, 1 (not at all) to 5; null takes it back."""
    told = typed(OutcomeTold, body.model_dump(exclude_unset=True))
    await services().conversations.tell_outcome(operator, conversation_id, told)


@router.put("/conversations/{conversation_id}/handled", status_code=204)
async def mark_handled(operator: Writer, conversation_id: str) -> None:
    """Say that what was found not helpful was seen to; 409 where nothing was. Another thumb opens it again."""
    await services().conversations.handle(operator, conversation_id)


@router.delete("/conversations/{conversation_id}/handled", status_code=204)
async def open_again(operator: Writer, conversation_id: str) -> None:
    """Take that back."""
    await services().conversations.handle(operator, conversation_id, handled=False)


@router.post("/conversations/{conversation_id}/tags", status_code=201)
async def add_tag(operator: Writer, conversation_id: str, body: NewTag) -> TagList:
    """Tag a conversation; the answer has all its tags."""
    tags = await services().conversations.add_tag(operator, conversation_id, body.tag)
    return TagList(conversation_id=conversation_id, tags=list(tags))


@router.delete("/conversations/{conversation_id}/tags/{tag}")
async def remove_tag(operator: Writer, conversation_id: str, tag: str) -> TagList:
    """Take a tag away; the answer has those that are left."""
    tags = await services().conversations.remove_tag(operator, conversation_id, tag)
    return TagList(conversation_id=conversation_id, tags=list(tags))


@router.post("/conversation-tags")
async def tag_some(operator: Writer, body: NewTagOfSome) -> TaggedBody:
    """Tag several conversations: all that are there and have room for it."""
    return TaggedBody.of(await services().conversations.tag_some(operator, body.conversation_ids, body.tag))


@router.get("/conversations/{conversation_id}/comments")
async def list_comments(
    operator: Reader,
    conversation_id: str,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    after: str = "",
) -> CommentList:
    """List what people said of a conversation to one another, oldest first."""
    page = Page(limit, after)
    listed = Listed.among(await services().conversations.comments(operator, conversation_id), page)
    return CommentList(comments=[CommentBody.of(one) for one in listed.items], next=listed.next)


@router.post("/conversations/{conversation_id}/comments", status_code=201)
async def add_comment(operator: Writer, conversation_id: str, body: NewComment) -> CommentBody:
    """Comment on a conversation, or on one of its messages."""
    said = await services().conversations.add_comment(operator, conversation_id, body.text, body.message_id)
    return CommentBody.of(said)


@router.delete("/conversation-comments/{comment_id}", status_code=204)
async def delete_comment(operator: Writer, comment_id: str) -> None:
    """Delete a comment; 403 for one of somebody else."""
    await services().conversations.delete_comment(operator, comment_id)
