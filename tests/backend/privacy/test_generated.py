"""Rows that a model wrote by those of a person go with them, and so does all that was made of such rows."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import Collection
from contextlib import suppress
from typing import Any

import pytest

from backend.bootstrap import Services
from backend.conversations.reports import Report, Told
from backend.conversations.types import Role
from backend.datasets.errors import RowRemoved
from backend.datasets.repository import Origins
from backend.datasets.types import About, ItemEdit, NewItem, Source, SourceKind
from backend.engines.database.postgres import PostgresDatabase
from backend.errors import Conflict
from backend.operator import Operator
from backend.privacy.repository.made import Made
from backend.prompts.types import Content, NewPrompt, PlayColumn, PlayDocument
from tests.backend.privacy.conftest import removed
from tests.planting import columns_with

WORD, OTHER = "zwiebelkuchen", "pfannkuchen"
BY_MODEL = Source(SourceKind.GENERATED, "lab:writer")


async def said_by(house: Services, operator: Operator, dataset: str, person: str, word: str) -> int:
    """Let a person say a word, and make a row of it; return its number."""
    told = Report(f"s-{person}", "a", "A", messages=(Told(Role.USER, f"I say {word}"),), person=person)
    talk = (await house.conversations.report(operator, told)).conversation.id
    item = NewItem({"question": f"I say {word}"})
    return (await house.datasets.add_items(operator, dataset, [item], Source(SourceKind.LOG, person, talk))).rows[0]


async def written(house: Services, operator: Operator, dataset: str, word: str, *numbers: int) -> int:
    """Keep what a model wrote by some rows; return its number."""
    item = NewItem({"question": f"as if somebody said {word}"})
    return (await house.datasets.add_items(operator, dataset, [item], BY_MODEL, generated_from=numbers)).rows[0]


async def tried(house: Services, operator: Operator, dataset: str, number: int, word: str) -> str:
    """Make of a row what a playground makes that was filled from it; return the dataset that it was kept in."""
    (row,) = await house.datasets.rows(operator, dataset, [number])
    prompt = await house.prompts.create(operator, NewPrompt(f"Of row {number}", Content(text="Answer.")))
    play = PlayDocument(columns=(PlayColumn(content=Content(text=word)),), values={"question": word})
    await house.prompts.share(operator, prompt.id, play, row.id)
    source = Source(SourceKind.PLAYGROUND, prompt.name, row.id)
    item = NewItem({"question": f"tried {word}"})
    return (await house.datasets.keep_item(operator, "", item, source, named=f"By row {number}")).dataset_id


async def rows_of(house: Services, operator: Operator, dataset: str) -> set[int]:
    return {one.row for one in await house.datasets.all_items(operator, dataset)}


async def test_what_a_model_wrote_by_a_person_s_rows_goes_with_them_over_and_over(
    house: Services, operator: Operator
) -> None:
    at = (await house.datasets.create(operator, About("Cases"))).id
    hers, his = [await said_by(house, operator, at, *who) for who in (("ada", WORD), ("bob", OTHER))]
    stays = [his, await written(house, operator, at, OTHER, his), await written(house, operator, at, "nobody")]
    first = await written(house, operator, at, WORD, hers, his)
    second = await written(house, operator, at, WORD, first, his)
    elsewhere = await tried(house, operator, at, second, WORD)
    third = await written(house, operator, elsewhere, WORD, 1)
    edited = (await house.datasets.rows(operator, at, [first]))[0]
    edit = ItemEdit(edited.id, edited.version, NewItem({"question": f"{WORD} once more"}))
    await house.datasets.edit_items(operator, at, [edit])
    before = (await house.datasets.get(operator, at)).version
    await house.datasets.delete_items(operator, at, [edited.id])  # older versions keep it
    going = await house.privacy.going(operator, "ada")
    assert (going.num_items, going.num_playgrounds) == (4, 1)
    told = await exported(house, operator, "ada")
    assert {one["row"] for one in told["dataset_rows"]} == {hers, first, second, 1, third}
    assert len(told["playgrounds"]) == 1
    await removed(house, operator, "ada")
    assert await columns_with(house.units, WORD) == []
    assert await rows_of(house, operator, elsewhere) == set()
    assert await rows_of(house, operator, at) == {*stays}
    await house.datasets.restore(operator, at, before)
    assert await rows_of(house, operator, at) == {*stays}


async def test_what_was_made_of_such_a_row_goes_though_its_dataset_is_deleted(
    house: Services, operator: Operator
) -> None:
    at = (await house.datasets.create(operator, About("Cases"))).id
    first = await written(house, operator, at, WORD, await said_by(house, operator, at, "ada", WORD))
    elsewhere = await tried(house, operator, at, await written(house, operator, at, WORD, first), WORD)
    await house.datasets.delete(operator, at)
    going = await house.privacy.going(operator, "ada")
    assert (going.num_items, going.num_playgrounds) == (1, 1)
    await removed(house, operator, "ada")
    assert await columns_with(house.units, WORD) == []
    assert await rows_of(house, operator, elsewhere) == set()


async def test_rows_by_a_row_that_was_removed_are_not_kept(house: Services, operator: Operator) -> None:
    at = (await house.datasets.create(operator, About("Cases"))).id
    hers, his = [await said_by(house, operator, at, *who) for who in (("ada", WORD), ("bob", OTHER))]
    await removed(house, operator, "ada")
    before = await house.datasets.get(operator, at)
    with pytest.raises(RowRemoved, match="Row 0001, which the model went by, was removed"):
        await written(house, operator, at, WORD, his, hers)
    assert await house.datasets.get(operator, at) == before
    assert await columns_with(house.units, WORD) == []


async def test_rows_that_are_added_while_a_removal_looks_go_or_are_refused(
    house: Services, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = (await house.datasets.create(operator, About("Cases"))).id
    hers = await said_by(house, operator, at, "ada", WORD)
    hold, note, adding, is_noted = Made._hold, Origins.note, list[asyncio.Task[int]](), asyncio.Event()

    async def noted(self: Origins, *args: Any) -> None:
        await note(self, *args)
        is_noted.set()
        await asyncio.sleep(0.5)  # until the removal looks for what was written by the row

    async def late(self: Made, item_ids: Collection[str]) -> None:
        if not adding:
            adding.append(asyncio.create_task(written(house, operator, at, WORD, hers)))
            with suppress(TimeoutError):  # SQLite adds nothing before the removal has ended
                await asyncio.wait_for(is_noted.wait(), timeout=1)
        await hold(self, item_ids)

    monkeypatch.setattr(Origins, "note", noted)
    monkeypatch.setattr(Made, "_hold", late)
    await removed(house, operator, "ada")
    (ended,) = await asyncio.gather(*adding, return_exceptions=True)
    assert isinstance(ended, int if isinstance(house.database, PostgresDatabase) else Conflict)
    assert await columns_with(house.units, WORD) == []


async def exported(house: Services, operator: Operator, person: str) -> dict[str, Any]:
    """Return the one conversation of a person with all that hangs on it."""
    packed = b"".join([piece async for piece in await house.privacy.export(operator, person)])
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        (told,) = json.loads(archive.read("person.json"))["conversations"]
    found: dict[str, Any] = told
    return found
