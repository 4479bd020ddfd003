"""Judges that are asked about the log over REST: planned, asked, watched, and what they said."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from backend.api.access import allowed
from backend.api.conversation_search import filters_of
from backend.api.experiment_bodies import NewBudget
from backend.api.idempotent import IdempotentRoute
from backend.api.judgement_bodies import (
    ItemList,
    JudgementBody,
    JudgementList,
    NewJudgementBody,
    PlanBody,
    ScoreList,
    item_body,
)
from backend.bootstrap import services
from backend.conversations.score_types import as_json
from backend.conversations.types import Filters
from backend.operator import Operator, Permission
from backend.paging import DEFAULT_LIMIT, MAX_LIMIT, Page

router = APIRouter(prefix="/api", tags=["judgements"], route_class=IdempotentRoute)

Reader = Annotated[Operator, allowed(Permission.EXPERIMENTS_READ)]
Runner = Annotated[Operator, allowed(Permission.EXPERIMENTS_RUN)]
Editor = Annotated[Operator, allowed(Permission.EXPERIMENTS_EDIT)]
OfLog = Annotated[Operator, allowed(Permission.CONVERSATIONS_READ)]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]
Chosen = Annotated[Filters, Depends(filters_of)]


@router.get("/judgements")
async def list_judgements(
    operator: Reader, limit: Limit = DEFAULT_LIMIT, after: str = "", queue_id: str = ""
) -> JudgementList:
    """Return judgements, newest first; those over a queue where one is named."""
    listed = await services().judgements.list(operator, Page(limit, after), queue_id=queue_id)
    return JudgementList(judgements=[JudgementBody.of(one) for one in listed.items], next=listed.next)


@router.post("/judgements", status_code=201)
async def ask_judge(operator: Runner, body: NewJudgementBody, filters: Chosen) -> JudgementBody:
    """Ask a judge about a queue, about conversations, or about what the filters of the search in the address leave."""
    return JudgementBody.of(await services().judgements.ask(operator, body.wish(filters)))


@router.post("/judgements/plan")
async def plan_judgement(operator: Reader, body: NewJudgementBody, filters: Chosen) -> PlanBody:
    """Say how many items it would judge and what that would cost; nothing is kept."""
    return PlanBody.of(await services().judgements.plan(operator, body.wish(filters)))


@router.get("/judgements/{judgement_id}")
async def get_judgement(operator: Reader, judgement_id: str) -> JudgementBody:
    return JudgementBody.of(await services().judgements.get(operator, judgement_id))


@router.get("/judgements/{judgement_id}/items")
async def list_items(
    operator: Reader, judgement_id: str, limit: Limit = DEFAULT_LIMIT, after: str = "", *, failed: bool = False
) -> ItemList:
    """Return its items in the order of asking, with `failed` those alone that it could not judge, and why."""
    listed = await services().judgements.items(operator, judgement_id, Page(limit, after), failed=failed)
    return ItemList(items=[item_body(one) for one in listed.items], next=listed.next)


@router.post("/judgements/{judgement_id}/pause")
async def pause_judgement(operator: Runner, judgement_id: str) -> JudgementBody:
    """Ask nothing more; what is in flight is recorded."""
    return JudgementBody.of(await services().judgements.pause(operator, judgement_id))


@router.post("/judgements/{judgement_id}/resume")
async def resume_judgement(operator: Runner, judgement_id: str) -> JudgementBody:
    """Go on behind what is recorded, after a pause or a failure."""
    return JudgementBody.of(await services().judgements.resume(operator, judgement_id))


@router.post("/judgements/{judgement_id}/cancel")
async def cancel_judgement(operator: Runner, judgement_id: str) -> JudgementBody:
    """End it; the scores that were given stay."""
    return JudgementBody.of(await services().judgements.cancel(operator, judgement_id))


@router.post("/judgements/{judgement_id}/retry")
async def retry_judgement(operator: Runner, judgement_id: str) -> JudgementBody:
    """Ask again about what failed, and about what a cancel skipped."""
    return JudgementBody.of(await services().judgements.retry(operator, judgement_id))


@router.put("/judgements/{judgement_id}/budget")
async def set_judgement_budget(operator: Runner, judgement_id: str, body: NewBudget) -> JudgementBody:
    """Raise or lower what it may spend, null for no bound; 409 while it runs."""
    return JudgementBody.of(await services().judgements.set_budget(operator, judgement_id, body.budget))


@router.delete("/judgements/{judgement_id}", status_code=204)
async def delete_judgement(operator: Editor, judgement_id: str) -> None:
    """Take it away with the scores that it gave, for good; 409 while it runs."""
    await services().judgements.delete(operator, judgement_id)


@router.get("/conversations/{conversation_id}/judged")
async def list_judged(operator: OfLog, conversation_id: str) -> ScoreList:
    """Return what judges say of a conversation, and of its answers; the newest version of each judge."""
    found: list[dict[str, Any]] = [
        as_json(one) for one in await services().judgements.scores(operator, conversation_id)
    ]
    return ScoreList(scores=found)
