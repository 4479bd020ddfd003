"""The child that owns the Qdrant Edge folders: one for each space, opened at first use and kept open."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import qdrant_edge as edge

from backend.engines.room.frames import Refused, Worker
from backend.engines.vectors.orders import Count, Delete, Found, Search, Upsert, Where
from backend.engines.vectors.words import Words

# No graph: at 50,000 points it took 36 s and 599 MB to build, won 1.3 ms, and lost a third of the recall. Beyond some
# 200,000 points an exact search costs 12 ms and a Qdrant server is the better place.
NEVER_INDEX_KB = 10_000_000
DENSE, BM25 = "dense", "bm25"
# A byte a number: 1.5 ms of processor for a filtered search over 50,000 where floats need 6.5, a quarter of the memory,
# and 98.8 % of the twenty nearest of random vectors, which lie closer together than any text does.
BYTES = edge.VectorStorageDatatype.Turbo8
# Project and knowledge base in one word: two conditions made a search over 50 of 50,000 chunks five times as slow.
PROJECT, SCOPE, DOCUMENT = KEYS = ("project", "scope", "document")
RRF_K = 60  # of the paper by Cormack, Clarke and Buettcher, 2009
PREFETCH = 3  # legs as deep as three times the limit, so that a chunk in the middle of both lists comes up


def worker(folder: Path) -> Worker:
    spaces = _Spaces(folder)
    return Worker(
        {Upsert: spaces.upsert, Search: spaces.search, Delete: spaces.delete, Count: spaces.count},
        idle=spaces.flush,
        close=spaces.close,
    )


@dataclass(frozen=True)
class _Space:
    shard: edge.EdgeShard
    dimensions: int

    def check(self, dimensions: int) -> None:
        if dimensions != self.dimensions:
            raise Refused(f"This index holds vectors of {self.dimensions} numbers, not of {dimensions}.")


class _Spaces:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open_spaces: dict[str, _Space] = {}
        self._written: set[str] = set()
        self._words = Words()

    def upsert(self, order: Upsert) -> None:
        rows = np.frombuffer(order.vectors, np.float32).reshape(len(order.ids), -1)
        if rows.shape[1] == 0:
            raise Refused("A point needs a vector.")
        space = self._open(order.space) or self._create(order.space, rows.shape[1])
        space.check(rows.shape[1])
        owners = zip(order.project_ids, order.knowledge_base_ids, order.document_ids, strict=True)
        points = [
            edge.Point(
                id=point_id,
                vector={DENSE: row, BM25: self._words.of_document(text)},
                payload={PROJECT: project, SCOPE: _scope(project, base), DOCUMENT: document},
            )
            for point_id, row, text, (project, base, document) in zip(
                order.ids, rows.tolist(), order.texts, owners, strict=True
            )
        ]
        space.shard.update(edge.UpdateOperation.upsert_points(points))
        self._written.add(order.space)

    def search(self, order: Search) -> list[Found]:
        space = self._open(order.space)
        if space is None:
            return []
        mine = _mine(order)
        legs = []
        if order.vector:
            vector = np.frombuffer(order.vector, np.float32)
            space.check(len(vector))
            legs.append(edge.Query.Nearest(vector.tolist(), using=DENSE))
        if order.text.strip():
            legs.append(edge.Query.Nearest(self._words.of_query(order.text), using=BM25))
        if len(legs) > 1:
            fused: Any = edge.Fusion.Rrf(RRF_K)  # the wheel's stubs forget that its variants are fusions
            deep = [edge.Prefetch(limit=PREFETCH * order.limit, query=leg, filter=mine) for leg in legs]
            request = edge.QueryRequest(limit=order.limit, query=fused, prefetches=deep)
        else:
            request = edge.QueryRequest(limit=order.limit, query=legs[0], filter=mine)
        found = [Found(str(point.id), point.score) for point in space.shard.query(request)]
        # Ranks tie often in RRF; the id makes the order the same every time.
        return sorted(found, key=lambda one: (-one.score, one.id))

    def delete(self, order: Delete) -> None:
        if space := self._open(order.space):
            space.shard.update(edge.UpdateOperation.delete_points_by_filter(_where(order.where)))
            self._written.add(order.space)

    def count(self, order: Count) -> int:
        space = self._open(order.space)
        return space.shard.count(edge.CountRequest(filter=_where(order.where), exact=True)) if space else 0

    def flush(self) -> None:
        """Keep the log of writes short: replaying one of 50,000 points takes 4.3 s at the next start."""
        for space in self._written:
            self._open_spaces[space].shard.flush()
        self._written.clear()

    def close(self) -> None:
        self.flush()
        for space in self._open_spaces.values():
            space.shard.close()

    def _open(self, name: str) -> _Space | None:
        """Return the space, opening it first where it stands on disk; None where there is none."""
        path = self._path(name)
        if name not in self._open_spaces and path.exists():
            size = json.loads((path / "edge_config.json").read_bytes())["vectors"][DENSE]["size"]
            self._open_spaces[name] = _Space(edge.EdgeShard.load(str(path)), size)
        return self._open_spaces.get(name)

    def _create(self, name: str, dimensions: int) -> _Space:
        """Make the folder beside its place and rename it: what stands there is whole, also after a kill."""
        path = self._path(name)
        unfinished = path.with_name(f"{path.name}.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        shard = edge.EdgeShard.create(
            str(unfinished),
            edge.EdgeConfig(
                vectors={DENSE: edge.EdgeVectorParams(size=dimensions, distance=edge.Distance.Cosine, datatype=BYTES)},
                sparse_vectors={BM25: edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf)},
                optimizers=edge.EdgeOptimizersConfig(indexing_threshold=NEVER_INDEX_KB),
                wal_enabled=True,  # without it 94 of 100 acknowledged batches were lost in a kill
            ),
        )
        for key in KEYS:
            shard.update(edge.UpdateOperation.create_field_index(key, edge.PayloadSchemaType.Keyword))
        shard.flush()
        shard.close()
        unfinished.rename(path)
        made = self._open(name)
        assert made is not None
        return made

    def _path(self, name: str) -> Path:
        """Return a folder's name that is readable, safe, and different for different spaces."""
        readable = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:60]
        return self._folder / f"{readable}-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def _scope(project_id: str, knowledge_base_id: str) -> str:
    return f"{project_id}/{knowledge_base_id}"


def _mine(order: Search) -> edge.Filter:
    scopes = [_scope(order.project_id, base) for base in order.knowledge_base_ids]
    # Any of one costs 2 ms more over 50,000 points than that one.
    wanted = edge.MatchValue(value=scopes[0]) if len(scopes) == 1 else edge.MatchAny(any=scopes)
    return edge.Filter(must=[edge.FieldCondition(key=SCOPE, match=wanted)])


def _where(where: Where) -> edge.Filter:
    values = {PROJECT: where.project_id}
    if where.knowledge_base_id:
        values[SCOPE] = _scope(where.project_id, where.knowledge_base_id)
    if where.document_id:
        values[DOCUMENT] = where.document_id
    return edge.Filter(
        must=[edge.FieldCondition(key=key, match=edge.MatchValue(value=value)) for key, value in values.items()]
    )
