"""Annotation queues over REST: made, filled, labelled, and how far people and judges agree."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from backend.annotations.types import MAX_ADDED, Each, Labeller, Which
from backend.api.access import allowed
from backend.api.annotation_bodies import (
    Added,
    AgreementBody,
    AgreementLists,
    Assigned,
    Assignment,
    ChangedQueueBody,
    Cleared,
    Clearing,
    ItemBody,
    ItemList,
    LabelBody,
    NewItems,
    NewQueueBody,
    QueueBody,
    QueueList,
    TurnedBody,
)
from backend.api.conversation_search import filters_of
from backend.api.idempotent import IdempotentRoute
from backend.bootstrap import services
from backend.conversations.types import Filters
from backend.errors import InvalidInput
from backend.operator import Operator, Permission
from backend.paging import DEFAULT_LIMIT, MAX_LIMIT, Listed, Page

router = APIRouter(prefix="/api/annotation-queues", tags=["annotations"], route_class=IdempotentRoute)

Reader = Annotated[Operator, allowed(Permission.ANNOTATIONS_READ)]
Rater = Annotated[Operator, allowed(Permission.ANNOTATIONS_LABEL)]
Editor = Annotated[Operator, allowed(Permission.ANNOTATIONS_EDIT)]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]


@router.get("")
async def list_queues(operator: Reader, limit: Limit = DEFAULT_LIMIT, after: str = "") -> QueueList:
    """List the queues by name, each with how far it is."""
    listed = Listed.among(await services().annotations.queues(operator), Page(limit, after))
    return QueueList(queues=[QueueBody.of(one) for one in listed.items], next=listed.next)


@router.post("", status_code=201)
async def create_queue(operator: Editor, body: NewQueueBody) -> QueueBody:
    """Make a queue without items."""
    return QueueBody.of(await services().annotations.create_queue(operator, body.about()))


@router.get("/{queue_id}")
async def get_queue(operator: Reader, queue_id: str) -> QueueBody:
    return QueueBody.of(await services().annotations.queue(operator, queue_id))


@router.put("/{queue_id}")
async def change_queue(operator: Editor, queue_id: str, body: ChangedQueueBody) -> QueueBody:
    """Save a queue whole; what it asks stays as it is once something is labelled."""
    saved = await services().annotations.change_queue(operator, queue_id, body.about(), version=body.version)
    return QueueBody.of(saved)


@router.delete("/{queue_id}", status_code=204)
async def delete_queue(operator: Editor, queue_id: str) -> None:
    """Delete a queue with its labels."""
    await services().annotations.delete_queue(operator, queue_id)


@router.post("/{queue_id}/close")
async def close_queue(operator: Editor, queue_id: str) -> QueueBody:
    """End its labelling; what was labelled stays."""
    return QueueBody.of(await services().annotations.close_queue(operator, queue_id))


@router.post("/{queue_id}/reopen")
async def reopen_queue(operator: Editor, queue_id: str) -> QueueBody:
    return QueueBody.of(await services().annotations.close_queue(operator, queue_id, closed=False))


@router.post("/{queue_id}/clear")
async def clear_queue(operator: Editor, queue_id: str, body: Clearing) -> Cleared:
    """Take items out with their labels."""
    removed = await services().annotations.clear_queue(operator, queue_id, with_done=body.with_done)
    return Cleared(removed=removed)


@router.post("/{queue_id}/assign")
async def assign_items(operator: Editor, queue_id: str, body: Assignment) -> Assigned:
    """Let one person alone be offered items; who has one open keeps it until they are done."""
    person = Labeller(body.person.id, body.person.name) if body.person else None
    return Assigned(assigned=await services().annotations.assign(operator, queue_id, body.items, person))


@router.get("/{queue_id}/items")
async def list_items(
    operator: Reader, queue_id: str, limit: Limit = DEFAULT_LIMIT, after: str = "", assigned: Which = Which.ALL
) -> ItemList:
    """List the items with everybody's labels: all, mine, or those that are assigned to nobody."""
    listed = await services().annotations.items(operator, queue_id, Page(limit, after), assigned)
    return ItemList(items=[ItemBody.of(one) for one in listed.items], next=listed.next)


@router.post("/{queue_id}/items")
async def add_items(operator: Editor, queue_id: str, body: NewItems) -> Added:
    """Add conversations and answers; what is there already is left as it is."""
    targets = [one.target() for one in body.items]
    return Added(added=len(await services().annotations.add_items(operator, queue_id, targets)))


@router.post("/{queue_id}/matching")
async def add_matching(
    request: Request,
    operator: Editor,
    queue_id: str,
    filters: Annotated[Filters, Depends(filters_of)],
    most: Annotated[int, Query(ge=1, le=MAX_ADDED)] = MAX_ADDED,
    *,
    each: Each = Each.CONVERSATION,
) -> Added:
    """Add the conversations that the filters of the search leave, the last spoken in first, or each answer of them."""
    if (await request.body()).strip() not in {b"", b"{}"}:  # a filter that is not heard would add everything
        raise InvalidInput("The filters stand in the address, as those of the search do, and the body is empty.")
    added = await services().annotations.add_matching(
        operator, queue_id, filters, most=most, each_answer=each is Each.ANSWER
    )
    return Added(added=len(added))


@router.delete("/{queue_id}/items/{item_id}", status_code=204)
async def remove_item(operator: Editor, queue_id: str, item_id: str) -> None:
    """Take an item out with its labels."""
    await services().annotations.remove_item(operator, queue_id, item_id)


@router.post("/{queue_id}/next")
async def take_next(operator: Rater, queue_id: str, *, skipped: bool = False) -> TurnedBody:
    """Open the next item that nobody has, with `skipped` what one put aside; it is held for the queue's minutes."""
    if skipped:
        return TurnedBody.of(await services().annotations.take_skipped(operator, queue_id))
    return TurnedBody.of(await services().annotations.take_next(operator, queue_id))


@router.post("/{queue_id}/items/{item_id}/label")
async def label(operator: Rater, queue_id: str, item_id: str, body: LabelBody) -> TurnedBody:
    """Give one score and open what is asked next; 409 where somebody else has the item."""
    return TurnedBody.of(await services().annotations.label(operator, queue_id, item_id, body.name, body.value))


@router.post("/{queue_id}/items/{item_id}/skip")
async def skip(operator: Rater, queue_id: str, item_id: str) -> TurnedBody:
    """Put an item aside and open the next one."""
    return TurnedBody.of(await services().annotations.skip(operator, queue_id, item_id))


@router.post("/{queue_id}/undo")
async def undo(operator: Rater, queue_id: str) -> TurnedBody:
    """Take one's last label or skip back, and open its item."""
    return TurnedBody.of(await services().annotations.undo(operator, queue_id))


@router.post("/{queue_id}/leave", status_code=204)
async def leave(operator: Rater, queue_id: str) -> None:
    """Let others have what one has open."""
    await services().annotations.leave(operator, queue_id)


@router.get("/{queue_id}/agreement")
async def agreement(operator: Reader, queue_id: str) -> AgreementLists:
    """Return Cohen's kappa between each two people, and between each judge and what most people said."""
    found = await services().annotations.agreements(operator, queue_id)
    return AgreementLists(
        people=[AgreementBody.of(one) for one in found.people], judges=[AgreementBody.of(one) for one in found.judges]
    )
