"""What is said of a dataset, and who may say it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from sqlmodel import select

from backend.audit.models import AuditEventRow
from backend.datasets.errors import NameTaken, StaleDataset
from backend.datasets.service import DatasetService
from backend.datasets.types import About, NewItem, Source, SourceKind
from backend.errors import Forbidden, InvalidInput, NotFound
from backend.operator import Operator, Permission
from backend.paging import Page
from backend.ports.database import Database
from tests.factories.datasets import dataset, item
from tests.factories.keys import second_project
from tests.tenancy import EVERYWHERE


async def test_a_dataset_is_made_listed_changed_and_deleted(
    datasets: DatasetService, owner: Operator, any_database: Database
) -> None:
    made = await datasets.create(owner, About(" support  240 ", "Tickets of November", ("support", "support")))
    assert (made.name, made.tags, made.version, made.num_items) == ("support 240", ("support",), 0, 0)
    other = await dataset(datasets, owner, item(), name="other")
    assert [one.name for one in (await datasets.list(owner)).items] == ["other", "support 240"]
    assert [one.name for one in (await datasets.list(owner, text="SUPP")).items] == ["support 240"]
    first = await datasets.list(owner, Page(1))
    assert [one.name for one in (await datasets.list(owner, Page(1, first.next or ""))).items] == ["support 240"]
    changed = await datasets.update(owner, made.id, About("support-240"), revision=made.revision)
    assert (changed.name, changed.description, changed.revision) == ("support-240", "", 2)
    with pytest.raises(StaleDataset):
        await datasets.update(owner, made.id, About("mine"), revision=made.revision)
    await datasets.delete(owner, other.id)
    with pytest.raises(NotFound):
        await datasets.get(owner, other.id)
    async with any_database.read(EVERYWHERE) as session:
        actions = (await session.exec(select(AuditEventRow.action))).all()
    assert sorted(actions) == sorted(
        ["dataset.create", "dataset.create", "dataset.add", "dataset.update", "dataset.delete"]
    )


async def test_rows_that_begin_a_dataset_of_one_name_at_once_stand_in_one(
    datasets: DatasetService, owner: Operator
) -> None:
    kept = await asyncio.gather(
        *(
            datasets.keep_item(
                owner,
                "",
                NewItem({"question": f"{one}?"}, "Yes."),
                Source(SourceKind.LOG, "", f"msg_{one}"),
                named="New",
            )
            for one in range(4)
        )
    )
    assert sorted(one.row for one in kept) == [1, 2, 3, 4]
    assert len({one.dataset_id for one in kept}) == 1


async def test_two_datasets_of_one_name_are_refused(datasets: DatasetService, owner: Operator) -> None:
    made = await dataset(datasets, owner)
    other = await dataset(datasets, owner, name="other")
    with pytest.raises(NameTaken):
        await datasets.create(owner, About(made.name))
    with pytest.raises(NameTaken):
        await datasets.update(owner, other.id, About(made.name), revision=other.revision)


@pytest.mark.parametrize(
    ("field", "about"),
    [
        ("name", About(" ")),
        ("name", About("x" * 201)),
        ("name", About("a\u202eb")),
        ("description", About("x", "y" * 2_001)),
        ("tags", About("x", tags=("",))),
        ("tags", About("x", tags=("a\nb",))),
        ("tags", About("x", tags=tuple(str(number) for number in range(21)))),
        ("input_schema", About("x", input_schema={"type": "objct"})),
        ("expected_schema", About("x", expected_schema={"$ref": "http://127.0.0.1/schema"})),
        ("expected_schema", About("x", expected_schema={"enum": ["x" * 64_001]})),
    ],
)
async def test_what_cannot_be_said_is_told_at_its_field(
    datasets: DatasetService, owner: Operator, field: str, about: About
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await datasets.create(owner, about)
    assert list(refusal.value.fields) == [field]


async def test_another_project_has_none_of_it(
    datasets: DatasetService, owner: Operator, any_database: Database
) -> None:
    elsewhere = replace(owner, project_id=await second_project(any_database, owner.organisation_id))
    made = await dataset(datasets, owner, item())
    (row,) = await datasets.all_items(owner, made.id)
    assert (await datasets.list(elsewhere)).items == []
    for act in (
        datasets.get(elsewhere, made.id),
        datasets.update(elsewhere, made.id, About("x"), revision=1),
        datasets.delete(elsewhere, made.id),
        datasets.items(elsewhere, made.id),
        datasets.rows(elsewhere, made.id, [1]),
        datasets.order(elsewhere, made.id),
        datasets.count_items(elsewhere, made.id),
        datasets.splits(elsewhere, made.id),
        datasets.tags(elsewhere, made.id),
        datasets.list_versions(elsewhere, made.id),
        datasets.get_version(elsewhere, made.id, 1),
        datasets.diff(elsewhere, made.id, 0, 1),
        datasets.duplicates(elsewhere, made.id),
        datasets.misfits(elsewhere, made.id),
        datasets.add_items(elsewhere, made.id, [item()]),
        datasets.delete_items(elsewhere, made.id, [row.id]),
        datasets.label_items(elsewhere, made.id, [row.id], split="test"),
        datasets.undo(elsewhere, made.id, 1),
        datasets.restore(elsewhere, made.id, 0),
    ):
        with pytest.raises(NotFound):
            await act
    assert await datasets.create(elsewhere, About(made.name))
    with pytest.raises(NotFound):  # a row is reached through its own dataset alone
        await datasets.delete_items(owner, (await dataset(datasets, owner, name="b")).id, [row.id])


async def test_whoever_may_read_changes_nothing(datasets: DatasetService, owner: Operator) -> None:
    made = await dataset(datasets, owner, item())
    reader = replace(owner, permissions=frozenset({Permission.DATASETS_READ}))
    nobody = replace(owner, permissions=frozenset())
    assert (await datasets.get(reader, made.id)).num_items == 1
    for act in (
        datasets.create(reader, About("x")),
        datasets.update(reader, made.id, About("x"), revision=1),
        datasets.delete(reader, made.id),
        datasets.add_items(reader, made.id, [item()]),
        datasets.edit_items(reader, made.id, []),
        datasets.label_items(reader, made.id, []),
        datasets.delete_items(reader, made.id, []),
        datasets.undo(reader, made.id, 1),
        datasets.restore(reader, made.id, 0),
        datasets.list(nobody),
        datasets.get(nobody, made.id),
        datasets.items(nobody, made.id),
    ):
        with pytest.raises(Forbidden):
            await act
