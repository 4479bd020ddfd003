"""Judges of the log against people, and whether a change of the judge made it worse."""

from __future__ import annotations

import pytest

from backend.annotations.types import NewQueue, Queue, Target
from backend.experiments.statistics.agreement import by_distance, cohens_kappa, kappa_change
from backend.experiments.types import Drift
from tests.backend.annotations.conftest import GOOD
from tests.backend.experiments.test_paying import asks
from tests.backend.judgements.conftest import HELPFUL, Court
from tests.backend.judgements.test_asking import verdict

YES, NO = True, False


async def labelled(court: Court, *, whole: bool) -> Queue:
    """Let somebody label each conversation, or its answer: the first is not good, the others are."""
    annotations, who = court.lab.services.annotations, court.operator
    queue = await annotations.create_queue(who, NewQueue("Looked at", (GOOD,)))
    targets = [Target(one.conversation_id, "" if whole else one.answer_id) for one in court.turns]
    await annotations.add_items(who, queue.id, targets)
    turned = await annotations.take_next(who, queue.id)
    for number, _ in enumerate(targets):
        assert turned.task is not None
        turned = await annotations.label(who, queue.id, turned.task.item_id, "good", number > 0)
    return queue


@pytest.mark.parametrize("whole", [True, False])
async def test_a_judge_of_the_log_is_held_against_people_on_the_same_target(
    court: Court, monkeypatch: pytest.MonkeyPatch, *, whole: bool
) -> None:
    asks(court.lab, monkeypatch, lambda _model, asked: verdict("Question 0" not in asked))
    court.turns.append(await court.say("First?", "Question 9?"))
    queue = await labelled(court, whole=whole)
    done = await court.asked(queue_id=queue.id)
    (judge,) = (await court.lab.services.annotations.agreements(court.operator, queue.id)).judges
    assert (judge.one, judge.other, judge.num_items, judge.kappa) == ("helpful", "people", 4, 1.0)
    assert (judge.version, judge.drift, judge.experiment_id) == (done.version, Drift.NONE, "")


async def test_a_changed_judge_is_not_measured_and_then_worse_where_the_difference_shows_it(
    court: Court, monkeypatch: pytest.MonkeyPatch
) -> None:
    asks(court.lab, monkeypatch, lambda _model, asked: verdict("Question 0" not in asked))
    queue = await labelled(court, whole=True)
    await court.asked(queue_id=queue.id)
    other = await court.say("Elsewhere?")
    changed = {**HELPFUL, "rubric": "Is it short?"}
    # It was changed, and has judged nothing yet that people labelled.
    await court.asked(changed, conversation_ids=(other.conversation_id,))
    annotations = court.lab.services.annotations
    (judge,) = (await annotations.agreements(court.operator, queue.id)).judges
    assert (judge.drift, judge.before, judge.kappa, judge.num_items) == (Drift.UNMEASURED, 1.0, None, 0)
    await court.asked(changed, queue_id=queue.id)
    (judge,) = (await annotations.agreements(court.operator, queue.id)).judges
    assert (judge.drift, judge.num_items) == (Drift.NONE, 3), "of three items no difference is told"
    monkeypatch.setattr("backend.experiments.statistics.agreement.FEW", 3)
    (judge,) = (await annotations.agreements(court.operator, queue.id)).judges
    assert (judge.drift, judge.before) == (Drift.SAME, 1.0)


def pairs(*said: tuple[bool, bool, int], start: int = 0) -> dict[int, tuple[bool, bool]]:
    """Return so many items of each (judge, people), numbered from `start`."""
    every = [pair for *pair, number in said for _ in range(number)]
    return {start + number: (one, other) for number, (one, other) in enumerate(every)}


GOOD_JUDGE = ((YES, YES, 40), (NO, NO, 40), (YES, NO, 5), (NO, YES, 5))
POOR_JUDGE = ((YES, YES, 25), (NO, NO, 25), (YES, NO, 20), (NO, YES, 20))


def test_the_interval_of_a_change_is_that_of_two_samples_where_no_item_is_shared() -> None:
    one, other = pairs(*GOOD_JUDGE), pairs(*POOR_JUDGE, start=1_000)
    change = kappa_change(one, other)
    assert change is not None
    alone = [cohens_kappa(*zip(*each.values(), strict=True)) for each in (one, other)]
    assert (change.before, change.now) == (alone[0].kappa, alone[1].kappa)
    widths = [each.interval.high - each.interval.low for each in alone if each.interval]
    # The influences add up to the variance of Fleiss, so that the half widths add up like those of two samples.
    assert change.interval.high - change.interval.low == pytest.approx((widths[0] ** 2 + widths[1] ** 2) ** 0.5)
    assert change.is_worse
    back = kappa_change(other, one)
    assert back is not None
    assert not back.is_worse


def test_the_same_items_are_compared_as_pairs() -> None:
    before = pairs(*GOOD_JUDGE)
    # The same judge, wrong about three more: as two samples nothing would show, as pairs it is what it is.
    now = dict(before)
    for key in (0, 1, 2):
        now[key] = (NO, YES)
    paired, apart = kappa_change(before, now), kappa_change(before, {key + 1_000: one for key, one in now.items()})
    assert paired is not None
    assert apart is not None
    assert paired.now - paired.before == pytest.approx(apart.now - apart.before)
    assert paired.interval.high - paired.interval.low < (apart.interval.high - apart.interval.low) / 2
    same = kappa_change(before, before)
    assert same is not None
    assert (same.interval.low, same.interval.high, same.is_worse) == (0.0, 0.0, False)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (pairs(*GOOD_JUDGE), pairs((YES, YES, 19))),
        (pairs((YES, YES, 10), (NO, NO, 9)), pairs(*GOOD_JUDGE)),
        (pairs(*GOOD_JUDGE), pairs((YES, YES, 90))),
    ],
)
def test_of_few_items_or_of_one_label_alone_no_change_is_told(
    before: dict[int, tuple[bool, bool]], now: dict[int, tuple[bool, bool]]
) -> None:
    assert kappa_change(before, now) is None


def test_numbers_are_weighted_by_their_distance() -> None:
    before = {key: (1.0 + key % 5, 1.0 + key % 5) for key in range(60)}
    now = {key: (min(5.0, mine + 1), theirs) for key, (mine, theirs) in before.items()}
    change = kappa_change(before, now, weight=by_distance(1, 5))
    assert change is not None
    plain = kappa_change(before, now)
    assert plain is not None
    assert (change.before, plain.now < change.now < 1.0, change.is_worse) == (1.0, True, True)
