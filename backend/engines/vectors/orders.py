"""What the index asks of the child that holds its folders."""

from __future__ import annotations

import msgspec


class Upsert(msgspec.Struct, tag=True):
    """Add or replace points. `vectors` holds one row of float32 per id, in order."""

    space: str
    ids: list[str]
    vectors: bytes
    texts: list[str]
    project_ids: list[str]
    knowledge_base_ids: list[str]
    document_ids: list[str]


class Search(msgspec.Struct, tag=True):
    """Search by `vector` (float32), by `text` (BM25), or by both, fused by rank."""

    space: str
    project_id: str
    knowledge_base_ids: list[str]
    vector: bytes
    text: str
    limit: int


class Where(msgspec.Struct):
    """Which points: all of a project, narrowed by what is not empty."""

    project_id: str
    knowledge_base_id: str = ""
    document_id: str = ""


class Delete(msgspec.Struct, tag=True):
    space: str
    where: Where


class Count(msgspec.Struct, tag=True):
    space: str
    where: Where


class Found(msgspec.Struct, array_like=True):
    id: str
    score: float
