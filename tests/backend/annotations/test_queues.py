"""What a queue asks, who fills it, and that nobody saves over another."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.annotations.configs import config_of, config_values, is_asked_alike, label_of
from backend.annotations.errors import QueueChanged, QueueNotFound
from backend.annotations.types import Good, Labeller, NewQueue, Target
from backend.conversations.types import Filters
from backend.errors import Conflict, InvalidInput, NotFound
from backend.paging import Page
from tests.backend.annotations.conftest import GOOD, SCALE, TONE

HOSTILE = "<script>window.broken=1</script> =cmd|' /C calc'!A0 \u202e"


@pytest.mark.parametrize("config", [GOOD, TONE, SCALE, config_of({"name": "why", "kind": "text"})])
def test_a_config_is_read_as_it_was_written(config):
    assert config_of(config_values(config)) == config


def test_one_that_was_kept_before_there_was_a_good_answer_asks_the_same():
    old = [{key: value for key, value in config_values(one).items() if key != "good"} for one in (GOOD, SCALE)]
    assert [config_of(one).good for one in old] == ["yes", "none"]
    changed = [config_values(replace(one, good=good)) for one, good in ((GOOD, Good.NO), (SCALE, Good.LOWER))]
    assert is_asked_alike(old, changed)
    assert not is_asked_alike(old, [changed[0], {**changed[1], "high": 9}])


def test_keys_follow_the_kind():
    assert [one.key for one in GOOD.options] == ["y", "n"]
    assert [(one.value, one.key) for one in TONE.options] == [("kind", "1"), ("curt", "2")]
    assert [(one.value, one.key) for one in SCALE.options] == [(float(one), str(one)) for one in range(1, 6)]
    assert config_of({"name": "percent", "kind": "number", "low": 0, "high": 100}).options == ()
    chosen = config_of({"name": "t", "kind": "category", "options": [{"name": "a", "key": "q"}, {"name": "b"}]})
    assert [one.key for one in chosen.options] == ["q", "2"]


@pytest.mark.parametrize(
    "values",
    [
        {"name": ""},
        {"name": "x" * 121},
        {"name": "t", "kind": "category", "options": [{"name": "one"}]},
        {"name": "t", "kind": "category", "options": [{"name": "a"}, {"name": "a"}]},
        {"name": "t", "kind": "category", "options": [{"name": "a", "key": "x"}, {"name": "b", "key": "x"}]},
        {"name": "t", "kind": "category", "options": [{"name": "a", "key": "ab"}, {"name": "b"}]},
        {"name": "t", "kind": "category", "options": [{"name": "a", "key": "<"}, {"name": "b"}]},
        {"name": "t", "kind": "number", "low": 3, "high": 3},
        {"name": "t", "kind": "number", "low": float("nan"), "high": 3},
        {"name": "t", "kind": "number", "low": 1, "high": 3, "good": "yes"},
        {"name": "t", "good": "higher"},
        {"name": "t", "kind": "text", "good": "no"},
    ],
)
def test_a_config_that_nobody_can_answer_is_refused(values):
    with pytest.raises(InvalidInput):
        config_of(values)


def test_labels_are_kept_as_they_are_meant():
    assert label_of(SCALE, 4) == 4.0
    assert label_of(config_of({"name": "why", "kind": "text"}), f" {HOSTILE}\0 ") == HOSTILE
    for config, value in ((SCALE, 6), (SCALE, True), (TONE, "rude"), (GOOD, 1)):
        with pytest.raises(InvalidInput):
            label_of(config, value)


async def test_hostile_words_are_kept_as_words(scene):
    queue = await scene.queue(
        config_of({"name": HOSTILE, "kind": "boolean", "question": HOSTILE}), instructions=HOSTILE
    )
    found = await scene.annotations.queue(scene.owner, queue.id)
    assert (found.about.instructions, found.about.configs[0].question) == (HOSTILE, HOSTILE)


async def test_a_stale_save_is_refused(scene):
    queue = await scene.queue()
    saved = await scene.annotations.change_queue(
        scene.owner, queue.id, replace(queue.about, instructions="Look twice"), version=queue.version
    )
    assert (saved.version, saved.about.instructions) == (queue.version + 1, "Look twice")
    with pytest.raises(QueueChanged):
        await scene.annotations.change_queue(scene.owner, queue.id, queue.about, version=queue.version)
    assert (await scene.annotations.queue(scene.owner, queue.id)).about.instructions == "Look twice"


async def test_what_is_asked_stays_once_something_is_labelled(scene):
    queue = await scene.queue()
    changed = replace(queue.about, configs=(GOOD, TONE))
    saved = await scene.annotations.change_queue(scene.owner, queue.id, changed, version=1)
    await scene.annotations.change_queue(scene.owner, queue.id, queue.about, version=saved.version)
    await scene.label_all(scene.ada, queue, [True])
    with pytest.raises(Conflict):
        await scene.annotations.change_queue(scene.owner, queue.id, changed, version=3)
    renamed = replace(queue.about, name="Others")
    assert (await scene.annotations.change_queue(scene.owner, queue.id, renamed, version=3)).name == "Others"


@pytest.mark.parametrize(
    "other",
    [{"name": " "}, {"num_labels": 0}, {"num_labels": 10}, {"lock_minutes": 0}, {"configs": ()},
     {"configs": (GOOD, GOOD)}, {"num_labels": 2, "people": (Labeller("user_ada", "Ada"),)}],
)  # fmt: skip
async def test_a_queue_that_cannot_be_done_is_refused(scene, other):
    queue = await scene.queue()
    with pytest.raises(InvalidInput):
        await scene.annotations.create_queue(scene.owner, replace(queue.about, **{"name": "Second", **other}))


async def test_a_name_is_given_once(scene):
    queue = await scene.queue()
    with pytest.raises(InvalidInput):
        await scene.annotations.create_queue(scene.owner, queue.about)


async def test_an_item_is_in_a_queue_once(scene):
    queue = await scene.queue()
    first = scene.turns[0]
    again = [Target(first.conversation_id, first.answer_id), Target(first.conversation_id)]
    assert len(await scene.annotations.add_items(scene.owner, queue.id, [*again, *again])) == 1
    assert (await scene.annotations.queue(scene.owner, queue.id)).num_items == 4
    with pytest.raises(NotFound):
        await scene.annotations.add_items(scene.owner, queue.id, [Target(first.conversation_id, "msg_none")])
    wrong = Target(first.conversation_id, scene.turns[1].answer_id)
    with pytest.raises(NotFound):
        await scene.annotations.add_items(scene.owner, queue.id, [wrong])


async def test_a_filter_fills_a_queue(scene):
    await scene.log.add_tag(scene.owner, scene.turns[1].conversation_id, "look")
    queue = await scene.queue()
    assert len(await scene.annotations.add_matching(scene.owner, queue.id, Filters(tags=("look",)))) == 1
    assert len(await scene.annotations.add_matching(scene.owner, queue.id, Filters(), most=2)) == 1
    assert len(await scene.annotations.add_matching(scene.owner, queue.id, Filters())) == 1
    answers = await scene.annotations.create_queue(scene.owner, NewQueue("Each answer", (GOOD,)))
    assert len(await scene.annotations.add_matching(scene.owner, answers.id, Filters(), each_answer=True, most=2)) == 2
    assert len(await scene.annotations.add_answers(scene.owner, answers.id, [scene.turns[0].conversation_id])) == 1
    items = (await scene.annotations.items(scene.owner, answers.id, Page())).items
    assert {one.target.message_id for one in items} == {one.answer_id for one in scene.turns}


async def test_items_are_listed_in_pages_and_taken_out(scene):
    queue = await scene.queue()
    await scene.label_all(scene.ada, queue, [True])
    first = await scene.annotations.items(scene.owner, queue.id, Page(2))
    rest = await scene.annotations.items(scene.owner, queue.id, Page(2, first.next))
    assert [one.title for one in (*first.items, *rest.items)] == ["Question 0", "Question 1", "Question 2"]
    assert [one.person.name for one in first.items[0].annotations] == ["Ada"]
    await scene.annotations.remove_item(scene.owner, queue.id, first.items[0].id)
    left = await scene.annotations.queue(scene.owner, queue.id)
    assert (left.num_items, left.num_done) == (2, 0)


async def test_a_deleted_queue_takes_its_labels_along(scene):
    queue = await scene.queue()
    await scene.label_all(scene.ada, queue, [True])
    await scene.annotations.delete_queue(scene.owner, queue.id)
    assert await scene.annotations.queues(scene.owner) == []
    with pytest.raises(QueueNotFound):
        await scene.annotations.take_next(scene.ada, queue.id)
