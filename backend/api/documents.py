"""Documents of knowledge bases over REST: files in, chunks out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from backend.api.access import allowed
from backend.api.idempotent import IdempotentRoute
from backend.api.knowledge_bodies import (
    AddedBody,
    ChunkBody,
    ChunkList,
    DocumentBody,
    DocumentList,
    RefusedBody,
    UploadAnswer,
)
from backend.api.uploads import FIELD, Received, received
from backend.bootstrap import services
from backend.errors import DomainError, InvalidInput
from backend.knowledge.errors import FileTooLarge
from backend.knowledge.names import harmless
from backend.knowledge.types import Added, DocumentFilter, DocumentStatus
from backend.operator import Operator, Permission
from backend.paging import DEFAULT_LIMIT, Page

router = APIRouter(prefix="/api", tags=["documents"], route_class=IdempotentRoute)
Reader = Annotated[Operator, allowed(Permission.KNOWLEDGE_READ)]
Editor = Annotated[Operator, allowed(Permission.KNOWLEDGE_EDIT)]
UPLOADS = "uploads"
FILES_SCHEMA: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": [FIELD],
                    "properties": {FIELD: {"type": "array", "items": {"type": "string", "format": "binary"}}},
                }
            }
        },
    }
}
# A stored file is data, whatever it holds: never drawn, never run, never guessed at.
AS_DATA = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, no-store",
}


@router.get("/knowledge-bases/{knowledge_base_id}/documents")
async def list_documents(
    operator: Reader,
    knowledge_base_id: str,
    *,
    limit: int = DEFAULT_LIMIT,
    after: str = "",
    text: str = "",
    status: DocumentStatus | None = None,
) -> DocumentList:
    """List the documents of a knowledge base, newest first; `text` is a part of the name."""
    listed = await services().knowledge.list_documents(
        operator, knowledge_base_id, Page(limit, after), DocumentFilter(text, status)
    )
    return DocumentList(documents=[DocumentBody.of(document) for document in listed.items], next=listed.next)


@router.post("/knowledge-bases/{knowledge_base_id}/documents", status_code=201, openapi_extra=FILES_SCHEMA)
async def add_documents(
    operator: Editor, knowledge_base_id: str, request: Request, *, replace: bool = False
) -> UploadAnswer:
    """Take in files (field `files`, each up to 50 MB); ingestion goes on behind the answer.

    A file that is refused does not hold up the others; only when all are is the answer a refusal. With `replace` each
    takes the place of the documents of its name once it is ready; until then those answer.
    """
    running = services()
    await running.knowledge.get(operator, knowledge_base_id)  # before a byte of the body is kept
    documents: list[AddedBody] = []
    refusals: list[tuple[str, DomainError]] = []
    limit = running.knowledge.max_document_bytes
    async with received(request, running.settings.folder / UPLOADS, limit) as files:
        taken: set[str] = set()
        for file in files:
            try:
                if replace:
                    _once(harmless(file.name), taken)
                documents.append(AddedBody.told(await _add(operator, knowledge_base_id, file, limit, replace=replace)))
            except DomainError as refusal:
                refusals.append((harmless(file.name), refusal))
    if not documents:
        raise refusals[0][1]
    return UploadAnswer(documents=documents, refused=_told(refusals))


def _once(name: str, taken: set[str]) -> None:
    """Refuse a second file of a name: it would replace the first one, which nobody means."""
    if name in taken:
        raise InvalidInput(f"Another file of this request is named “{name}” too.", hint="Send it by itself.")
    taken.add(name)


async def _add(operator: Operator, knowledge_base_id: str, file: Received, limit: int, *, replace: bool) -> Added:
    if file.too_large:
        raise FileTooLarge(harmless(file.name), limit)
    return await services().knowledge.add_document(operator, knowledge_base_id, file.name, file.path, replace=replace)


def _told(refusals: Sequence[tuple[str, DomainError]]) -> list[RefusedBody]:
    return [RefusedBody(name=name, detail=f"{error.message} {error.hint}".strip()) for name, error in refusals]


@router.get("/documents/{document_id}")
async def get_document(operator: Reader, document_id: str) -> DocumentBody:
    """Return one document and how far it has come."""
    return DocumentBody.of(await services().knowledge.get_document(operator, document_id))


@router.delete("/documents/{document_id}", status_code=204)
async def delete_document(operator: Editor, document_id: str, *, undo: bool = False) -> None:
    """Delete a document with its passages, vectors and file; with `undo` it can be restored for 10 s."""
    await services().knowledge.delete_document(operator, document_id, undo=undo)


@router.post("/documents/{document_id}/restore")
async def restore_document(operator: Editor, document_id: str) -> DocumentBody:
    """Bring back a document that was deleted with `undo`."""
    return DocumentBody.of(await services().knowledge.restore_document(operator, document_id))


@router.post("/documents/{document_id}/replace-older")
async def replace_older_documents(operator: Editor, document_id: str) -> DocumentBody:
    """Let a document take the place of the older ones of its name, which can be restored for 10 s after they left."""
    document, _ = await services().knowledge.replace_older(operator, document_id)
    return DocumentBody.of(document)


@router.post("/documents/{document_id}/retry")
async def retry_document(operator: Editor, document_id: str) -> DocumentBody:
    """Try a failed or cancelled document again."""
    return DocumentBody.of(await services().knowledge.retry(operator, document_id))


@router.post("/documents/{document_id}/cancel")
async def cancel_document(operator: Editor, document_id: str) -> DocumentBody:
    """Stop the work on a document."""
    return DocumentBody.of(await services().knowledge.cancel(operator, document_id))


@router.get("/documents/{document_id}/chunks")
async def list_chunks(operator: Reader, document_id: str, limit: int = DEFAULT_LIMIT, after: str = "") -> ChunkList:
    """List the passages of a document in reading order."""
    listed = await services().knowledge.list_chunks(operator, document_id, Page(limit, after))
    return ChunkList(chunks=[ChunkBody.of(chunk) for chunk in listed.items], next=listed.next)


@router.get("/documents/{document_id}/file", response_class=StreamingResponse)
async def download_document(operator: Reader, document_id: str) -> StreamingResponse:
    """Return the file as it was given."""
    document, blocks = await services().knowledge.read_file(operator, document_id)
    disposition = f"attachment; filename*=UTF-8''{quote(document.name)}"
    return StreamingResponse(
        blocks, media_type="application/octet-stream", headers={**AS_DATA, "Content-Disposition": disposition}
    )
