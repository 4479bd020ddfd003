"""Compile a statement once for all tests of a worker.

Each test has a database of its own, so an engine of its own, and with it nothing that was compiled before: a fifth of
what the tests cost went into the compiler. Engines of one kind compile to the same words.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.util import LRUCache

MOST = 5_000
CACHES: dict[Any, LRUCache[Any, Any]] = {}


def share() -> None:
    """Give all engines of one kind one cache. Its keys hold the dialect, so those of one kind are made equal."""
    kinds: Any = Engine
    make = kinds.__init__

    # What `create_engine` may hand to it is read from the names here.
    def make_sharing(engine: Any, pool: Any, dialect: Any, url: Any, hide_parameters: Any = None, **more: Any) -> None:
        make(engine, pool, dialect, url, hide_parameters=bool(hide_parameters), **more)
        kind = type(dialect)
        if kind not in CACHES:
            CACHES[kind] = LRUCache(MOST)
            kind.__eq__ = lambda one, other: type(one) is type(other)
            kind.__hash__ = lambda one: hash(type(one))
        engine._compiled_cache = CACHES[kind]

    kinds.__init__ = make_sharing
