"""The form of a queue changes it, and says which answer to a question is the good one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.annotations.configs import config_of
from backend.annotations.types import Good, Label, Target
from backend.bootstrap import Services
from backend.conversations.types import Turn
from backend.operator import Operator
from console.state.queue_form import QueueFormState
from console.state.scores import said
from tests.console.state.test_annotation import WHY, YES, person, queue_of, turns
from tests.console.tab import Tab, tab

__all__ = ["person", "tab", "turns"]


async def test_a_queue_is_changed_by_its_form_and_keeps_what_the_form_cannot_show(
    services: Services, tab: Tab, person: Operator, turns: list[Turn]
) -> None:
    scale = config_of({"name": "scale", "kind": "number", "low": 1, "high": 5, "question": "How good is it?"})
    queue = await queue_of(services, person, turns, scale, WHY)
    state = tab.state(QueueFormState)
    await state.change(queue.id)
    assert ([(one.name, one.kind, one.choices) for one in state.scores], state.is_fixed) == (
        [("scale", "number", "1 to 5"), ("why", "text", "")], False,
    )  # fmt: skip
    form = {"score-0": "scale", "kind-0": "number", "choices-0": "1 to 5", "score-1": "reason", "kind-1": "text"}
    form |= {**state.entries, "name": "Renamed", "num_labels": "2"}
    assert await state.save(form) is not None
    kept = (await services.annotations.queue(person, queue.id)).about
    assert (kept.name, kept.num_labels, kept.configs[0], kept.configs[1].name) == ("Renamed", 2, scale, "reason")
    assert await state.save({**form, "name": "Stale"}) is None
    assert "since you opened it" in state.errors[""]
    turned = await services.annotations.take_next(person, queue.id)
    assert turned.task is not None
    await services.annotations.label(person, queue.id, turned.task.item_id, "scale", 4)
    await state.change(queue.id)
    assert state.is_fixed
    await state.save({**state.entries, "name": "Again", "score-0": "other"})
    assert (await services.annotations.queue(person, queue.id)).about.configs == kept.configs
    await state.change(queue.id)
    await state.save({**state.entries, "good-number-0": "lower"})
    changed = (await services.annotations.queue(person, queue.id)).about.configs
    assert changed == (replace(scale, good=Good.LOWER), kept.configs[1]), "it changes no label"


@pytest.mark.parametrize(
    ("label", "good", "said_of_it"),
    [
        (True, Good.YES, ("ok", "Yes")), (False, Good.YES, ("fail", "No")),
        (True, Good.NO, ("fail", "Yes")), (False, Good.NO, ("ok", "No")), (True, Good.NONE, ("", "Yes")),
        (2.0, Good.NONE, ("", "2 of 5")), (2.0, Good.LOWER, ("", "2 of 5, lower is better")),
        ("curt", Good.NONE, ("", "curt")),
    ],
)  # fmt: skip
def test_the_good_answer_is_the_green_one(label: Label, good: Good, said_of_it: tuple[str, str]) -> None:
    assert said(label, None, 5.0, good) == said_of_it


async def test_a_question_says_which_answer_is_good(
    services: Services, tab: Tab, person: Operator, turns: list[Turn]
) -> None:
    state = tab.state(QueueFormState)
    await state.open()
    form = {"name": "Made up", "score-0": "Is it made up?", "kind-0": "boolean", "good-boolean-0": "no",
            "good-number-0": "none", "num_labels": "1", "lock_minutes": "5"}  # fmt: skip
    await state.save(form)
    (queue,) = await services.annotations.queues(person)
    assert queue.about.configs[0].good is Good.NO
    await services.annotations.add_items(person, queue.id, [Target(turns[0].conversation_id, turns[0].answer_id)])
    task = (await services.annotations.take_next(person, queue.id)).task
    assert task is not None
    await services.annotations.label(person, queue.id, task.item_id, "Is it made up?", YES)
    (score,) = await services.annotations.scores(person, turns[0].conversation_id, [turns[0].answer_id])
    assert said(score.label, score.passed, score.high, score.good) == ("fail", "Yes")
