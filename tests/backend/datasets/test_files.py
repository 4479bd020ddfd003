"""An import adds every row or none, and says why; an export comes back as it went out."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from backend.datasets.checking import input_hash
from backend.datasets.service import DatasetService, files
from backend.datasets.types import About, ItemFilter, NewItem
from backend.errors import Forbidden, InvalidInput, NotFound
from backend.identity.service import IdentityService
from backend.mapped_tables import BadRows
from backend.operator import Operator, Permission
from backend.spreadsheets import guarded, unguarded
from backend.unit_of_work import Units
from tests.backend.datasets.conftest import opened
from tests.factories.datasets import dataset, item

TICKETS = (
    "body,plz,gold,split,tags,agent\n"
    'Who pays?,01099,We do.,test,"damage, delivery",T. Brandt\n'
    "Return?,,,train,,\n"
    'Gift?,,"{""days"": 30}",,gift,\n'
)
ANSWER = {"type": "object", "required": ["days"], "properties": {"days": {"type": "integer"}}}


@pytest.fixture
def datasets(units: Units) -> DatasetService:
    return opened(units)


@pytest.fixture
async def owner(units: Units) -> Operator:
    return await IdentityService(units).ensure_owner()


async def _text(blocks: AsyncIterator[bytes]) -> str:
    return b"".join([block async for block in blocks]).decode()


async def test_a_file_becomes_rows_by_a_sensible_guess(
    datasets: DatasetService, owner: Operator, tmp_path: Path
) -> None:
    made = await dataset(datasets, owner)
    path = tmp_path / "x"
    path.write_text(TICKETS)
    stages: list[tuple[str, int, int]] = []
    plan = await datasets.plan_import(
        owner, made.id, path, "tickets-nov.csv", progress=lambda *stage: stages.append(stage)
    )
    assert plan.targets == {
        "body": "input.body", "plz": "input.plz", "gold": "expected_output", "split": "split", "tags": "tags",
        "agent": "metadata.agent",
    }  # fmt: skip
    assert (plan.num_rows, plan.num_fitting, plan.num_bad, plan.num_duplicates) == (3, 3, 0, 0)
    assert plan.samples["plz"] == ["01099"]
    assert sorted(row[plan.columns.index("plz")] for row in plan.first) == ["", "", "01099"]
    assert plan.num_empty["plz"] == 2
    assert stages == [("read", 0, 0), ("check", 0, 3)]
    assert (await datasets.get(owner, made.id)).version == 0
    written = await datasets.import_file(owner, made.id, path, "tickets-nov.csv")
    first, second, third = await datasets.all_items(owner, made.id)
    assert (written.version, written.num_added) == (1, 3)
    assert (first.input, first.expected_output) == ({"body": "Who pays?", "plz": "01099"}, "We do.")
    assert (first.split, first.tags, first.metadata) == ("test", ("damage", "delivery"), {"agent": "T. Brandt"})
    assert (second.input, second.expected_output) == ({"body": "Return?"}, None)
    assert third.expected_output == {"days": 30}
    assert first.source.name == "tickets-nov.csv"
    assert (await datasets.get_version(owner, made.id, 1)).about == "tickets-nov.csv"
    again = await datasets.plan_import(owner, made.id, path, "x.csv")
    assert [(one.number, one.row) for one in again.duplicates] == [(2, 1), (3, 2), (4, 3)]
    skipped = await datasets.import_file(owner, made.id, path, "x.csv", skip_duplicates=True)
    assert (skipped.num_added, skipped.num_skipped, skipped.version) == (0, 3, 1)


async def test_others_take_their_turn_while_duplicates_are_looked_for(
    datasets: DatasetService, owner: Operator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn, hashed_at = 0, list[int]()

    async def take_turns() -> None:
        nonlocal turn
        while True:
            turn += 1
            await asyncio.sleep(0)

    def hash_of(item: NewItem) -> str:
        hashed_at.append(turn)
        return input_hash(item)

    made = await dataset(datasets, owner)
    (tmp_path / "x").write_text("q\n" + "".join(f"row {number}\n" for number in range(6)))
    monkeypatch.setattr(files, "ROWS_AT_ONCE", 2)
    monkeypatch.setattr(files, "input_hash", hash_of)
    other = asyncio.create_task(take_turns())
    await datasets.plan_import(owner, made.id, tmp_path / "x", "x.csv")
    other.cancel()
    assert (len(hashed_at), len(set(hashed_at))) == (6, 3)


async def test_bad_rows_are_named_by_their_line_and_keep_all_out(
    datasets: DatasetService, owner: Operator, tmp_path: Path
) -> None:
    made = await datasets.create(owner, About("a", expected_schema=ANSWER))
    path = tmp_path / "x"
    path.write_text('q,expected.days\na,30\n\nb,soon\nc,1,2\n,5\n"  ",5\n')
    plan = await datasets.plan_import(owner, made.id, path, "x.csv")
    assert [(one.row, one.field, one.words) for one in plan.problems] == [
        (4, "expected_output.days", "A whole number is needed."),
        (5, "", "It has 3 cells, the head has 2."),
        (6, "input", "Every value is empty."),
        (7, "input", "Every value is empty."),
    ]
    assert (plan.num_rows, plan.num_fitting, plan.num_bad) == (5, 1, 4)
    with pytest.raises(BadRows, match="4 of 5 rows cannot be taken; nothing was changed"):
        await datasets.import_file(owner, made.id, path, "x.csv")
    assert (await datasets.get(owner, made.id)).version == 0
    written = await datasets.import_file(owner, made.id, path, "x.csv", skip_bad=True)
    assert (written.num_added, written.num_skipped) == (1, 4)
    (row,) = await datasets.all_items(owner, made.id)
    assert row.expected_output == {"days": 30}  # the schema wants a number, and the text is one
    path.write_text('["Who pays?", "Return?"]')  # no row has a column, and none was asked to be mapped
    assert (await datasets.plan_import(owner, made.id, path, "x.json")).num_bad == 2
    with pytest.raises(BadRows, match="Row 1: It is no object"):
        await datasets.import_file(owner, made.id, path, "x.json", skip_bad=True)


@pytest.mark.parametrize(
    ("targets", "words"),
    [
        ({"nowhere": "split"}, "no column"),
        ({"body": "project_id"}, "no part of a row"),
        ({"body": "split.x"}, "no part of a row"),
        ({"body": "input."}, "no part of a row"),
        ({"body": "input.a", "gold": "input.a"}, "Two columns"),
        ({"gold": "expected_output"}, "No column becomes a part of the input"),
    ],
)
async def test_a_mapping_that_makes_no_rows_is_refused(
    datasets: DatasetService, owner: Operator, tmp_path: Path, targets: dict[str, str], words: str
) -> None:
    made = await dataset(datasets, owner)
    (tmp_path / "x").write_text(TICKETS)
    with pytest.raises(InvalidInput, match=words):
        await datasets.plan_import(owner, made.id, tmp_path / "x", "x.csv", targets=targets)


async def test_who_may_not_edit_imports_nothing(datasets: DatasetService, owner: Operator, tmp_path: Path) -> None:
    made = await dataset(datasets, owner, item())
    reader = replace(owner, permissions=frozenset({Permission.DATASETS_READ}))
    for act in (
        datasets.plan_import(reader, made.id, tmp_path / "x", "x"),
        datasets.import_file(reader, made.id, tmp_path / "x", "x"),
        datasets.export(replace(owner, permissions=frozenset()), made.id, "csv"),
    ):
        with pytest.raises(Forbidden):
            await act
    for act in (
        datasets.plan_import(owner, "dset_x", tmp_path / "x", "x"),
        datasets.export(owner, "dset_x", "csv"),
        datasets.export(owner, made.id, "csv", version=9),
    ):
        with pytest.raises(NotFound):
            await act


FORMULAS = [
    " =1",
    "\n=1",
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "\uff1d1+1",
    "\uff0b1+1",
    "\uff0d1+1",
    "\uff20SUM(1)",
    " \uff1d1",
    "'=x",
    "''=x",
    "'-5",
    "+49 30",
]
PLAIN = ["-5", "'quoted'", "a=b", "-2.5e3", "a; -b", "x;y\tz", ""]


@pytest.mark.parametrize("text", [*FORMULAS, "\0=1"])  # which no database keeps
def test_j3_a_formula_is_guarded_and_comes_back(text: str) -> None:
    assert guarded(text) == f"'{text}"
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", PLAIN)
def test_j3_what_is_no_formula_stays(text: str) -> None:
    assert guarded(text) == text
    assert unguarded(text) == text


@pytest.mark.parametrize("text", ["x;=1+1", "a\t@SUM(1)", 'b;"=1+1"', "c;'=1", "d;;-1+2;\uff1d1", "=1;=2"])
def test_j3_no_cell_begins_a_formula_whatever_separates(text: str) -> None:
    assert unguarded(guarded(text)) == text
    line = io.StringIO()
    csv.writer(line).writerow(["plain", guarded(text)])
    for separator in (",", ";", "\t"):
        cells = next(csv.reader(io.StringIO(line.getvalue()), delimiter=separator))
        assert not [cell for cell in cells if cell[:1] in {"=", "+", "-", "@", "\uff1d"}], (separator, cells)


async def test_j3_an_exported_csv_holds_no_formula_and_imports_as_the_same_rows(
    datasets: DatasetService, owner: Operator, tmp_path: Path
) -> None:
    given = [
        NewItem({"=m": text, "b": "x\r\ny"}, {"a": text, "deep": {"n": [1]}}, {"by": text}, "=s", ("=t", "u"))
        for text in (*FORMULAS, *PLAIN)
    ]
    made = await dataset(datasets, owner, *given)
    text = await _text(await datasets.export(owner, made.id, "csv"))
    for line in csv.reader(io.StringIO(text.lstrip("\ufeff"))):
        assert not [cell for cell in line if cell[:1] in {"=", "+", "@", "\t", "\r"}]
    (tmp_path / "x").write_text(text, newline="")
    copy = await datasets.create(owner, About("copy"))
    await datasets.import_file(owner, copy.id, tmp_path / "x", "support-240-v1.csv")
    before, after = await datasets.all_items(owner, made.id), await datasets.all_items(owner, copy.id)
    filled = [{name: value for name, value in one.input.items() if value} for one in before]
    assert [one.input for one in after] == filled
    assert [one.split for one in after] == ["=s"] * len(given)
    assert {one.tags for one in after} == {("=t", "u")}
    assert [one.expected_output["deep"] for one in after] == [{"n": [1]}] * len(given)


async def test_json_lines_say_all_and_import_as_the_same_rows(
    datasets: DatasetService, owner: Operator, tmp_path: Path
) -> None:
    made = await dataset(
        datasets,
        owner,
        NewItem({"m": "'=1", "n": 1, "e": ""}, ["x", None], {"k": {"v": 1.5}}, "test", ("a", "b")),
        NewItem({"m": "[1]"}, "[1]"),
        item("Ä\n", split="train"),
    )
    text = await _text(await datasets.export(owner, made.id, "jsonl"))
    assert [json.loads(line)["row"] for line in text.splitlines()] == [1, 2, 3]
    (tmp_path / "x").write_text(text)
    copy = await datasets.create(owner, About("copy"))
    await datasets.import_file(owner, copy.id, tmp_path / "x", "x.jsonl")
    rows = [await datasets.all_items(owner, one.id) for one in (made, copy)]
    for before, after in zip(*rows, strict=True):
        assert (before.input, before.expected_output, before.metadata) == (
            after.input, after.expected_output, after.metadata,
        )  # fmt: skip
        assert (before.split, before.tags) == (after.split, after.tags)
    part = await _text(await datasets.export(owner, made.id, "jsonl", wanted=ItemFilter(split="train")))
    assert len(part.splitlines()) == 1
    old = await _text(await datasets.export(owner, made.id, "csv", version=0))
    assert old == "\ufeffrow,split,tags\r\n"
