"""One item for one person at a time, a label for a press, and the last one taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from backend.annotations.errors import AlreadyLabelled, HeldByOther, ItemNotFound, QueueNotFound
from backend.annotations.service import AnnotationService
from backend.annotations.types import Labeller, Target
from backend.columns import utc_now
from backend.errors import Forbidden, InvalidInput
from backend.paging import Page
from tests.backend.annotations.conftest import GOOD, SCALE, TONE, Scene
from tests.tenancy import EVERYWHERE


async def items_of(scene: Scene, queue_id: str) -> list[tuple[bool, str, list[dict[str, object]]]]:
    listed = await scene.annotations.items(scene.owner, queue_id, Page())
    return [(one.is_done, one.held_by, [said.values for said in one.annotations]) for one in listed.items]


async def test_a_label_opens_the_next_item(scene):
    queue = await scene.queue()
    first = await scene.annotations.take_next(scene.ada, queue.id)
    assert first.task.target == Target(scene.turns[0].conversation_id, scene.turns[0].answer_id)
    assert (first.task.asked, first.progress.num_items) == (GOOD, 3)
    second = await scene.annotations.label(scene.ada, queue.id, first.task.item_id, "good", value=True)
    assert second.task.target.message_id == scene.turns[1].answer_id
    assert (second.progress.num_done, second.progress.num_mine) == (1, 1)
    await scene.annotations.label(scene.ada, queue.id, second.task.item_id, "good", value=False)
    third = await scene.annotations.take_next(scene.ada, queue.id)
    end = await scene.annotations.label(scene.ada, queue.id, third.task.item_id, "good", value=True)
    assert (end.task, end.progress.num_done) == (None, 3)
    assert await items_of(scene, queue.id) == [
        (True, "", [{"good": True}]),
        (True, "", [{"good": False}]),
        (True, "", [{"good": True}]),
    ]


async def test_several_scores_are_asked_one_after_the_other(scene):
    queue = await scene.queue(GOOD, TONE, SCALE)
    task = (await scene.annotations.take_next(scene.ada, queue.id)).task
    for name, value, following in (("good", True, "tone"), ("tone", "curt", "scale")):
        task_next = (await scene.annotations.label(scene.ada, queue.id, task.item_id, name, value)).task
        assert (task_next.item_id, task_next.asked.name) == (task.item_id, following)
    turned = await scene.annotations.label(scene.ada, queue.id, task.item_id, "scale", 4)
    assert (turned.task.item_id == task.item_id, turned.task.values, turned.progress.num_mine) == (False, {}, 1)


async def test_a_second_press_counts_once(scene):
    queue = await scene.queue()
    task = (await scene.annotations.take_next(scene.ada, queue.id)).task
    await scene.annotations.label(scene.ada, queue.id, task.item_id, "good", value=True)
    again = await scene.annotations.label(scene.ada, queue.id, task.item_id, "good", value=True)
    assert (again.progress.num_done, again.progress.num_mine) == (1, 1)
    with pytest.raises(AlreadyLabelled):
        await scene.annotations.label(scene.ada, queue.id, task.item_id, "good", value=False)
    assert (await items_of(scene, queue.id))[0] == (True, "", [{"good": True}])


async def test_an_open_item_is_held_for_one_person(scene, units):
    queue = await scene.queue()
    mine = (await scene.annotations.take_next(scene.ada, queue.id)).task
    theirs = (await scene.annotations.take_next(scene.ben, queue.id)).task
    assert mine.item_id != theirs.item_id
    with pytest.raises(HeldByOther):
        await scene.annotations.label(scene.ben, queue.id, mine.item_id, "good", value=False)
    # A process that starts anew knows nothing but the rows.
    restarted = AnnotationService(units, scene.log)
    assert (await restarted.take_next(scene.ada, queue.id)).task.item_id == mine.item_id
    with pytest.raises(HeldByOther):
        await restarted.skip(scene.ben, queue.id, mine.item_id)
    await scene.annotations.leave(scene.ben, queue.id)
    await scene.annotations.leave(scene.ada, queue.id)
    assert (await scene.annotations.take_next(scene.ben, queue.id)).task.item_id == mine.item_id


async def test_a_hold_ends_with_its_minutes(scene, monkeypatch):
    queue = await scene.queue(lock_minutes=10)
    mine = (await scene.annotations.take_next(scene.ada, queue.id)).task
    later = utc_now() + timedelta(minutes=11)
    monkeypatch.setattr("backend.annotations.service.labelling.utc_now", lambda: later)
    assert (await scene.annotations.take_next(scene.ben, queue.id)).task.item_id == mine.item_id
    with pytest.raises(HeldByOther):
        await scene.annotations.label(scene.ada, queue.id, mine.item_id, "good", value=True)


async def test_what_is_put_aside_comes_back_to_others_and_to_who_asks_for_it(scene):
    queue = await scene.queue()
    first = (await scene.annotations.take_next(scene.ada, queue.id)).task
    turned = await scene.annotations.skip(scene.ada, queue.id, first.item_id)
    assert (turned.task.item_id != first.item_id, turned.progress.num_skipped) == (True, 1)
    await scene.label_all(scene.ada, queue, [True, True])
    end = await scene.annotations.take_next(scene.ada, queue.id)
    assert (end.task, end.progress.num_skipped) == (None, 1)
    assert (await scene.annotations.take_next(scene.ben, queue.id)).task.item_id == first.item_id
    with pytest.raises(HeldByOther):
        await scene.annotations.take_skipped(scene.ada, queue.id, first.item_id)
    at_ben = await scene.annotations.take_skipped(scene.ada, queue.id)
    assert (at_ben.task, at_ben.progress.num_skipped) == (None, 0)
    await scene.annotations.leave(scene.ben, queue.id)
    listed = await scene.annotations.items(scene.ada, queue.id, Page())
    assert [one.is_skipped for one in listed.items] == [True, False, False]
    again = await scene.annotations.take_skipped(scene.ada, queue.id)
    assert (again.task.item_id, again.progress.num_skipped) == (first.item_id, 0)
    done = await scene.annotations.label(scene.ada, queue.id, first.item_id, "good", value=True)
    assert (done.task, done.progress.num_done, done.progress.num_mine) == (None, 3, 3)
    assert (await scene.annotations.take_skipped(scene.ada, queue.id, first.item_id)).task is None


async def test_what_is_put_aside_half_labelled_goes_on_where_it_was(scene):
    queue = await scene.queue(GOOD, TONE)
    first = (await scene.annotations.take_next(scene.ada, queue.id)).task
    await scene.annotations.label(scene.ada, queue.id, first.item_id, "good", value=True)
    second = (await scene.annotations.skip(scene.ada, queue.id, first.item_id)).task
    again = (await scene.annotations.take_skipped(scene.ada, queue.id)).task
    assert (again.item_id, again.values, again.asked.name) == (first.item_id, {"good": True}, "tone")
    assert (await scene.annotations.take_next(scene.ben, queue.id)).task.item_id == second.item_id


async def test_undo_takes_back_label_by_label(scene):
    queue = await scene.queue(GOOD, TONE)
    first = (await scene.annotations.take_next(scene.ada, queue.id)).task
    await scene.annotations.label(scene.ada, queue.id, first.item_id, "good", value=True)
    second = (await scene.annotations.label(scene.ada, queue.id, first.item_id, "tone", "kind")).task
    await scene.annotations.skip(scene.ada, queue.id, second.item_id)
    back = await scene.annotations.undo(scene.ada, queue.id)
    assert (back.task.item_id, back.progress.num_skipped, back.progress.num_mine) == (second.item_id, 0, 1)
    back = await scene.annotations.undo(scene.ada, queue.id)
    assert (back.task.item_id, back.task.values, back.task.asked.name) == (first.item_id, {"good": True}, "tone")
    assert (back.progress.num_done, back.progress.num_mine) == (0, 0)
    back = await scene.annotations.undo(scene.ada, queue.id)
    assert (back.task.item_id, back.task.values, back.task.asked.name) == (first.item_id, {}, "good")
    assert (await scene.annotations.undo(scene.ada, queue.id)).task.item_id == first.item_id
    # The one that was open before is free for somebody else.
    assert (await scene.annotations.take_next(scene.ben, queue.id)).task.item_id == second.item_id


async def test_undo_does_not_take_an_item_out_of_another_hand(scene):
    queue = await scene.queue(num_labels=2)
    first = (await scene.annotations.take_next(scene.ada, queue.id)).task
    await scene.annotations.label(scene.ada, queue.id, first.item_id, "good", value=True)
    assert (await scene.annotations.take_next(scene.ben, queue.id)).task.item_id == first.item_id
    with pytest.raises(HeldByOther):
        await scene.annotations.undo(scene.ada, queue.id)


async def test_an_item_gets_as_many_labels_as_the_queue_wants(scene):
    queue = await scene.queue(num_labels=2)
    await scene.label_all(scene.ada, queue, [True, True, True])
    assert (await scene.annotations.take_next(scene.ada, queue.id)).task is None
    assert (await scene.annotations.queue(scene.owner, queue.id)).num_done == 0
    await scene.label_all(scene.ben, queue, [True, False, True])
    assert (await scene.annotations.queue(scene.owner, queue.id)).num_done == 3


async def test_only_the_people_of_a_queue_label_it(scene):
    queue = await scene.queue(people=(Labeller(scene.ada.user_id, "Ada"),))
    assert (await scene.annotations.take_next(scene.ada, queue.id)).task is not None
    for act in (scene.annotations.take_next(scene.ben, queue.id), scene.annotations.undo(scene.ben, queue.id)):
        with pytest.raises(Forbidden, match="Ada"):
            await act


async def test_a_viewer_labels_nothing_and_a_reviewer_makes_no_queue(scene):
    queue = await scene.queue()
    viewer = replace(scene.ada, permissions=frozenset())
    task = (await scene.annotations.take_next(scene.ada, queue.id)).task
    for act in (
        scene.annotations.take_next(viewer, queue.id),
        scene.annotations.label(viewer, queue.id, task.item_id, "good", value=True),
        scene.annotations.items(viewer, queue.id, Page()),
        scene.annotations.agreements(viewer, queue.id),
        scene.annotations.create_queue(scene.ada, queue.about),
        scene.annotations.add_items(scene.ada, queue.id, []),
        scene.annotations.delete_queue(scene.ada, queue.id),
    ):
        with pytest.raises(Forbidden):
            await act


@pytest.mark.parametrize(("name", "value"), [("good", "yes"), ("good", 1), ("nothing", True)])
async def test_a_label_fits_its_score(scene, name, value):
    queue = await scene.queue()
    task = (await scene.annotations.take_next(scene.ada, queue.id)).task
    with pytest.raises(InvalidInput):
        await scene.annotations.label(scene.ada, queue.id, task.item_id, name, value)


async def test_a_stranger_finds_no_queue_and_no_item(scene):
    queue = await scene.queue()
    task = (await scene.annotations.take_next(scene.ada, queue.id)).task
    stranger = replace(scene.owner, project_id="proj_other")
    with pytest.raises(QueueNotFound):
        await scene.annotations.label(stranger, queue.id, task.item_id, "good", value=True)
    with pytest.raises(ItemNotFound):
        await scene.annotations.label(scene.ada, queue.id, "item_none", "good", value=True)


async def test_what_is_deleted_is_not_labelled_and_leaves_no_label(scene, units):
    queue = await scene.queue()
    await scene.label_all(scene.ada, queue, [True])
    held = (await scene.annotations.take_next(scene.ada, queue.id)).task
    await scene.log.delete(scene.owner, held.target.conversation_id)
    following = (await scene.annotations.take_next(scene.ada, queue.id)).task
    assert following.target.conversation_id == scene.turns[2].conversation_id
    async with units.write(EVERYWHERE) as work:
        await scene.log.remove(work, scene.owner, [one.conversation_id for one in scene.turns])
    assert (await scene.annotations.queue(scene.owner, queue.id)).num_items == 0
    assert await items_of(scene, queue.id) == []


async def test_scores_of_others_are_told_once_an_item_has_all_of_its_labels(scene):
    queue, turn = await scene.queue(GOOD, SCALE, num_labels=2), scene.turns[0]

    async def seen(who):
        found = await scene.annotations.scores(who, turn.conversation_id, [turn.answer_id])
        return [(one.name, one.label, one.by, one.high) for one in found if one.message_id == turn.answer_id]

    async def say(who, good, scale):
        item = (await scene.annotations.take_next(who, queue.id)).task.item_id
        await scene.annotations.label(who, queue.id, item, "good", good)
        await scene.annotations.label(who, queue.id, item, "scale", scale)

    await say(scene.ada, good=True, scale=4)
    of_ada = [("Is it right?", True, "Ada", None), ("scale", 4.0, "Ada", 5.0)]
    assert (await seen(scene.ada), await seen(scene.ben), await seen(scene.owner)) == (of_ada, [], [])
    await say(scene.ben, good=False, scale=2)
    everything = [*of_ada, ("Is it right?", False, "Ben", None), ("scale", 2.0, "Ben", 5.0)]
    assert await seen(scene.owner) == everything
    other = scene.turns[1]
    assert await scene.annotations.scores(scene.owner, other.conversation_id, [other.answer_id]) == []
