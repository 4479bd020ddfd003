"""However long and alike rows are, comparing them ends, and nobody else waits for it."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import replace
from pathlib import Path

import pytest

from backend.datasets.likeness import LONGEST, Search
from backend.datasets.service import DatasetService, likeness
from backend.datasets.types import NEARLY
from backend.operator import Operator
from backend.ports.database import Database
from tests.factories.datasets import dataset, item
from tests.factories.keys import second_project

DRAW = random.Random(1)
WORDS = ["".join(DRAW.choices("abcdefghijklmnop", k=6)) for _ in range(2_900)]


def long_text() -> str:
    words = WORDS[:]
    for _ in range(250):
        words[DRAW.randrange(len(words))] = f"{DRAW.randrange(10**6)}"
    return " ".join(words)[:20_000]


def test_of_long_texts_the_beginning_and_the_length_are_compared() -> None:
    begin = long_text()[:LONGEST]
    search = Search([begin + "a" * 3_000, begin + "b" * 3_000, begin + "c" * 30_000], NEARLY)
    assert search.go_on(60)
    assert [(one.number, one.other) for one in search.found()] == [(1, 0)]


def test_a_search_stops_where_its_time_is_over_and_says_what_is_left() -> None:
    search = Search([long_text() for _ in range(400)], NEARLY)
    began = time.thread_time()
    assert not search.go_on(0.05)
    assert time.thread_time() - began < 0.5
    assert 0 < search.num_left <= 400
    turns = 1
    while not search.go_on(0.05):
        turns += 1
    assert (search.num_left, turns > 5) == (0, True)
    assert len(search.found()) > 200


async def test_another_project_does_not_wait_for_a_long_search(
    any_database: Database, datasets: DatasetService, owner: Operator
) -> None:
    many = await dataset(datasets, owner, *(item(long_text()) for _ in range(600)))
    theirs = replace(owner, project_id=await second_project(any_database, owner.organisation_id))
    few = await dataset(datasets, theirs, item("Who pays for the table?"), item("Who pays for the tables?"))
    long_search = asyncio.create_task(datasets.near_duplicates(owner, many.id))
    while owner.project_id not in datasets._finding:
        await asyncio.sleep(0.01)
    found = await datasets.near_duplicates(theirs, few.id)
    assert [(one.number, one.other) for one in found.pairs] == [(2, 1)]
    assert not long_search.done()
    await long_search


async def test_what_is_not_compared_in_time_is_told(
    datasets: DatasetService, owner: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await dataset(datasets, owner, *(item(long_text()) for _ in range(60)))
    monkeypatch.setattr(likeness, "MOST_SECONDS", likeness.TURN_SECONDS)
    found = await datasets.near_duplicates(owner, made.id)
    assert 0 < found.num_left <= 60


async def test_before_an_import_it_is_told_what_is_not_compared_in_time(
    datasets: DatasetService, owner: Operator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await dataset(datasets, owner, *(item(long_text()) for _ in range(60)))
    path = tmp_path / "x.csv"
    path.write_text(f"message\n{long_text()}\n")
    assert (await datasets.plan_import(owner, made.id, path, "x.csv")).num_left == 0
    for name in ("TURN_SECONDS", "MOST_SECONDS"):
        monkeypatch.setattr(likeness, name, 0.001)
    assert 0 < (await datasets.plan_import(owner, made.id, path, "x.csv")).num_left <= 61
