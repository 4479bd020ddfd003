"""The states of datasets: what a page draws, and what each handler does."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from backend.bootstrap import Services
from backend.conversations.types import Rating
from backend.datasets.types import About, Act, DatasetVersion, NewItem
from backend.errors import InvalidInput, NotFound
from console.state.dataset import DatasetState
from console.state.dataset_pick import DatasetPickState
from console.state.datasets import DatasetsState
from console.state.datasets_form import DatasetsFormState
from console.state.datasets_rows import about_of, split_words, version_choice
from tests.console.tab import Tab, refused, tab
from tests.factories.conversations import chat
from tests.factories.datasets import dataset, item

__all__ = ["tab"]
NOW = datetime(2026, 11, 19, 14, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("act", "about", "words"),
    [
        (Act.EDIT, "", "v17: 1 row edited by Amara Eze, 14:31:00"),
        (Act.IMPORT, "tickets.csv", "v17: 1 row imported by Amara Eze, 14:31:00"),
        (Act.RESTORE, "3", "v17: v3 restored by Amara Eze, 14:31:00"),
    ],
)
def test_a_version_says_what_it_did(act: Act, about: str, words: str) -> None:
    version = DatasetVersion(17, act, about, 240, 0, 1, 0, NOW, "Amara Eze")
    assert version_choice(version, UTC, NOW).label == words


def test_splits_are_counted_in_words() -> None:
    assert split_words({"": 3, "test": 1_680, "train": 80}) == "1,680 test, 80 train"


def test_a_form_becomes_what_is_said_of_a_dataset() -> None:
    form = {
        "name": "a",
        "description": "b",
        "tags": " x, ,y",
        "input_schema": " ",
        "expected_schema": '{"type": "string"}',
    }
    assert about_of(form) == About("a", "b", ("x", "y"), None, {"type": "string"})
    for wrong in ("[1]", "{", "5"):
        with pytest.raises(InvalidInput) as refusal:
            about_of({**form, "input_schema": wrong})
        assert list(refusal.value.fields) == ["input_schema"]


async def _shown(services: Services, tab: Tab) -> tuple[DatasetState, str]:
    owner = await services.identity.ensure_owner()
    made = await dataset(services.datasets, owner, item("One"), item("Two"))
    (row, _) = await services.datasets.all_items(owner, made.id)
    await services.datasets.delete_items(owner, made.id, [row.id])
    state = tab.at(f"/datasets/{made.id}").state(DatasetState)
    await state.load()
    return state, made.id


async def test_the_head_tells_of_the_newest_version_and_where_the_rows_are(services: Services, tab: Tab) -> None:
    state, dataset_id = await _shown(services, tab)
    assert (state.phase, state.name, state.facts, state.newest, state.at) == ("ready", "support-240", "1 row", 2, 0)
    assert state.url == f"/api/datasets/{dataset_id}"
    assert [one.value for one in state.versions] == ["2", "1"]
    assert state.as_csv == f"{state.url}/export?project_id={state.project}&format=csv"
    await services.datasets.add_items(await services.identity.ensure_owner(), dataset_id, [item("Three")])
    await state.refresh(3)
    assert (state.newest, state.facts) == (3, "2 rows")


async def test_an_old_version_is_shown_compared_and_restored(services: Services, tab: Tab) -> None:
    state, _ = await _shown(services, tab)
    await state.pick_since("1")
    assert state.since == 1
    await state.pick_version("1")
    assert (state.at, state.since) == (1, 0)  # nothing is compared with itself
    assert "&version=1&" in state.as_jsonl
    await state.restore()
    assert (state.at, state.newest, state.facts) == (0, 3, "2 rows")
    await state.pick_version("3")
    assert state.at == 0
    await state.pick_version("x")
    assert state.at == 0


async def test_a_dataset_is_deleted_by_its_name_alone(services: Services, tab: Tab) -> None:
    state, _ = await _shown(services, tab)
    owner = await services.identity.ensure_owner()
    await state.ask_delete()
    await state.type_name("support")
    assert await state.delete() is None
    assert len((await services.datasets.list(owner)).items) == 1
    await state.type_name("support-240")
    assert await state.delete()
    assert (await services.datasets.list(owner)).items == []


async def test_a_dataset_that_is_not_there_is_told_in_its_place(services: Services, tab: Tab) -> None:
    state = tab.at("/datasets/dset_gone").state(DatasetState)
    await state.load()
    assert (state.phase, state.problem.words) == ("failed", "There is no such dataset.")


async def test_the_form_makes_a_dataset_and_tells_faults_at_their_fields(services: Services, tab: Tab) -> None:
    form = tab.state(DatasetsFormState)
    await form.open_new()
    assert await form.save({"name": "", "input_schema": ""}) is None
    assert (list(form.errors), form.opened) == (["name"], True)
    await form.save({"name": "a", "input_schema": '{"type": "objct"}'})
    assert list(form.errors) == ["input_schema"]
    assert await form.save({"name": "a", "tags": "x, y", "input_schema": '{"type": "object"}'})
    listed = tab.state(DatasetsState)
    await listed.load()
    (row,) = listed.rows
    assert (row.name, row.tags, row.rows, row.version, listed.phase) == ("a", ["x", "y"], "0", "", "ready")
    await listed.filter("nothing like it")
    assert (listed.rows, listed.phase) == ([], "ready")  # no match is not empty
    await form.open_edit(row.id)
    assert (form.editing, form.input_schema) == (row.id, '{\n  "type": "object"\n}')
    tab.at(f"/datasets/{row.id}")
    assert await form.save({"name": "b", "input_schema": ""})
    await listed.load()
    assert [one.name for one in listed.rows] == ["b"]


async def test_a_turn_of_the_log_becomes_a_row_with_the_answer_that_should_have_been(
    services: Services, tab: Tab
) -> None:
    owner = await services.identity.ensure_owner()
    made = await dataset(services.datasets, owner, item("One"))
    turn = await chat(services.conversations, services.units, owner, said="Who pays?")
    state = tab.state(DatasetPickState)
    await state.open(turn.answer_id)
    assert (state.opened, state.question, [one.label for one in state.datasets]) == (
        True, "Who pays?", ["support-240, 1 row", "A new dataset"],
    )  # fmt: skip
    assert state.chosen == ""  # not whichever dataset is the newest
    assert state.fit == ""
    await state.choose(made.id)
    assert state.fit == ""
    assert await state.save({"dataset_id": made.id, "expected": " We do. ", "split": "test"})
    assert not state.opened
    (_, row) = await services.datasets.all_items(owner, made.id)
    assert (row.input, row.expected_output, row.split) == ({"message": "Who pays?"}, "We do.", "test")
    assert (row.source.kind, row.source.reference) == ("log", turn.answer_id)
    assert row.metadata["conversation"] == turn.conversation_id
    await state.open(turn.answer_id)
    assert await state.save({"dataset_id": made.id, "expected": "x", "split": "none"}) is None
    assert (state.opened, list(state.errors), state.fit) == (True, [""], "")  # it is that row
    again = await chat(services.conversations, services.units, owner, said="Who pays?")
    await state.open(again.answer_id)
    assert (state.chosen, state.fit) == (made.id, "This input stands in row 0002 already.")
    with pytest.raises(NotFound):
        await state.open("msg_of_nobody")
    bad = await chat(services.conversations, services.units, owner, said="Who pays now?")
    await services.conversations.set_feedback(owner, bad.answer_id, Rating.DOWN, "Not who was asked")
    await state.open(bad.answer_id)
    assert (state.answer, bool(state.bad), state.blame, state.chosen) == ("", True, "Not who was asked", made.id)
    wider = await dataset(services.datasets, owner, NewItem({"city": "Paris", "tone": "warm"}), name="Wider")
    await state.choose(wider.id)
    assert state.fit == "The other rows have tone, which this one lacks."
    await state.choose("")
    assert state.fit == ""
    tests = await services.datasets.create(owner, About(state.new_name))
    state.chosen = ""
    await state.open(bad.answer_id)
    assert state.chosen == tests.id


@pytest.mark.parametrize("kind", [DatasetState, DatasetsState, DatasetsFormState, DatasetPickState])
async def test_an_anonymous_tab_reaches_no_handler(services: Services, kind: Any) -> None:
    await refused(kind, {"save": [{}], "refresh": [1]})


async def test_the_list_goes_on_behind_its_first_page(services: Services, tab: Tab) -> None:
    owner = await services.identity.ensure_owner()
    for number in range(52):
        await services.datasets.create(owner, About(f"Questions {number}"))
    state = tab.state(DatasetsState)
    await state.load()
    assert (len(state.rows), state.total, state.has_more) == (50, "The newest 50 datasets", True)
    await state.more()
    assert (len({row.id for row in state.rows}), state.total, state.has_more) == (52, "52 datasets", False)
    await state.filter("Questions 51")
    assert ([row.name for row in state.rows], state.has_more) == (["Questions 51"], False)
