"""Rows that are nearly the same are found, in any script, and no others."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import pytest
from rapidfuzz.distance import Indel

from backend.datasets import likeness
from backend.datasets.errors import ItemNotFound
from backend.datasets.likeness import Search
from backend.datasets.service import DatasetService, files
from backend.datasets.types import NEARLY, Alike, ItemEdit, NewItem
from backend.errors import InvalidInput
from backend.operator import Operator
from tests.factories.datasets import dataset, item

WORDS = ["sofa", "table", "lamp", "gift", "return", "carrier", "scratched", "invoice", "delivery", "colour", "refund"]


def alike(texts: Sequence[str], least: float, *, since: int = 0, most: int = 5) -> list[Alike]:
    search = Search(texts, least, since=since, most=most)
    assert search.go_on(60)
    assert search.num_left == 0
    return search.found()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("can i return a gift without the receipt?", "can i return a gift without receipt?"),
        ("kann ich den termin auf samstag legen?", "kann ich den termin auf sonntag legen?"),
        ("我可以在没有收据的情况下退回礼物吗请告诉我", "我可以在没有收据的情况下退回礼物么请告诉我"),
        ("هل يمكنني إرجاع الهدية بدون إيصال", "هل يمكنني ارجاع الهدية بدون إيصال"),
        ("मैं बिना रसीद के उपहार कैसे लौटाऊँ", "मैं बिना रसीद के उपहार कैसे लौटाऊं"),
        ("the sofa came with a broken leg 😀😀😀", "the sofa came with a broken leg 😀😀"),
    ],
)
def test_two_texts_of_any_script_are_nearly_the_same(one: str, other: str) -> None:
    (found,) = alike(["something else altogether", one, "", other, ""], NEARLY)
    assert (found.number, found.other) == (3, 1)
    assert NEARLY <= found.likeness < 1


@pytest.mark.parametrize("least", [0.8, 0.9, 0.97])
def test_the_same_pairs_are_found_as_by_comparing_each_with_every_other(least: float) -> None:
    draw = random.Random(7)
    texts = [" ".join(draw.choices(WORDS, k=draw.randint(3, 14))) for _ in range(120)]
    for text in texts[:60]:
        at = draw.randrange(len(text))
        texts.append(text[:at] + draw.choice("xyz") * draw.randint(0, 2) + text[at + draw.randint(0, 3) :])
    draw.shuffle(texts)
    wanted = {
        (later, earlier)
        for earlier, later in combinations(range(len(texts)), 2)
        if Indel.normalized_similarity(texts[earlier], texts[later]) >= least
    }
    assert {(one.number, one.other) for one in alike(texts, least, most=99)} == wanted
    assert len(wanted) >= 20


def test_long_texts_are_found_by_a_sample_of_their_runs() -> None:
    draw = random.Random(7)
    long = " ".join(draw.choices([*WORDS, *(f"{word}{number}" for word in WORDS for number in range(99))], k=2_500))
    assert len(likeness._runs(long)) <= likeness.MAX_RUNS
    (found,) = alike([long, long.replace("sofa", "couch"), long[::-1]], NEARLY)
    assert (found.number, found.other) == (1, 0)


def test_only_pairs_with_a_new_text_are_looked_for_and_the_best_are_named() -> None:
    there = ["who pays for the table?", "who pays for the tables?"]
    new = ["who pays for a table?", "who pays for the tables!", "what is this?"]
    found = alike([*there, *new], NEARLY, since=2, most=1)
    assert [(one.number, one.other) for one in found] == [(2, 0), (3, 1)]


@pytest.mark.parametrize("length", [590, 600, 890, 900])
@pytest.mark.parametrize("alphabet", ["abcdefgh   ", "我可以在没有收据的情况下退回礼物吗"])
def test_texts_are_found_also_where_words_take_the_place_of_letters(length: int, alphabet: str) -> None:
    draw = random.Random(length)
    others = ["".join(draw.choices(alphabet, k=length)) for _ in range(20)]
    text = "".join(draw.choices(alphabet, k=length))
    found = alike([*others, text, f"{text[:300]}{text[320:]}"], NEARLY)
    assert [(one.number, one.other) for one in found] == [(21, 20)]


async def test_near_duplicates_are_named_by_their_numbers_in_any_version(
    datasets: DatasetService, owner: Operator
) -> None:
    made = await dataset(
        datasets,
        owner,
        NewItem({"b": "It has a scratch.", "a": "Who pays for the scratched table?"}),
        item("Sofa opened?"),
        NewItem({"a": "Who pays for the scratched table?", "b": "It has a scratch."}, "equal, so no near one"),
        NewItem({"a": "WHO pays for the scratched  table", "b": "It has a scratch!"}),
    )
    found = await datasets.near_duplicates(owner, made.id)
    assert [(one.number, one.other) for one in found.pairs] == [(4, 1)]
    assert (found.version, found.num_rows, found.is_cut) == (1, 2, False)
    assert NEARLY < found.pairs[0].likeness < 1
    assert (await datasets.near_duplicates(owner, made.id, least=0.99)).pairs == ()
    (last,) = await datasets.rows(owner, made.id, [4])
    await datasets.delete_items(owner, made.id, [last.id])
    now = await datasets.near_duplicates(owner, made.id)
    assert (now.version, now.pairs) == (2, ())
    assert (await datasets.near_duplicates(owner, made.id, version=1)).pairs == found.pairs
    with pytest.raises(InvalidInput):
        await datasets.near_duplicates(owner, made.id, least=0.1)


async def test_rows_of_a_file_that_are_nearly_there_are_told_before_and_come_in(
    datasets: DatasetService, owner: Operator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await dataset(datasets, owner, item("Who pays for the table?"), item("Sofa opened?"))
    path = tmp_path / "x.csv"
    path.write_text("message\nWho pays for the tables?\nSofa opened?\nWhere is my parcel?\nWhere is my parcels?\n")
    plan = await datasets.plan_import(owner, made.id, path, "x.csv")
    assert [(one.number, one.row) for one in plan.near] == [(2, 1), (5, 0)]
    assert (plan.num_near, plan.num_duplicates, plan.num_fitting, plan.num_left) == (2, 1, 4, 0)
    assert all(NEARLY <= one.likeness < 1 for one in plan.near)
    monkeypatch.setattr(files, "MOST_COMPARED", 4)
    many = await datasets.plan_import(owner, made.id, path, "x.csv")
    assert (many.near, many.num_left) == ((), 5), "two of the dataset, and three of the file that are not there yet"
    path.write_text("message\nSofa opened?\n")
    monkeypatch.setattr(files, "MOST_COMPARED", 0)
    assert (await datasets.plan_import(owner, made.id, path, "x.csv")).num_left == 0, "there is nothing to compare"


async def test_who_is_asked_again_compares_only_what_changed(
    datasets: DatasetService, owner: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await dataset(datasets, owner, item("Who pays for the table?"), item("Who pays for the tables?"))
    (first, *_) = await datasets.all_items(owner, made.id)
    before = await datasets.near_duplicates(owner, made.id)
    monkeypatch.setattr(datasets, "_outside", None)  # nothing may be compared from here on
    await datasets.label_items(owner, made.id, [first.id], split="test")
    after = await datasets.near_duplicates(owner, made.id)
    assert (after.version, after.pairs) == (2, before.pairs)
    assert len(before.pairs) == 1


async def test_a_pair_that_is_meant_to_be_so_is_named_again_once_an_input_changed(
    datasets: DatasetService, owner: Operator
) -> None:
    rows = ("Where is my red parcel today?", "Where is my red parcel, today?", "Where is my red parcel today!?")
    at = (await dataset(datasets, owner, *(item(text) for text in rows))).id
    named = {(one.number, one.other) for one in (await datasets.near_duplicates(owner, at)).pairs}
    await datasets.keep_both(owner, at, 1, 2)
    found = await datasets.near_duplicates(owner, at)
    assert ({(one.number, one.other) for one in found.pairs}, found.num_kept) == (named - {(2, 1)}, 1)
    [second] = [one for one in (await datasets.items(owner, at)).items if one.row == 2]
    await datasets.edit_items(owner, at, [ItemEdit(second.id, 1, item("Where is our red parcel today?"))])
    found = await datasets.near_duplicates(owner, at)
    assert (2, 1) in {(one.number, one.other) for one in found.pairs}
    assert found.num_kept == 0
    with pytest.raises(ItemNotFound):
        await datasets.keep_both(owner, at, 1, 7)
    await datasets.delete(owner, at)


async def test_only_pairs_that_are_nearly_the_same_are_kept_and_not_without_end(
    datasets: DatasetService, owner: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = ("Where is my red parcel today?", "Where is my red parcel, today?", "Where is my red parcel today!?", "Why?")
    at = (await dataset(datasets, owner, *(item(text) for text in rows))).id
    with pytest.raises(InvalidInput, match="not nearly the same"):
        await datasets.keep_both(owner, at, 1, 4)
    with pytest.raises(ItemNotFound):
        await datasets.keep_both(owner, at, 1, 1)
    monkeypatch.setattr("backend.datasets.service.likeness.MAX_KEPT", 1)
    for _ in range(2):  # once more is no other pair
        await datasets.keep_both(owner, at, 1, 2)
    with pytest.raises(InvalidInput, match="at most 1 pairs"):
        await datasets.keep_both(owner, at, 1, 3)
