"""Time the log at 100,000 conversations with 1,000,000 messages on Postgres."""

from __future__ import annotations

from collections.abc import Iterator

from bench.conversations import all_of
from bench.log_places import postgres
from bench.table import Figure


def figures() -> Iterator[Figure]:
    yield from all_of("Postgres", postgres)


if __name__ == "__main__":
    for one in figures():
        print("  ".join(one.cells()))
