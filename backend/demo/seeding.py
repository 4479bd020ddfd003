"""Make the example, a step at a time; each step finds what an earlier, killed start already made."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from backend.columns import utc_now
from backend.conversations.service import ConversationService
from backend.conversations.types import Answer, Channel, Citation, Opening
from backend.demo.content import (
    CHATS,
    CHUNK_OVERLAP,
    CHUNK_SIZE,
    FILES,
    FLOW_DESCRIPTION,
    HANDBOOK,
    KNOWLEDGE_BASE_DESCRIPTION,
    OWN_BASE_DESCRIPTION,
    Chat,
)
from backend.demo.flow import example_document
from backend.demo.models import DemoRow
from backend.demo.repository import DemoRepository
from backend.demo.types import FLOW_NAME, KNOWLEDGE_BASE_NAME, OWN_BASE_NAME, SLUG
from backend.errors import NotFound
from backend.flows.service import FlowService
from backend.knowledge.service import KnowledgeService
from backend.knowledge.types import Chunk, Document, DocumentStatus, Stage
from backend.operator import Operator
from backend.paging import MAX_LIMIT, Page
from backend.unit_of_work import Units, Work

POLL_SECONDS = 0.5
# The conversations wait for the passages that they cite; a broken index must not hold them up for ever.
INGESTION_SECONDS = 120
ALL = Page(limit=MAX_LIMIT)


class Seeding:
    """One pass over all steps for one project."""

    def __init__(
        self,
        units: Units,
        knowledge: KnowledgeService,
        flows: FlowService,
        conversations: ConversationService,
        operator: Operator,
    ) -> None:
        self._units = units
        self._knowledge = knowledge
        self._flows = flows
        self._conversations = conversations
        self._operator = operator

    async def run(self) -> None:
        """Make whatever is missing, then mark the example as made."""
        row = await self._row()
        base_id = await self._base(row.knowledge_base_id, KNOWLEDGE_BASE_NAME, KNOWLEDGE_BASE_DESCRIPTION)
        own_id = await self._base(row.own_base_id, OWN_BASE_NAME, OWN_BASE_DESCRIPTION)
        await self._note(knowledge_base_id=base_id, own_base_id=own_id)
        documents = await self._documents(base_id)
        flow_id = await self._flow(row, base_id, own_id)
        chunks = await self._chunks(documents)
        async with self._units.write(self._operator) as work:
            rows = DemoRepository(work.session, self._operator.project_id)
            row = await rows.change(seeded_at=utc_now())
            if not row.conversation_ids:
                made = [await self._chat(work, flow_id, chat, chunks) for chat in CHATS]
                await rows.change(conversation_ids=made)

    async def _row(self) -> DemoRow:
        async with self._units.read(self._operator) as session:
            row = await DemoRepository(session, self._operator.project_id).read()
            session.expunge_all()  # read after the session is closed
            return row

    async def _note(self, **values: object) -> None:
        async with self._units.write(self._operator) as work:
            await DemoRepository(work.session, self._operator.project_id).change(**values)

    async def _base(self, noted: str, name: str, description: str) -> str:
        """Return a knowledge base: the noted one, one that a killed start left without a note, or a new one."""
        for base in (await self._knowledge.list(self._operator, ALL)).items:
            if base.id == noted or (base.name, base.description) == (name, description):
                return base.id
        made = await self._knowledge.create(
            self._operator, name, description=description, chunk_size=CHUNK_SIZE, chunk_overlap=CHUNK_OVERLAP
        )
        return made.id

    async def _documents(self, base_id: str) -> list[Document]:
        """Add the files; the base knows them by their content and takes each one in once."""
        for left in (await self._knowledge.list_documents(self._operator, base_id, ALL)).items:
            # A start that was killed while it stored a file leaves a row whose file never came.
            if left.name in HANDBOOK and left.stage is Stage.STORE:
                await self._knowledge.delete_document(self._operator, left.id)
        added = [await self._knowledge.add_document(self._operator, base_id, name, FILES / name) for name in HANDBOOK]
        documents = [one.document for one in added]
        await self._note(document_ids=[document.id for document in documents])
        return documents

    async def _flow(self, row: DemoRow, *base_ids: str) -> str:
        """Return the published example flow. A person's own flow under its slug is left as it is."""
        try:
            flow = await self._flows.get(self._operator, row.flow_id or SLUG)
        except NotFound:
            flow = await self._flows.create(
                self._operator,
                FLOW_NAME,
                slug=SLUG,
                description=FLOW_DESCRIPTION,
                document=example_document(*base_ids),
            )
        if flow.published_version is None:
            await self._flows.publish(self._operator, flow.id, "Came with Signalbox")
        await self._note(flow_id=flow.id)
        return flow.id

    async def _chunks(self, documents: Iterable[Document]) -> dict[str, tuple[Document, list[Chunk]]]:
        """Wait until the handbook is taken in; return the passages of each file that went through."""
        deadline = asyncio.get_running_loop().time() + INGESTION_SECONDS
        found: dict[str, tuple[Document, list[Chunk]]] = {}
        for document in documents:
            now = document
            while now.status.in_work and asyncio.get_running_loop().time() < deadline:
                await asyncio.sleep(POLL_SECONDS)
                now = await self._knowledge.get_document(self._operator, document.id)
            if now.status is DocumentStatus.DONE:
                chunks = await self._knowledge.list_chunks(self._operator, document.id, ALL)
                found[now.name] = (now, list(chunks.items))
        return found

    async def _chat(self, work: Work, flow_id: str, chat: Chat, chunks: dict[str, tuple[Document, list[Chunk]]]) -> str:
        """Write one conversation as it would have been held; its answers are sentences of the handbook."""
        conversation_id = ""
        at = utc_now() - chat.before
        for said in chat.turns:
            opening = Opening(
                flow_id=flow_id,
                flow_name=FLOW_NAME,
                run_id="",  # it was never run here, so there is no trace to link to
                text=said.question,
                channel=Channel.EXAMPLE,
                version=1,
                conversation_id=conversation_id,
            )
            conversation_id = (await self._conversations.open_turn(work, self._operator, opening, at)).conversation_id
            citation = _citation(*said.source, chunks)
            answer = Answer(
                run_id="",
                text=said.answer if citation else said.answer.replace(" [1]", ""),
                citations=(citation,) if citation else (),
                latency_ms=said.latency_ms,
            )
            await self._conversations.close_turn(work, self._operator, answer, at)
            at += chat.pause
        return conversation_id


def _citation(name: str, words: str, chunks: dict[str, tuple[Document, list[Chunk]]]) -> Citation | None:
    """Return the passage of the file that holds the words, None where the file did not go through."""
    if name not in chunks:
        return None
    document, passages = chunks[name]
    plain = " ".join(words.split())
    for chunk in passages:
        if plain in " ".join(chunk.text.split()):
            return Citation(
                number=1,
                chunk_id=chunk.id,
                document_id=document.id,
                document_name=document.name,
                heading=chunk.heading_path[-1] if chunk.heading_path else "",
                text=chunk.text,
                page=chunk.page,
            )
    return None
