"""Rows go in whole or not at all, keep their numbers, and are found again."""

from __future__ import annotations

from typing import Any

import pytest

from backend.datasets.errors import ItemNotFound, StaleItem
from backend.datasets.service import DatasetService, group
from backend.datasets.types import NO_SPLIT, About, Item, ItemEdit, ItemFilter, NewItem, Source, SourceKind
from backend.errors import InvalidInput, QuotaExceeded
from backend.mapped_tables import BadRows
from backend.operator import Operator
from backend.paging import Page
from tests.factories.datasets import dataset, item

ANSWER = {"type": "object", "properties": {"days": {"type": "number"}}, "required": ["answer"]}


def said(items: list[Item]) -> list[str]:
    return [one.input["message"] for one in items]


async def test_rows_keep_all_that_was_given(datasets: DatasetService, owner: Operator) -> None:
    made = await dataset(datasets, owner)
    given = NewItem({"message": "Größe?", "plz": "01099", "n": 3}, {"answer": ["a", None]}, {"by": "T"}, "test", ("x",))
    written = await datasets.add_items(owner, made.id, [given], Source(SourceKind.LOG, "T. Brandt", "msg_1"))
    (row,) = await datasets.all_items(owner, made.id)
    assert (written.version, written.num_added, written.rows) == (1, 1, (1,))
    assert (row.row, row.version, row.input, row.expected_output) == (1, 1, given.input, given.expected_output)
    assert (row.metadata, row.split, row.tags) == (given.metadata, "test", ("x",))
    assert (row.source, row.changed_by) == (Source(SourceKind.LOG, "T. Brandt", "msg_1"), owner.name)


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (NewItem({}), "input"),
        (NewItem(["x"]), "input"),  # type: ignore[arg-type]
        (NewItem({"a": 1}, metadata=["x"]), "metadata"),  # type: ignore[arg-type]
        (NewItem({"a": float("nan")}), ""),
        (NewItem({"a": 2**63}), ""),
        (NewItem({"a": "x" * 1_000_001}), ""),
        (NewItem({"x" * 201: 1}), ""),
        (item(split="a\nb"), "split"),
        (item(split=NO_SPLIT), "split"),
        (item(tags=("a\nb",)), "tags"),
    ],
)
async def test_one_bad_row_keeps_all_out_and_is_named(
    datasets: DatasetService, owner: Operator, bad: NewItem, field: str
) -> None:
    made = await dataset(datasets, owner)
    with pytest.raises(BadRows) as refusal:
        await datasets.add_items(owner, made.id, [item(), bad, item()])
    assert [(one.row, one.field) for one in refusal.value.rows] == [(2, field)]
    assert "1 of 3 rows cannot be taken; nothing was changed. Row 2: " in refusal.value.message
    assert (await datasets.get(owner, made.id)).version == 0


async def test_deep_nesting_is_refused(datasets: DatasetService, owner: Operator) -> None:
    made = await dataset(datasets, owner)
    deep: dict[str, Any] = {}
    for _ in range(2_000):
        deep = {"a": deep}
    with pytest.raises(BadRows, match="nested deeper"):
        await datasets.add_items(owner, made.id, [NewItem(deep)])


async def test_a_schema_holds_for_what_is_added_and_edited_and_names_what_was_there(
    datasets: DatasetService, owner: Operator
) -> None:
    made = await dataset(datasets, owner, item(expected={"answer": "a", "days": "30"}))
    about = About(made.name, input_schema={"required": ["message"]}, expected_schema=ANSWER)
    await datasets.update(owner, made.id, about, revision=1)
    assert [(one.row, one.field, one.words) for one in await datasets.misfits(owner, made.id)] == [
        (1, "expected_output.days", "A number is needed.")
    ]
    with pytest.raises(BadRows) as refusal:
        await datasets.add_items(owner, made.id, [NewItem({"text": "x"}, {"days": 1})])
    assert [(one.field, one.words) for one in refusal.value.rows] == [
        ("input", "“message” is missing."),
        ("expected_output", "“answer” is missing."),
    ]
    (row,) = await datasets.all_items(owner, made.id)
    with pytest.raises(BadRows, match=r"Row 1: expected_output\.days"):
        await datasets.label_items(owner, made.id, [row.id], split="test")
    await datasets.edit_items(owner, made.id, [ItemEdit(row.id, 1, item(expected={"answer": "a", "days": 30}))])
    assert await datasets.misfits(owner, made.id) == []


async def test_rows_come_in_pages_and_by_filter(datasets: DatasetService, owner: Operator) -> None:
    made = await dataset(
        datasets,
        owner,
        item("Straße", split="test", tags=("damage",)),
        item("Two", "STRASSE", split="train", tags=("damage", "gift")),
        item("100 %", tags=("gift_x",)),
        item("Four", {"deep": ["tea"]}, split="test"),
    )

    async def found(**wanted: Any) -> list[int]:
        return (await datasets.order(owner, made.id, wanted=ItemFilter(**wanted)))[1]

    assert await found() == [4, 3, 2, 1]
    assert await found(text="strasse") == [2, 1]
    assert await found(text="0 %") == [3]
    assert await found(text="%") == [3]
    assert await found(text="deep") == []  # names of fields are no words of the row
    assert await found(text="TEA") == [4]
    assert await found(split="test") == [4, 1]
    assert await found(split=NO_SPLIT) == [3]
    assert await found(tag="gift") == [2]
    assert await found(tag="damage", split="train") == [2]
    assert await datasets.splits(owner, made.id) == {"": 1, "test": 2, "train": 1}
    assert (await datasets.get(owner, made.id)).splits == {"": 1, "test": 2, "train": 1}
    assert await datasets.tags(owner, made.id) == ["damage", "gift", "gift_x"]
    first = await datasets.items(owner, made.id, page=Page(3))
    rest = await datasets.items(owner, made.id, page=Page(3, first.next or ""))
    assert (said(first.items), said(rest.items), rest.next) == (["Straße", "Two", "100 %"], ["Four"], None)
    assert [one.row for one in await datasets.rows(owner, made.id, [4, 2, 9])] == [2, 4]
    for after in ("-1", "x", "²", "9" * 12):
        with pytest.raises(InvalidInput):
            await datasets.items(owner, made.id, page=Page(3, after))


