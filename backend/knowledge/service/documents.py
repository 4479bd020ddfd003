"""Add, cancel, retry, delete and restore documents."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
from pathlib import Path

from backend.audit.repository import AuditTrail
from backend.audit.types import Target
from backend.columns import utc_now
from backend.errors import Conflict, Unavailable
from backend.ids import new_id
from backend.knowledge.errors import DocumentNotFound, FileTooLarge, NotFinished
from backend.knowledge.hiding import NO_TIME, hide, take_place
from backend.knowledge.models import DocumentRow
from backend.knowledge.names import harmless
from backend.knowledge.parts import INGEST, PURGE_DOCUMENT, object_key
from backend.knowledge.progress import tell
from backend.knowledge.repository import Documents, DocumentWork, KnowledgeBases
from backend.knowledge.repository.documents import document_of
from backend.knowledge.service.group import UseCases
from backend.knowledge.types import PURGED_AFTER, Added, Document, DocumentStatus, Stage
from backend.operator import Operator, Permission
from backend.ports.database import OfProject
from backend.unit_of_work import Work

ENDED_BADLY = frozenset({DocumentStatus.FAILED, DocumentStatus.CANCELLED})
NOBODY = ("", 0)


class DocumentUseCases(UseCases):
    """Each act answers at once; jobs do the long part, and tell of it on the topics of types.py."""

    @property
    def max_document_bytes(self) -> int:
        return self._parts.max_document_bytes

    async def add_document(
        self, operator: Operator, knowledge_base_id: str, name: str, path: Path, *, replace: bool = False
    ) -> Added:
        """Take in the file at `path`, which the caller keeps. The same content is taken in once per base.

        Adding a document again that had failed or was cancelled is trying it again. With `replace` it takes the place
        of the others of its name once it is ready; content that is here under another name replaces nothing.
        Raise FileTooLarge, NotFound.
        """
        operator.require(Permission.KNOWLEDGE_EDIT)
        name = harmless(name)
        size = (await asyncio.to_thread(path.stat)).st_size
        if size > self._parts.max_document_bytes:
            raise FileTooLarge(name, self._parts.max_document_bytes)
        sha256 = await asyncio.to_thread(_digest, path)
        row, is_new, others = await self._note(operator, knowledge_base_id, name, size, sha256, replace=replace)
        added = Added(document_of(row), not is_new, *others, replaces=replace and row.name == name and others != NOBODY)
        if is_new:
            return dataclasses.replace(added, document=await self._store(operator, row, path))
        if row.status in ENDED_BADLY:
            await self._parts.objects.put(object_key(operator.project_id, row.id), path)  # it may be what was missing
            return dataclasses.replace(added, document=await self.retry(operator, row.id))
        return added

    async def replace_older(self, operator: Operator, document_id: str) -> tuple[Document, list[str]]:
        """Let a document take the place of the older ones of its name: now where it is ready, else once it is.

        Return the ids of those that left now, which can be restored for 10 s. Raise Conflict where it ended badly or
        nothing older has its name, NotFound.
        """
        operator.require(Permission.KNOWLEDGE_EDIT)
        async with self._units.write(operator) as work:
            rows = Documents(work.session, operator.project_id)
            row = await rows.change(document_id)
            if row.status in ENDED_BADLY:
                raise Conflict(f"“{row.name}” is not ready, so the older one stays.", hint="Retry it first.")
            row.replaces_before = max(row.replaces_before, row.id)
            if not await self._tell_replacing(work, operator, row):
                raise Conflict(f"No older “{row.name}” is here any more.")
            gone = await take_place(work, self._parts.events, row) if row.status == DocumentStatus.DONE else []
            return self._write(work, row), gone

    async def cancel(self, operator: Operator, document_id: str) -> Document:
        """Stop the work on a document within a second. Raise NotFinished when there is none, NotFound."""
        operator.require(Permission.KNOWLEDGE_EDIT)
        async with self._units.write(operator) as work:
            row = await Documents(work.session, operator.project_id).change(document_id)
            if not DocumentStatus(row.status).in_work:
                raise NotFinished("Nothing is in work on this document.")
            row.status = DocumentStatus.CANCELLED
            row.attempt += 1  # from here on the running attempt writes nothing
            return self._write(work, row)

    async def end_all(self, project_id: str) -> None:
        """Stop the work on every document of a project that was closed."""
        async with self._units.write(OfProject(project_id)) as work:
            await Documents(work.session, project_id).cancel_all()

    async def retry(self, operator: Operator, document_id: str) -> Document:
        """Queue a failed or cancelled document again. Raise Conflict for any other, NotFound."""
        operator.require(Permission.KNOWLEDGE_EDIT)
        async with self._units.write(operator) as work:
            row = await Documents(work.session, operator.project_id).change(document_id)
            if row.status not in ENDED_BADLY:
                raise Conflict("Only a failed or cancelled document can be tried again.")
            # Behind the cut where that is done: a provider that failed in the middle costs no second parse.
            is_cut = row.status == DocumentStatus.FAILED and row.stage in {Stage.EMBED, Stage.INDEX}
            return self._queue(work, row, Stage.EMBED if is_cut else Stage.PARSE)

    async def delete_document(self, operator: Operator, document_id: str, *, undo: bool = False) -> None:
        """Hide a document at once and end its work; its content goes now, or a minute behind the 10 s of `undo`."""
        operator.require(Permission.KNOWLEDGE_EDIT)
        now = utc_now()
        async with self._units.write(operator) as work:
            rows = Documents(work.session, operator.project_id)
            row = await rows.change(document_id)
            hide(work, self._parts.events, row, now, PURGED_AFTER if undo else NO_TIME)
            before = {"knowledge_base_id": row.knowledge_base_id, "sha256": row.sha256}
            target = Target("document", row.id, row.name)
            await AuditTrail(work.session).record(operator, "document.delete", target, before=before)
            if not undo:
                work.after_commit(lambda: self._parts.jobs.enqueue(PURGE_DOCUMENT, row.id, row.attempt))

    async def restore_document(self, operator: Operator, document_id: str) -> Document:
        """Bring a deleted document back while its content is there. Raise Conflict when it is gone, NotFound."""
        operator.require(Permission.KNOWLEDGE_EDIT)
        async with self._units.write(operator) as work:
            row = await Documents(work.session, operator.project_id).deleted(document_id)
            if row.purge_after is None or row.purge_after <= utc_now():
                raise Conflict("This document is gone already.")
            row.deleted_at = row.purge_after = None
            await AuditTrail(work.session).record(operator, "document.restore", Target("document", row.id, row.name))
            if row.status == DocumentStatus.QUEUED:
                return self._queue(work, row, Stage.PARSE)
            return self._write(work, row)

    async def _note(
        self, operator: Operator, knowledge_base_id: str, name: str, size: int, sha256: str, *, replace: bool
    ) -> tuple[DocumentRow, bool, tuple[str, int]]:
        """Return the row that holds this content already and False, else a new one and True.

        Behind it come the newest other document of the name, and how many there are.
        """
        async with self._units.write(operator) as work:
            # The lock on the base keeps the same file, sent twice at once, from being taken in twice.
            base = await KnowledgeBases(work.session, operator.project_id).change(knowledge_base_id)
            rows = Documents(work.session, operator.project_id)
            known = await rows.same_content(base.id, sha256)
            others = [one for one in await rows.same_name(base.id, name) if known is None or one != known.id]
            told = (others[0], len(others)) if others else NOBODY
            if known and known.name != name:
                return known, False, told
            if known and not replace:  # it stands beside its namesakes because somebody kept it there
                return known, False, NOBODY
            row = known or DocumentRow(
                id=new_id("doc"),
                project_id=operator.project_id,
                knowledge_base_id=base.id,
                name=name,
                size_bytes=size,
                sha256=sha256,
                embedding_model=base.embedding_model,
            )
            rows.add(row)
            if replace and others:
                row.replaces_before = new_id("doc")
                await self._tell_replacing(work, operator, row)
                if row.status == DocumentStatus.DONE:
                    await take_place(work, self._parts.events, row)
            return row, known is None, told

    async def _tell_replacing(self, work: Work, operator: Operator, row: DocumentRow) -> list[str]:
        """Write into the audit log what a document replaces, and return it."""
        older = [one.id for one in await Documents(work.session, operator.project_id).replaced_by(row)]
        before = {"knowledge_base_id": row.knowledge_base_id, "documents": older}
        target = Target("document", row.id, row.name)
        await AuditTrail(work.session).record(operator, "document.replace", target, before=before)
        return older

    async def _store(self, operator: Operator, row: DocumentRow, path: Path) -> Document:
        """Keep the file; its row stands already, so that no crash leaves a file that nobody knows of."""
        key = object_key(operator.project_id, row.id)
        try:
            await self._parts.objects.put(key, path)
        except OSError as error:
            async with self._units.write(operator) as work:
                await DocumentWork(work.session).remove(row.id)
            raise Unavailable("The file could not be kept.", hint="The disk of the server may be full.") from error
        try:
            async with self._units.write(operator) as work:
                stored = await Documents(work.session, operator.project_id).change(row.id)
                if not DocumentStatus(stored.status).in_work:  # cancelled while it was being stored
                    return document_of(stored)
                return self._queue(work, stored, Stage.PARSE)
        except DocumentNotFound:  # deleted while it was being stored; its purge may be over already
            await self._parts.objects.delete(key)
            raise

    def _queue(self, work: Work, row: DocumentRow, stage: Stage) -> Document:
        row.status, row.stage, row.percent = DocumentStatus.QUEUED, stage, 0
        row.error, row.hint, row.is_unreadable = "", "", False
        work.after_commit(lambda: self._parts.jobs.enqueue(INGEST, row.id, row.attempt))
        return self._write(work, row)

    def _write(self, work: Work, row: DocumentRow) -> Document:
        row.updated_at = utc_now()
        work.session.add(row)
        document = document_of(row)
        work.after_commit(lambda: tell(self._parts.events, row.project_id, document))
        return document


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
