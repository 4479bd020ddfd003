"""Rows that a model wrote are known with the rows by which it went."""

from __future__ import annotations

import pytest

from backend.datasets.generation_types import MAX_ASKED, MAX_EXAMPLES
from backend.datasets.service import DatasetService
from backend.datasets.types import Source, SourceKind
from backend.errors import InvalidInput
from backend.operator import Operator
from backend.ports.database import Database
from backend.privacy.repository.made import Made
from backend.unit_of_work import Units
from tests.factories.datasets import dataset, item

BY_MODEL = Source(SourceKind.GENERATED, "lab:writer")


@pytest.mark.parametrize(
    ("numbers", "source", "num_rows"),
    [
        ([1], Source(SourceKind.API), 1),
        ([0], BY_MODEL, 1),
        ([1, 2], BY_MODEL, 1),
        ([2**70], BY_MODEL, 1),
        ([*range(MAX_EXAMPLES + 1)], BY_MODEL, 1),
        ([1], BY_MODEL, MAX_ASKED + 1),
    ],
)
async def test_what_no_model_went_by_is_refused_and_nothing_is_kept(
    datasets: DatasetService, owner: Operator, numbers: list[int], source: Source, num_rows: int
) -> None:
    made = await dataset(datasets, owner, item())
    rows = [item(f"{at}") for at in range(num_rows)]
    with pytest.raises(InvalidInput) as refusal:
        await datasets.add_items(owner, made.id, rows, source, generated_from=numbers)
    assert [*refusal.value.fields] == ["generated_from"]
    assert (await datasets.get(owner, made.id)).version == 1


async def test_rows_are_found_by_a_message_that_another_follows_though_their_dataset_is_deleted(
    datasets: DatasetService, owner: Operator, any_database: Database
) -> None:
    made, units = await dataset(datasets, owner), Units(any_database)
    for at in (1, 2):
        await datasets.add_items(owner, made.id, [item(f"{at}")], Source(SourceKind.LOG, "ada", f"msg_{at}"))
    first = await datasets.add_items(owner, made.id, [item("new")], BY_MODEL, generated_from=[2, 1, 1])
    second = await datasets.add_items(owner, made.id, [item("newer")], BY_MODEL, generated_from=first.rows)
    rows = {one.row: one.id for one in await datasets.all_items(owner, made.id)}
    await datasets.delete(owner, made.id)
    async with units.write(owner) as work:
        await datasets.moved(work, owner.project_id, {"msg_1": ("conv_1", "msg_2")})
        await datasets.moved(work, owner.project_id, {"msg_2": ("conv_1", "msg_3")})
    async with units.read(owner) as session:
        for reference, found in (("msg_1", []), ("msg_2", []), ("msg_3", [rows[first.rows[0]], rows[second.rows[0]]])):
            assert [*await Made(session, owner.project_id).whose({reference: "conv_1"})] == found
