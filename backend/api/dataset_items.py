"""Rows of datasets, over REST."""

from __future__ import annotations

from contextlib import AsyncExitStack
from json import JSONDecodeError
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from backend.api.access import allowed
from backend.api.dataset_bodies import (
    ChangedItem,
    ItemIds,
    ItemList,
    Labels,
    NewItemBody,
    OrderBody,
    WrittenBody,
    bodies_of,
    items_in,
    numbers_in,
)
from backend.api.dataset_files import one_file, targets_in
from backend.api.documents import FILES_SCHEMA
from backend.api.idempotent import IdempotentRoute, is_multipart
from backend.bootstrap import services
from backend.datasets.types import ItemEdit, ItemFilter, Source, SourceKind
from backend.errors import InvalidInput
from backend.knowledge.names import harmless
from backend.operator import Operator, Permission
from backend.paging import DEFAULT_LIMIT, Page

router = APIRouter(prefix="/api/datasets/{dataset_id}", tags=["datasets"], route_class=IdempotentRoute)
Reader = Annotated[Operator, allowed(Permission.DATASETS_READ)]
Editor = Annotated[Operator, allowed(Permission.DATASETS_EDIT)]
ROWS_SCHEMA: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"type": "array", "items": NewItemBody.model_json_schema()}},
            **FILES_SCHEMA["requestBody"]["content"],
        },
    }
}


@router.get("/items")
async def list_items(
    operator: Reader,
    dataset_id: str,
    *,
    version: int | None = None,
    split: str = "",
    tag: str = "",
    text: str = "",
    rows: str = "",
    limit: int = DEFAULT_LIMIT,
    after: str = "",
) -> ItemList:
    """List rows of a version, the newest when left out, oldest first; `rows` (12,13,40) asks for these alone.

    `split` may be `none`; `text` is a part of input or expected output.
    """
    datasets = services().datasets
    at = version if version is not None else (await datasets.get(operator, dataset_id)).version
    if rows:
        found = await datasets.rows(operator, dataset_id, numbers_in(rows), version=at)
        return ItemList(version=at, items=bodies_of(found))
    wanted = ItemFilter(split, tag, text)
    listed = await datasets.items(operator, dataset_id, version=at, wanted=wanted, page=Page(limit, after))
    return ItemList(version=at, items=bodies_of(listed.items), next=listed.next)


@router.get("/order")
async def get_order(
    operator: Reader,
    dataset_id: str,
    *,
    version: int | None = None,
    split: str = "",
    tag: str = "",
    text: str = "",
) -> OrderBody:
    """Return the numbers of all rows that match, newest first: what a long list needs before it draws a part."""
    at, numbers = await services().datasets.order(
        operator, dataset_id, version=version, wanted=ItemFilter(split, tag, text)
    )
    return OrderBody(version=at, rows=numbers)


@router.post("/items", status_code=201, openapi_extra=ROWS_SCHEMA)
async def add_items(
    operator: Editor,
    dataset_id: str,
    request: Request,
    *,
    mapping: str = "",
    skip_duplicates: bool | None = None,
    generated_by: str = "",
    generated_from: Annotated[list[int], Query()] = [],  # noqa: B006
) -> WrittenBody:
    """Add rows: a JSON list of `{input, expected_output, metadata?, split?, tags?}`, or a file (field `files`).

    One bad row keeps all of them out. `skip_duplicates` leaves out inputs that are there already: where nothing is
    said, those of a file, which may be sent twice, and none of a list. For a file, `mapping` says what each column
    becomes, as at `/import`; left out, it is guessed. `generated_by` names the model that wrote the rows of a list,
    and `generated_from`, as often as needed, a row that it went by: these go with the person whom that one goes with.
    """
    datasets = services().datasets
    if is_multipart(request):
        if generated_from:
            raise InvalidInput("Rows that a model wrote are sent as a list.")
        await datasets.get(operator, dataset_id)  # before a byte of the body is kept
        async with AsyncExitStack() as stack:
            file = await one_file(request, stack)
            written = await datasets.import_file(
                operator,
                dataset_id,
                file.path,
                harmless(file.name),
                targets=targets_in(mapping),
                skip_duplicates=skip_duplicates is not False,
            )
        return WrittenBody.of(written)
    try:
        body = await request.json()
    except JSONDecodeError as error:
        raise InvalidInput("The body is no JSON.") from error
    source = Source(SourceKind.GENERATED, generated_by) if generated_by else Source(SourceKind.API)
    written = await datasets.add_items(
        operator,
        dataset_id,
        items_in(body),
        source,
        skip_duplicates=skip_duplicates is True,
        generated_from=generated_from,
    )
    return WrittenBody.of(written)


@router.put("/items/{item_id}")
async def change_item(operator: Editor, dataset_id: str, item_id: str, changed: ChangedItem) -> WrittenBody:
    """Replace a row; refused where it changed since `version`."""
    edit = ItemEdit(item_id, changed.version, changed.item())
    return WrittenBody.of(await services().datasets.edit_items(operator, dataset_id, [edit]))


@router.delete("/items/{item_id}")
async def delete_item(operator: Editor, dataset_id: str, item_id: str) -> WrittenBody:
    """Take a row out of the newest version."""
    return WrittenBody.of(await services().datasets.delete_items(operator, dataset_id, [item_id]))


@router.post("/items/delete")
async def delete_items(operator: Editor, dataset_id: str, which: ItemIds) -> WrittenBody:
    """Take rows out, in one version."""
    return WrittenBody.of(await services().datasets.delete_items(operator, dataset_id, which.ids))


@router.post("/items/labels")
async def label_items(operator: Editor, dataset_id: str, labels: Labels) -> WrittenBody:
    """Put rows into a split, add tags, take tags away, in one version."""
    return WrittenBody.of(
        await services().datasets.label_items(
            operator,
            dataset_id,
            labels.ids,
            split=labels.split,
            add_tags=labels.add_tags,
            remove_tags=labels.remove_tags,
        )
    )
