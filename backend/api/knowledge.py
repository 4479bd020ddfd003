"""Knowledge bases and what is found in them, over REST."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from backend.api.access import allowed
from backend.api.idempotent import IdempotentRoute
from backend.api.knowledge_bodies import (
    ChangedKnowledgeBase,
    ColumnBody,
    KnowledgeBaseBody,
    KnowledgeBaseList,
    NewKnowledgeBase,
    PassageBody,
    PassageList,
    Question,
    RanksBody,
    RanksQuestion,
)
from backend.bootstrap import services
from backend.operator import Operator, Permission
from backend.paging import DEFAULT_LIMIT, Page

router = APIRouter(prefix="/api/knowledge-bases", tags=["knowledge"], route_class=IdempotentRoute)
Reader = Annotated[Operator, allowed(Permission.KNOWLEDGE_READ)]
Editor = Annotated[Operator, allowed(Permission.KNOWLEDGE_EDIT)]


@router.get("")
async def list_knowledge_bases(operator: Reader, limit: int = DEFAULT_LIMIT, after: str = "") -> KnowledgeBaseList:
    """List the project's knowledge bases, newest first."""
    listed = await services().knowledge.list(operator, Page(limit, after))
    return KnowledgeBaseList(knowledge_bases=[KnowledgeBaseBody.of(base) for base in listed.items], next=listed.next)


@router.post("", status_code=201)
async def create_knowledge_base(operator: Editor, new: NewKnowledgeBase) -> KnowledgeBaseBody:
    """Make an empty knowledge base; its embedding model stays."""
    return KnowledgeBaseBody.of(await services().knowledge.create(operator, **new.model_dump()))


@router.get("/{knowledge_base_id}")
async def get_knowledge_base(operator: Reader, knowledge_base_id: str) -> KnowledgeBaseBody:
    """Return one knowledge base."""
    return KnowledgeBaseBody.of(await services().knowledge.get(operator, knowledge_base_id))


@router.put("/{knowledge_base_id}")
async def change_knowledge_base(
    operator: Editor, knowledge_base_id: str, changed: ChangedKnowledgeBase
) -> KnowledgeBaseBody:
    """Change a knowledge base; how it cuts holds for documents added from now on."""
    return KnowledgeBaseBody.of(await services().knowledge.update(operator, knowledge_base_id, **changed.model_dump()))


@router.delete("/{knowledge_base_id}", status_code=204)
async def delete_knowledge_base(operator: Editor, knowledge_base_id: str) -> None:
    """Delete a knowledge base with all its documents, for good."""
    await services().knowledge.delete(operator, knowledge_base_id)


@router.post("/{knowledge_base_id}/search")
async def search_knowledge_base(operator: Reader, knowledge_base_id: str, question: Question) -> PassageList:
    """Find passages, best first: by meaning, by words, or by both with their ranks fused."""
    found = await services().knowledge.search(
        operator, [knowledge_base_id], question.query, limit=question.limit, mode=question.mode
    )
    return PassageList(passages=[PassageBody.of(passage) for passage in found])


@router.post("/{knowledge_base_id}/ranks")
async def rank_knowledge_base(operator: Reader, knowledge_base_id: str, question: RanksQuestion) -> RanksBody:
    """Ask the same question by meaning, by words and fused, side by side."""
    ranks = await services().knowledge.ranks(operator, knowledge_base_id, question.query, limit=question.limit)
    return RanksBody(
        dense=ColumnBody.of(ranks.dense), fused=ColumnBody.of(ranks.fused), keyword=ColumnBody.of(ranks.keyword)
    )