async def test_rows_are_edited_labelled_and_deleted_under_their_numbers(
    datasets: DatasetService, owner: Operator
) -> None:
    made = await dataset(datasets, owner, item("One"), item("Two"), item("Three"))
    one, two, three = await datasets.all_items(owner, made.id)
    edited = await datasets.edit_items(owner, made.id, [ItemEdit(two.id, 1, item("Zwei"))])
    assert (edited.version, edited.num_edited, edited.rows) == (2, 1, (2,))
    same = await datasets.edit_items(owner, made.id, [ItemEdit(two.id, 2, item("Zwei"))])
    assert (same.version, same.num_edited) == (2, 0)
    labelled = await datasets.label_items(owner, made.id, [one.id, two.id], split="test", add_tags=["x"])
    assert (labelled.version, labelled.num_edited) == (3, 2)
    await datasets.label_items(owner, made.id, [one.id], remove_tags=["x"])
    deleted = await datasets.delete_items(owner, made.id, [three.id])
    assert (deleted.version, deleted.num_removed) == (5, 1)
    added = await datasets.add_items(owner, made.id, [item("Four")])
    assert added.rows == (4,)
    now = await datasets.all_items(owner, made.id)
    assert [(row.row, row.input["message"], row.split, row.tags) for row in now] == [
        (1, "One", "test", ()),
        (2, "Zwei", "test", ("x",)),
        (4, "Four", "", ()),
    ]
    for gone in (
        datasets.delete_items(owner, made.id, [three.id]),
        datasets.edit_items(owner, made.id, [ItemEdit(three.id, 9, item())]),
    ):
        with pytest.raises(ItemNotFound):
            await gone


async def test_what_somebody_else_changed_is_not_overwritten(datasets: DatasetService, owner: Operator) -> None:
    made = await dataset(datasets, owner, item("One"), item("Two"))
    one, two = await datasets.all_items(owner, made.id)
    await datasets.edit_items(owner, made.id, [ItemEdit(one.id, 1, item("Eins"))])
    with pytest.raises(StaleItem, match="row 0001"):
        await datasets.edit_items(owner, made.id, [ItemEdit(two.id, 1, item("Zwei")), ItemEdit(one.id, 1, item("Uno"))])
    assert said(await datasets.all_items(owner, made.id)) == ["Eins", "Two"]


async def test_the_field_of_the_question_is_known_by_schema_or_by_a_row(
    datasets: DatasetService, owner: Operator
) -> None:
    made = await dataset(datasets, owner)
    assert await datasets.main_field(owner, made.id) == "question"
    await datasets.add_items(owner, made.id, [NewItem({"n": 1, "body": "Who pays?"})])
    assert await datasets.main_field(owner, made.id) == "body"
    schema = {"properties": {"lang": {}, "message": {}}, "required": ["message"]}
    await datasets.update(owner, made.id, About(made.name, input_schema=schema), revision=1)
    assert await datasets.main_field(owner, made.id) == "message"


async def test_duplicates_are_found_by_input_and_skipped_when_asked(datasets: DatasetService, owner: Operator) -> None:
    made = await dataset(datasets, owner, NewItem({"a": 1, "b": 2}), NewItem({"b": 2, "a": 1}, "other"), item("x"))
    assert await datasets.duplicates(owner, made.id) == [(1, 2)]
    written = await datasets.add_items(owner, made.id, [item("x"), item("y"), item("y")], skip_duplicates=True)
    assert (written.num_added, written.num_skipped, written.rows) == (1, 2, (4,))
    none = await datasets.add_items(owner, made.id, [item("x")], skip_duplicates=True)
    assert (none.version, none.num_added, none.num_skipped) == (written.version, 0, 1)


async def test_there_are_not_endless_rows(
    datasets: DatasetService, owner: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group, "MAX_ITEMS", 2)
    made = await dataset(datasets, owner, item("1"), item("2"))
    with pytest.raises(QuotaExceeded):
        await datasets.add_items(owner, made.id, [item("3")])
    assert (await datasets.get(owner, made.id)).num_items == 2
    with pytest.raises(InvalidInput):
        await datasets.add_items(owner, made.id, [])


async def test_text_that_no_database_holds_is_made_plain(datasets: DatasetService, owner: Operator) -> None:
    made = await dataset(datasets, owner, NewItem({"a\0": "b\0c\ud800"}, "\0", {"m": "\0"}), item("x"))
    (row, _) = await datasets.all_items(owner, made.id)
    assert (row.input, row.expected_output, row.metadata) == ({"a": "bc\ufffd"}, "", {"m": ""})
    assert (await datasets.order(owner, made.id, wanted=ItemFilter("\0", "\0", "\0")))[1] == [2, 1]
