"""Datasets and their versions, over REST."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from backend.api.access import allowed
from backend.api.dataset_bodies import (
    ChangeBody,
    ChangedDataset,
    DatasetBody,
    DatasetList,
    DiffBody,
    FacetsBody,
    NewDataset,
    VersionBody,
    VersionList,
    WrittenBody,
    numbers_in,
)
from backend.api.idempotent import IdempotentRoute
from backend.api.odd_rows import DuplicatesBody, NearDuplicatesBody, PairBody, ProblemsBody, RowProblemBody
from backend.bootstrap import services
from backend.datasets.types import NEARLY
from backend.operator import Operator, Permission
from backend.paging import DEFAULT_LIMIT, Page

router = APIRouter(prefix="/api/datasets", tags=["datasets"], route_class=IdempotentRoute)
Reader = Annotated[Operator, allowed(Permission.DATASETS_READ)]
Editor = Annotated[Operator, allowed(Permission.DATASETS_EDIT)]


@router.get("")
async def list_datasets(operator: Reader, limit: int = DEFAULT_LIMIT, after: str = "", text: str = "") -> DatasetList:
    """List the project's datasets, newest first; `text` is a part of the name."""
    listed = await services().datasets.list(operator, Page(limit, after), text)
    return DatasetList(datasets=[DatasetBody.of(one) for one in listed.items], next=listed.next)


@router.post("", status_code=201)
async def create_dataset(operator: Editor, new: NewDataset) -> DatasetBody:
    """Make an empty dataset."""
    return DatasetBody.of(await services().datasets.create(operator, new.about()))


@router.get("/{dataset_id}")
async def get_dataset(operator: Reader, dataset_id: str) -> DatasetBody:
    """Return one dataset."""
    return DatasetBody.of(await services().datasets.get(operator, dataset_id))


@router.put("/{dataset_id}")
async def change_dataset(operator: Editor, dataset_id: str, changed: ChangedDataset) -> DatasetBody:
    """Change name, description, tags and schemas; rows stay as they are."""
    return DatasetBody.of(
        await services().datasets.update(operator, dataset_id, changed.about(), revision=changed.revision)
    )


@router.delete("/{dataset_id}", status_code=204)
async def delete_dataset(operator: Editor, dataset_id: str) -> None:
    """Delete a dataset with all its versions, for good."""
    await services().datasets.delete(operator, dataset_id)


@router.get("/{dataset_id}/versions")
async def list_versions(operator: Reader, dataset_id: str, limit: int = DEFAULT_LIMIT, after: str = "") -> VersionList:
    """List the versions, newest first."""
    listed = await services().datasets.list_versions(operator, dataset_id, Page(limit, after))
    return VersionList(versions=[VersionBody.of(one) for one in listed.items], next=listed.next)


@router.get("/{dataset_id}/versions/{number}")
async def get_version(operator: Reader, dataset_id: str, number: int) -> VersionBody:
    """Return what one version did."""
    return VersionBody.of(await services().datasets.get_version(operator, dataset_id, number))


@router.post("/{dataset_id}/versions/{number}/undo")
async def undo_version(operator: Editor, dataset_id: str, number: int) -> WrittenBody:
    """Take back what one version did, as a new version; refused where a row of it changed since."""
    return WrittenBody.of(await services().datasets.undo(operator, dataset_id, number))


@router.post("/{dataset_id}/versions/{number}/restore")
async def restore_version(operator: Editor, dataset_id: str, number: int) -> WrittenBody:
    """Make the rows what they were in a version, as a new version."""
    return WrittenBody.of(await services().datasets.restore(operator, dataset_id, number))


@router.get("/{dataset_id}/diff")
async def diff_versions(operator: Reader, dataset_id: str, before: int, after: int, rows: str = "") -> DiffBody:
    """Name the rows that differ between two versions; those of `rows` (12,13,40) are answered whole, in both."""
    found = await services().datasets.diff(operator, dataset_id, before, after)
    body = DiffBody(added=[*found.added], edited=[*found.edited], removed=[*found.removed])
    if rows:
        changes = await services().datasets.changes(operator, dataset_id, before, after, numbers_in(rows))
        body.changes = [ChangeBody.of(one) for one in changes]
    return body


@router.get("/{dataset_id}/facets")
async def get_facets(operator: Reader, dataset_id: str, version: int | None = None) -> FacetsBody:
    """Return splits and tags of a version, the newest when left out."""
    datasets = services().datasets
    return FacetsBody(
        splits=await datasets.splits(operator, dataset_id, version=version),
        tags=await datasets.tags(operator, dataset_id, version=version),
    )


@router.get("/{dataset_id}/duplicates")
async def list_duplicates(operator: Reader, dataset_id: str, version: int | None = None) -> DuplicatesBody:
    """Name the rows whose inputs are equal."""
    found = await services().datasets.duplicates(operator, dataset_id, version=version)
    return DuplicatesBody(duplicates=[[*rows] for rows in found])


@router.get("/{dataset_id}/near-duplicates")
async def list_near_duplicates(
    operator: Reader, dataset_id: str, version: int | None = None, likeness: float = NEARLY
) -> NearDuplicatesBody:
    """Name the pairs of rows whose inputs are nearly the same, at least so much as `likeness`, from 0.7 to 1."""
    found = await services().datasets.near_duplicates(operator, dataset_id, version=version, least=likeness)
    return NearDuplicatesBody.of(found)


@router.post("/{dataset_id}/near-duplicates/kept", status_code=204)
async def keep_near_duplicates(operator: Editor, dataset_id: str, body: PairBody) -> None:
    """Say of two rows that they are meant to be nearly the same: they are named no more while their inputs stay."""
    await services().datasets.keep_both(operator, dataset_id, body.row, body.like)


@router.delete("/{dataset_id}/near-duplicates/kept", status_code=204)
async def name_near_duplicates(operator: Editor, dataset_id: str) -> None:
    """Name all rows again that are nearly the same."""
    await services().datasets.name_all(operator, dataset_id)


@router.get("/{dataset_id}/problems")
async def list_problems(operator: Reader, dataset_id: str, version: int | None = None) -> ProblemsBody:
    """Name what rows break of the schemas that hold now, the first 500."""
    found = await services().datasets.misfits(operator, dataset_id, version=version)
    return ProblemsBody(problems=[RowProblemBody.of(one) for one in found])
