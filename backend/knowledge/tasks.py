"""The jobs of knowledge: make a document findable, and take away what was deleted.

Each may be called again at any point, after a kill too, and goes on from what the rows say.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
from collections.abc import Sequence

from backend.columns import utc_now
from backend.errors import DomainError, Unavailable
from backend.ids import new_id
from backend.knowledge.errors import AttemptLost
from backend.knowledge.ingestion import Ingestion
from backend.knowledge.models import DocumentRow
from backend.knowledge.parts import Parts, object_key
from backend.knowledge.progress import Ledger, tell
from backend.knowledge.repository import Chunks, DocumentWork
from backend.knowledge.repository.bases import DeletedBases
from backend.knowledge.repository.documents import document_of
from backend.knowledge.types import DocumentStatus
from backend.ports.jobs import BY_ID, Waiting
from backend.ports.parsing import ParsingFailed

# A full disk or a locked database often has room again a moment later.
PAUSES_SECONDS = (0.5, 2.0, 8.0)
logger = logging.getLogger(__name__)


async def ingest_document(parts: Parts, document_id: str) -> None:
    """Parse, cut, embed and index one document; end its row as done or failed."""
    async with parts.turns.of(document_id):
        async with parts.units.write(BY_ID) as work:
            row = await DocumentWork(work.session).claim(document_id)
            if row is not None:
                begun = document_of(row)
                project_id = row.project_id
                work.after_commit(lambda: tell(parts.events, project_id, begun))
        if row is None:
            await _forget(parts, document_id)
            return
        ledger = Ledger(parts.units, parts.events, row)
        try:
            await ledger.keep(Ingestion(parts, ledger, row).run())
        except AttemptLost:
            await _forget(parts, document_id, row)
        except DomainError as error:
            is_final = isinstance(error, ParsingFailed)
            await _fail(parts, ledger, row, error.message, error.hint, is_unreadable=is_final)
        except Exception as error:  # noqa: BLE001  # whatever it is, the row must say that it failed
            await _fail(parts, ledger, row, *_words(error))


async def documents_waiting(parts: Parts) -> Sequence[Waiting]:
    """Return what should be ingested and has no job that anybody knows of; asked every few seconds."""
    async with parts.units.read(BY_ID) as session:
        queued, running = await DocumentWork(session).queued(), await DocumentWork(session).running()
    silent = parts.silence.among({row_id: (attempt, moment) for row_id, attempt, moment in running})
    left = [*queued, *((row_id, attempt) for row_id, attempt, _ in running if row_id in silent)]
    return [Waiting(*one) for one in left]


async def purge_document(parts: Parts, document_id: str) -> None:
    """Take away the vectors, the file, the chunks and the row of a deleted document, the row last."""
    async with parts.turns.of(document_id):
        async with parts.units.write(BY_ID) as work:
            row = await DocumentWork(work.session).claim_purge(document_id, utc_now())
        if row is None:
            return
        await parts.index.delete(row.embedding_model, project_id=row.project_id, document_id=row.id)
        await parts.objects.delete(object_key(row.project_id, row.id))
        async with parts.units.write(BY_ID) as work:
            await Chunks(work.session, row.project_id).delete(row.id)
            await DocumentWork(work.session).remove(row.id)
            gone = document_of(row)
            work.after_commit(lambda: tell(parts.events, row.project_id, gone, deleted=True))


async def purges_waiting(parts: Parts) -> Sequence[Waiting]:
    """Return the deleted documents whose time to be brought back is over."""
    async with parts.units.read(BY_ID) as session:
        return [Waiting(*row) for row in await DocumentWork(session).to_purge(utc_now())]


async def purge_base(parts: Parts, knowledge_base_id: str) -> None:
    """Take away a deleted knowledge base with all its documents."""
    async with parts.units.write(BY_ID) as work:
        base = await DeletedBases(work.session).claim(knowledge_base_id)
        document_ids = await DocumentWork(work.session).of_base(knowledge_base_id)
    if base is None:
        return
    for document_id in document_ids:
        await purge_document(parts, document_id)
    await parts.index.delete(base.embedding_model, project_id=base.project_id, knowledge_base_id=base.id)
    async with parts.units.write(BY_ID) as work:
        await DeletedBases(work.session).remove(base.id)


async def base_purges_waiting(parts: Parts) -> Sequence[Waiting]:
    async with parts.units.read(BY_ID) as session:
        return [Waiting(*row) for row in await DeletedBases(session).waiting()]


async def _fail(
    parts: Parts, ledger: Ledger, row: DocumentRow, message: str, hint: str, *, is_unreadable: bool = False
) -> None:
    """End the attempt as failed, with words; half of a document must not be found."""
    with contextlib.suppress(Unavailable):  # search passes over unfinished documents besides
        await parts.index.delete(row.embedding_model, project_id=row.project_id, document_id=row.id)
    for pause in PAUSES_SECONDS:
        try:
            await ledger.end(DocumentStatus.FAILED, error=message, hint=hint, is_unreadable=is_unreadable)
        except AttemptLost:
            await _forget(parts, row.id, row)
        except Exception:  # the next try, or the job's own log, tells it
            logger.warning("the failure of %s could not be noted yet", row.id, exc_info=True)
            await asyncio.sleep(pause)
            continue
        return
    await ledger.end(DocumentStatus.FAILED, error=message, hint=hint, is_unreadable=is_unreadable)


async def _forget(parts: Parts, document_id: str, attempted: DocumentRow | None = None) -> None:
    """Take away what an overtaken attempt wrote, unless another attempt is at work on the document now."""
    async with parts.units.read(BY_ID) as session:
        row = await DocumentWork(session).peek(document_id)
    known = row or attempted
    if known is None or (row and row.deleted_at is None and row.status != DocumentStatus.CANCELLED):
        return
    await parts.index.delete(known.embedding_model, project_id=known.project_id, document_id=document_id)
    if row is not None:
        async with parts.units.write(BY_ID) as work:
            await Chunks(work.session, row.project_id).delete(document_id)


def _words(error: Exception) -> tuple[str, str]:
    """Return what to tell of an error that nobody expected; the log has the rest under the reference."""
    reference = new_id("err")
    logger.error("ingestion failed, %s", reference, exc_info=error)
    if (isinstance(error, OSError) and error.errno == errno.ENOSPC) or "disk is full" in str(error):
        return "The disk of the server is full.", "Make room, then retry."
    return "Something went wrong on our side.", f"Retry. If it fails again, look for {reference} in the log."
