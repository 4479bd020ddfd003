"""Find passages, and show where each was found."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from backend.errors import InvalidInput
from backend.knowledge.repository import Chunks, KnowledgeBases
from backend.knowledge.service.group import UseCases
from backend.knowledge.types import MAX_PASSAGES, MAX_QUERY, Column, KnowledgeBase, Mode, Passage, Ranks
from backend.operator import Operator, Permission
from backend.ports.database import OfProject
from backend.ports.vectors import VectorQuery

SPARE_HITS = 10  # hits in documents that are in work or just deleted are passed over
MOST_HITS = 1_000


@dataclass(frozen=True, slots=True)
class _Space:
    """The bases of one embedding model, and the question as that model reads it (empty: not asked for)."""

    project_id: str
    model: str
    knowledge_base_ids: tuple[str, ...]
    text: str
    vector: bytes


class SearchUseCases(UseCases):
    """Every query carries the project and its bases, checked here, down into the index."""

    async def search(
        self,
        operator: Operator,
        knowledge_base_ids: Sequence[str],
        query: str,
        *,
        limit: int = 10,
        mode: Mode = "hybrid",
    ) -> list[Passage]:
        """Return at most `limit` passages of the bases, best first. Raise InvalidInput, NotFound (a base)."""
        operator.require(Permission.KNOWLEDGE_READ)
        bases = await self._checked(operator, knowledge_base_ids, query, limit)
        columns = [
            (await self._column(space, mode, limit)).passages
            for space in await self._spaces(operator, bases, query, mode)
        ]
        return _merged(columns)[:limit]

    async def ranks(self, operator: Operator, knowledge_base_id: str, query: str, *, limit: int = 5) -> Ranks:
        """Return what each way of searching finds in one base, side by side. Raise InvalidInput, NotFound."""
        operator.require(Permission.KNOWLEDGE_READ)
        bases = await self._checked(operator, [knowledge_base_id], query, limit)
        [space] = await self._spaces(operator, bases, query, "hybrid")
        return Ranks(
            dense=await self._column(space, "semantic", limit),
            fused=await self._column(space, "hybrid", limit),
            keyword=await self._column(space, "keyword", limit),
        )

    async def _checked(
        self, operator: Operator, knowledge_base_ids: Sequence[str], query: str, limit: int
    ) -> list[KnowledgeBase]:
        if not query.strip():
            raise InvalidInput("Type what to look for.", fields={"query": "It is empty."})
        if len(query) > MAX_QUERY:
            raise InvalidInput(f"A question has at most {MAX_QUERY:,} characters.", fields={"query": "It is too long."})
        if not 1 <= limit <= MAX_PASSAGES:
            raise InvalidInput(f"limit must lie between 1 and {MAX_PASSAGES}.", fields={"limit": str(limit)})
        async with self._units.read(operator) as session:
            return await KnowledgeBases(session, operator.project_id).many(knowledge_base_ids)

    async def _spaces(self, operator: Operator, bases: Sequence[KnowledgeBase], query: str, mode: Mode) -> list[_Space]:
        """Group the bases by model, and embed the question once for each."""
        spaces: list[_Space] = []
        for model in sorted({base.embedding_model for base in bases}):
            ids = tuple(base.id for base in bases if base.embedding_model == model)
            vector = b""
            if mode != "keyword":
                embedder = await self._parts.open_embedder(operator.project_id, model)
                vector = (await embedder.embed([query])).row(0)
            spaces.append(_Space(operator.project_id, model, ids, query, vector))
        return spaces

    async def _column(self, space: _Space, mode: Mode, limit: int) -> Column:
        """Ask the index for more as long as what it found is mostly hidden."""
        num_wanted, spent = limit + SPARE_HITS, 0.0
        while True:
            asked_at = time.perf_counter()
            hits = await self._parts.index.search(
                space.model,
                VectorQuery(
                    project_id=space.project_id,
                    knowledge_base_ids=space.knowledge_base_ids,
                    mode=mode,
                    vector=space.vector,
                    text=space.text,
                    limit=num_wanted,
                ),
            )
            spent += time.perf_counter() - asked_at
            async with self._units.read(OfProject(space.project_id)) as session:
                known = await Chunks(session, space.project_id).passages(hits)
            shown = [known[hit.id] for hit in hits if hit.id in known][:limit]
            if len(shown) == limit or len(hits) < num_wanted or num_wanted >= MOST_HITS:
                ranked = tuple(replace(passage, rank=rank) for rank, passage in enumerate(shown, start=1))
                return Column(ranked, spent * 1_000)
            num_wanted = min(num_wanted * 4, MOST_HITS)


def _merged(columns: Sequence[Sequence[Passage]]) -> list[Passage]:
    """Shuffle the answers of several models together by rank: their scores have nothing in common."""
    if len(columns) == 1:
        return list(columns[0])
    together = sorted((passage for column in columns for passage in column), key=lambda passage: passage.rank)
    return [replace(passage, rank=rank) for rank, passage in enumerate(together, start=1)]
