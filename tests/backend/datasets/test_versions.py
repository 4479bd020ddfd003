"""Versions never change; what was done is undone, and what was is brought back."""

from __future__ import annotations

import pytest

from backend.datasets.errors import CannotUndo, VersionNotFound
from backend.datasets.service import DatasetService
from backend.datasets.types import Act, Dataset, ItemEdit, Source, SourceKind
from backend.operator import Operator
from backend.paging import Page
from tests.factories.datasets import dataset, item


async def said(datasets: DatasetService, owner: Operator, made: Dataset, version: int | None = None) -> list[str]:
    return [one.input["message"] for one in await datasets.all_items(owner, made.id, version=version)]


async def _three_versions(datasets: DatasetService, owner: Operator) -> Dataset:
    """Return one with rows A B in v1, A b C in v2 and v3, b C in v4."""
    made = await dataset(datasets, owner, item("A"), item("B"))
    a, b = await datasets.all_items(owner, made.id)
    await datasets.edit_items(owner, made.id, [ItemEdit(b.id, 1, item("b"))])
    await datasets.add_items(owner, made.id, [item("C")], Source(SourceKind.IMPORT, "more.csv"))
    await datasets.delete_items(owner, made.id, [a.id])
    return await datasets.get(owner, made.id)


async def test_every_version_stays_what_it_was(datasets: DatasetService, owner: Operator) -> None:
    made = await _three_versions(datasets, owner)
    told = [await said(datasets, owner, made, version) for version in range(5)]
    assert told == [[], ["A", "B"], ["A", "b"], ["A", "b", "C"], ["b", "C"]]
    listed = await datasets.list_versions(owner, made.id)
    assert [(one.number, one.act, one.about, one.num_items) for one in listed.items] == [
        (4, Act.DELETE, "", 2),
        (3, Act.IMPORT, "more.csv", 3),
        (2, Act.EDIT, "", 2),
        (1, Act.ADD, "", 2),
    ]
    first = await datasets.list_versions(owner, made.id, Page(3))
    assert [one.number for one in (await datasets.list_versions(owner, made.id, Page(3, first.next or ""))).items] == [
        1
    ]
    assert (await datasets.get_version(owner, made.id, 3)).num_added == 1
    for act in (
        datasets.items(owner, made.id, version=5),
        datasets.items(owner, made.id, version=-1),
        datasets.get_version(owner, made.id, 5),
        datasets.diff(owner, made.id, 1, 5),
        datasets.restore(owner, made.id, 5),
        datasets.undo(owner, made.id, 0),
        datasets.undo(owner, made.id, 5),
    ):
        with pytest.raises(VersionNotFound):
            await act


async def test_a_diff_names_the_rows_both_ways(datasets: DatasetService, owner: Operator) -> None:
    made = await _three_versions(datasets, owner)
    forth, back = await datasets.diff(owner, made.id, 1, 4), await datasets.diff(owner, made.id, 4, 1)
    assert (forth.added, forth.edited, forth.removed) == ((3,), (2,), (1,))
    assert (back.added, back.edited, back.removed) == ((1,), (2,), (3,))
    added, edited, removed = await datasets.changes(owner, made.id, 1, 4, [1, 2, 3])
    assert (added.before, added.after and added.after.input) == (None, {"message": "C"})
    assert edited.before
    assert edited.after
    assert (edited.before.input, edited.after.input) == ({"message": "B"}, {"message": "b"})
    assert (removed.row, removed.after) == (1, None)


async def test_undo_takes_back_one_version_alone_and_is_undone_itself(
    datasets: DatasetService, owner: Operator
) -> None:
    made = await _three_versions(datasets, owner)
    before = {one.row: one for one in await datasets.all_items(owner, made.id, version=3)}
    undone = await datasets.undo(owner, made.id, 4)
    assert (undone.version, undone.num_added, await said(datasets, owner, made)) == (5, 1, ["A", "b", "C"])
    back = {one.row: one for one in await datasets.all_items(owner, made.id)}
    assert (back[1].id, back[1].input) == (before[1].id, before[1].input)
    redone = await datasets.undo(owner, made.id, undone.version)
    assert (redone.num_removed, await said(datasets, owner, made)) == (1, ["b", "C"])
    await datasets.undo(owner, made.id, 2)  # in the middle: what came after stays
    assert await said(datasets, owner, made) == ["B", "C"]
    with pytest.raises(CannotUndo, match="Row 0001"):
        await datasets.undo(owner, made.id, 1)
    assert await said(datasets, owner, made, 4) == ["b", "C"]


async def test_restore_brings_an_old_version_back_as_a_new_one(datasets: DatasetService, owner: Operator) -> None:
    made = await _three_versions(datasets, owner)
    restored = await datasets.restore(owner, made.id, 1)
    assert (restored.version, restored.num_added, restored.num_edited, restored.num_removed) == (5, 1, 1, 1)
    assert await said(datasets, owner, made) == ["A", "B"]
    assert await datasets.diff(owner, made.id, 1, 5) == await datasets.diff(owner, made.id, 1, 1)
    again = await datasets.restore(owner, made.id, 1)
    assert again.version == 5  # nothing changes, so there is no version
    emptied = await datasets.restore(owner, made.id, 0)
    assert (emptied.num_removed, (await datasets.get(owner, made.id)).num_items) == (2, 0)
    added = await datasets.add_items(owner, made.id, [item("D")])
    assert added.rows == (4,)  # no number is given twice
