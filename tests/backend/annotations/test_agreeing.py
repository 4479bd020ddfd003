"""People against people, and judges against what most people said of the same answer."""

from __future__ import annotations

import pytest

from backend.annotations.configs import config_of
from backend.annotations.service.agreeing import consensus, label_of_score
from backend.annotations.types import NewQueue
from backend.conversations.types import Filters
from backend.datasets.models import FOREVER, DatasetItemRow, DatasetRow
from backend.experiments.models import ExperimentCellRow, ExperimentRow
from backend.operator import Operator
from backend.unit_of_work import Units
from tests.backend.annotations.conftest import GOOD, SCALE, TONE
from tests.tenancy import EVERYWHERE

SAID = "Yes, within 30 days of delivery."


async def score(units: Units, owner: Operator, message_ids: list[str], cells: list[tuple[int, str, dict[str, object]]]):
    """Write an experiment over rows made from answers; each cell is a row, what was answered, and its scores."""
    project = owner.project_id
    async with units.write(EVERYWHERE) as work:
        work.session.add(DatasetRow(id="ds_1", project_id=project, name="From the log"))
        await work.session.flush()
        for number, message_id in enumerate(message_ids):
            for revision in (1, 2):  # an edited row is still the same one
                work.session.add(
                    DatasetItemRow(
                        id=f"rev_{number}_{revision}",
                        item_id=f"row_{number}",
                        project_id=project,
                        dataset_id="ds_1",
                        row=number,
                        valid_from=revision,
                        valid_to=2 if revision == 1 else FOREVER,
                        input={},
                        source_kind="log",
                        source_reference=message_id,
                        input_hash="",
                        content_hash="",
                        created_by="",
                    )
                )
        work.session.add(
            ExperimentRow(
                id="exp_1",
                project_id=project,
                name="Judged",
                dataset_id="ds_1",
                definition={},
                baseline="a",
                concurrency=1,
                created_by="",
                created_by_id="",
            )
        )
        await work.session.flush()
        for number, (row, output, scores) in enumerate(cells):
            work.session.add(
                ExperimentCellRow(
                    experiment_id="exp_1",
                    number=number,
                    project_id=project,
                    row=row,
                    item_id=f"row_{row}",
                    variant=0,
                    repetition=0,
                    status="done",
                    output=output,
                    scores=scores,
                )
            )


async def test_people_agree_as_far_as_they_say_the_same(scene, monkeypatch):
    queue = await scene.queue(num_labels=2)
    await scene.label_all(scene.ada, queue, [True, False, True])
    await scene.label_all(scene.ben, queue, [True, False, False])
    found = await scene.annotations.agreements(scene.owner, queue.id)
    (pair,) = found.people
    assert (pair.config, pair.one, pair.other, pair.num_items, pair.is_weighted) == ("good", "Ada", "Ben", 3, False)
    assert pair.share_equal == pytest.approx(2 / 3)
    assert pair.kappa == pytest.approx(0.4, abs=1e-9)
    assert (pair.low, pair.high) == (None, None), "three items carry no interval"
    assert found.judges == ()
    monkeypatch.setattr("backend.annotations.service.agreeing.FEW", 3)
    (pair,) = (await scene.annotations.agreements(scene.owner, queue.id)).people
    assert pair.low < 0.4 < pair.high


async def test_numbers_are_weighted_by_their_distance(scene):
    queue = await scene.queue(SCALE, num_labels=2)
    await scene.label_all(scene.ada, queue, [1, 3, 5])
    await scene.label_all(scene.ben, queue, [1, 3, 4])
    (pair,) = (await scene.annotations.agreements(scene.owner, queue.id)).people
    assert pair.is_weighted
    # By hand: they are 1 apart once in three, and by chance 39 / 9.
    assert pair.kappa == pytest.approx(1 - (1 / 3) / (39 / 9), abs=1e-9)


async def test_one_label_alone_has_no_kappa(scene):
    queue = await scene.queue(num_labels=2)
    await scene.label_all(scene.ada, queue, [True, True, True])
    await scene.label_all(scene.ben, queue, [True, True, True])
    (pair,) = (await scene.annotations.agreements(scene.owner, queue.id)).people
    assert (pair.kappa, pair.low, pair.high, pair.share_equal) == (None, None, None, 1.0)


async def test_a_judge_is_measured_by_the_answer_that_people_read(scene, units):
    queue = await scene.queue()
    await scene.label_all(scene.ada, queue, [True, False, True])
    yes, no = {"value": 1.0, "passed": True}, {"value": 0.0, "passed": False}
    cells = [
        (0, SAID, {"judge": yes, "person": {**yes, "by": "user_ada"}}),
        (1, SAID, {"judge": no}),
        (2, SAID, {"judge": no}),
        (2, "Another answer altogether.", {"judge": yes}),
    ]
    await score(units, scene.owner, [one.answer_id for one in scene.turns], cells)
    (judge,) = (await scene.annotations.agreements(scene.owner, queue.id)).judges
    assert (judge.one, judge.other, judge.experiment_id, judge.num_items) == ("judge of Judged", "people", "exp_1", 3)
    assert judge.kappa == pytest.approx(0.4, abs=1e-9)
    # Who labels a conversation of one answer has labelled that answer.
    wholes = await scene.annotations.create_queue(scene.owner, NewQueue("Whole conversations", (GOOD,)))
    await scene.annotations.add_matching(scene.owner, wholes.id, Filters())
    await scene.label_all(scene.ada, wholes, [True, False, True])
    (same,) = (await scene.annotations.agreements(scene.owner, wholes.id)).judges
    assert same.num_items == judge.num_items


@pytest.mark.parametrize(
    ("config", "labels", "expected"),
    [
        (GOOD, [], None),
        (GOOD, [True, False], None),
        (GOOD, [True, False, True], True),
        (TONE, ["kind"], "kind"),
        (SCALE, [1.0, 5.0, 4.0], 4.0),
    ],
)
def test_what_most_people_say_counts(config, labels, expected):
    assert consensus(config, labels) == expected


@pytest.mark.parametrize(
    ("config", "score", "expected"),
    [
        (GOOD, {"value": 0.5, "passed": None}, True),
        (GOOD, {"value": 0.9, "passed": False}, False),
        (GOOD, {"value": None, "passed": None}, None),
        (TONE, {"value": 1.0, "label": "curt"}, "curt"),
        (TONE, {"value": 1.0, "label": "rude"}, None),
        (SCALE, {"value": 4}, 4.0),
        (SCALE, {"value": 9}, None),
        (SCALE, {"value": 4, "by": "user_ada"}, None),
    ],
)
def test_a_score_that_has_no_place_on_the_scale_is_left_out(config, score, expected):
    assert label_of_score(config, score) == expected


async def test_words_have_no_agreement(scene):
    queue = await scene.queue(config_of({"name": "why", "kind": "text"}), num_labels=2)
    await scene.label_all(scene.ada, queue, ["a", "b", "c"])
    await scene.label_all(scene.ben, queue, ["a", "b", "c"])
    assert (await scene.annotations.agreements(scene.owner, queue.id)).people == ()
