"""Kill the index's child again and again while points go in: nothing acknowledged is lost, nothing is there twice."""

import asyncio
import os
import random
import signal
import uuid
from pathlib import Path

import numpy as np
import pytest

from backend.engines.vectors.edge import EdgeVectorIndex
from backend.errors import Unavailable
from backend.ports.vectors import Point
from tests.factories.children import engine_children

SPACE, NUM_BATCHES, BATCH = "s", 60, 50


def points(batch: int) -> list[Point]:
    rows = np.random.default_rng(batch).normal(size=(BATCH, 64)).astype(np.float32)
    return [
        Point(
            str(uuid.uuid5(uuid.NAMESPACE_OID, f"{batch} {number}")), row.tobytes(), "some words", "p", "k", f"d{batch}"
        )
        for number, row in enumerate(rows)
    ]


async def test_kills_in_the_middle_of_writing_lose_and_double_nothing(tmp_path: Path):
    index, chance, kills = EdgeVectorIndex(tmp_path / "vectors", tmp_path / "log"), random.Random(5), 0
    await index.upsert(SPACE, points(0))
    for batch in range(1, NUM_BATCHES):
        writing = asyncio.create_task(index.upsert(SPACE, points(batch)))
        if batch % 6 == 0 and index.pid:
            await asyncio.sleep(chance.random() * 0.01)
            os.kill(index.pid, signal.SIGKILL)
            kills += 1
        await writing
    assert kills >= 5
    assert await index.count(SPACE, project_id="p") == NUM_BATCHES * BATCH
    for batch in (0, 6, 30, 59):
        assert await index.count(SPACE, project_id="p", document_id=f"d{batch}") == BATCH
    assert len(engine_children()) == 1
    await index.close()


async def test_a_folder_that_cannot_be_opened_is_unavailable_and_is_left_alone(tmp_path: Path):
    first = EdgeVectorIndex(tmp_path / "vectors", tmp_path / "log")
    await first.upsert(SPACE, points(0))
    await first.close()
    (config,) = (tmp_path / "vectors").glob("*/edge_config.json")
    whole = config.read_bytes()
    config.write_bytes(b"{")
    broken = EdgeVectorIndex(tmp_path / "vectors", tmp_path / "log")
    with pytest.raises(Unavailable):
        await broken.upsert(SPACE, points(1))
    await broken.close()
    config.write_bytes(whole)
    mended = EdgeVectorIndex(tmp_path / "vectors", tmp_path / "log")
    assert await mended.count(SPACE, project_id="p") == BATCH
    await mended.close()
