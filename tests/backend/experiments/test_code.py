"""Code that scores: off unless switched on, run only once a second person approved exactly this text."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backend.bootstrap.experiments import put_together
from backend.engines.python_code.link import Limits
from backend.engines.python_code.runner import FencedCode
from backend.errors import Conflict, Forbidden, InvalidInput, NotFound
from backend.experiments.engine import scoring
from backend.experiments.engine.scoring import MOST_AT_LIMIT
from backend.experiments.types import Experiment, Status
from backend.identity.permissions import NEVER_OF_SUPPORT, PERMISSIONS, Role
from backend.operator import Operator, Permission
from tests.backend.experiments.conftest import Lab, prompt

WRONG = (
    ("def score(output)\n", "Line 1"),
    ("x = 1\n", "no function called score"),
    ("# \u202e\n" + "def score(output):\n    return 1\n", "line 1 holds U[+]202E, which nobody sees"),
    ("def score(output):\n    return 1\u200b\n", "line 2 holds U[+]200B"),
    ("def score(output):\n    return 1\x0c\n", "line 2 holds U[+]000C"),
)
GOOD = "def score(output, expected):\n    return {'passed': output == expected, 'reason': f'{len(output)} letters'}\n"


@pytest.fixture
async def coding(lab: Lab, tmp_path: Path) -> AsyncIterator[Lab]:
    """The lab with the switch on, over four rows of which the weak prompt answers one wrongly."""
    code = FencedCode(tmp_path / "children.log", switched_on=True, limits=Limits(cpu_seconds=1))
    lab.opened = put_together(replace(lab.service._outside, code=code))
    lab.fill(4, wrong=[2])
    yield lab
    await code.close()


@pytest.fixture
def daniel(lab: Lab) -> Operator:
    return replace(lab.operator, user_id="user_daniel", name="Daniel")


def python(code: str = GOOD, **more: Any) -> dict[str, Any]:
    return {"evaluators": ({"kind": "python", "code": code, **more},)}


async def approved(lab: Lab, by: Operator, code: str = GOOD, **given: Any) -> Experiment:
    made = await lab.service.create(lab.operator, lab.draft(**python(code), **given))
    for wish in await lab.service.code_approvals(by):
        await lab.service.approve_code(by, wish.id)
    return made


async def ran(lab: Lab, made: Experiment) -> Experiment:
    await lab.service.start(lab.operator, made.id)
    await lab.executor.execute(made.id)
    return await lab.service.get(lab.operator, made.id)


async def test_switched_off_it_is_refused_with_the_way_to_switch_it_on(lab: Lab) -> None:
    (kind,) = [one for one in await lab.service.evaluator_kinds(lab.operator) if one.off]
    assert kind.kind == "python"
    assert "SIGNALBOX_PYTHON_EVALUATORS=true" in kind.off
    lab.fill(2)
    for act in (lab.service.create, lab.service.plan):
        with pytest.raises(InvalidInput, match="Python code is off here") as refused:
            await act(lab.operator, lab.draft(**python()))
        assert "evaluators.0.code" in refused.value.fields


async def test_a_second_person_approves_and_then_it_scores(coding: Lab, daniel: Operator) -> None:
    made = await coding.service.create(coding.operator, coding.draft(**python()))
    with pytest.raises(Conflict, match="The code of python is not approved"):
        await coding.service.start(coding.operator, made.id)
    (wish,) = await coding.service.code_approvals(daniel)
    assert (wish.code, wish.state, wish.asked_by, wish.experiment_id) == (
        GOOD,
        "waiting",
        coding.operator.name,
        made.id,
    )
    assert (wish.is_author, (await coding.service.codes_of(coding.operator, made.id))[0].is_author) == (False, True)
    assert (await coding.service.approve_code(daniel, wish.id)).decided_by == "Daniel"
    assert (await ran(coding, made)).status is Status.DONE
    scores = [cell.scores["python"] for cell in await coding.cells(made)]
    assert [one["value"] for one in scores].count(0.0) == 1
    assert scores[0] == {"value": 1.0, "passed": True, "reason": "2 letters"}
    (metric,) = [one for one in (await coding.service.comparison(coding.operator, made.id)).metrics
                 if one.metric == "python"]  # fmt: skip
    assert (metric.baseline_value, metric.value) == (0.75, 1.0)


async def test_nobody_approves_their_own_nor_through_another(coding: Lab, daniel: Operator) -> None:
    made = await coding.service.create(coding.operator, coding.draft(**python()))
    (wish,) = await coding.service.codes_of(coding.operator, made.id)
    with pytest.raises(Forbidden, match="Nobody approves their own code"):
        await coding.service.approve_code(coding.operator, wish.id)
    stands_in = replace(daniel, user_id="user_x", support_id=coding.operator.user_id)
    with pytest.raises(Forbidden, match="Nobody approves"):
        await coding.service.approve_code(stands_in, wish.id)
    with pytest.raises(Forbidden, match="Only who asked"):
        await coding.service.withdraw_code(daniel, wish.id)
    await coding.service.withdraw_code(coding.operator, wish.id)
    await coding.service.create(daniel, coding.draft(**python()))
    (again,) = await coding.service.code_approvals(daniel)
    assert again.asked_by == "Daniel"
    for author in (coding.operator, daniel):
        with pytest.raises(Forbidden, match="Nobody approves"):
            await coding.service.approve_code(author, again.id)
    await coding.service.approve_code(replace(daniel, user_id="user_mira", name="Mira"), again.id)
    await coding.service.start(coding.operator, made.id)


async def test_an_edited_text_needs_an_approval_of_its_own(coding: Lab, daniel: Operator) -> None:
    await approved(coding, daniel)
    same = await coding.service.create(coding.operator, coding.draft(**python(name="other", threshold=0.5)))
    assert await coding.service.code_approvals(daniel) == []
    await coding.service.start(coding.operator, same.id)
    edited = await coding.service.create(coding.operator, coding.draft(**python(GOOD + "\n")))
    with pytest.raises(Conflict, match="not approved"):
        await coding.service.start(coding.operator, edited.id)
    assert len(await coding.service.code_approvals(daniel)) == 1


async def test_a_changed_draft_asks_for_the_code_that_it_has_now(coding: Lab, daniel: Operator) -> None:
    made = await coding.service.create(coding.operator, coding.draft(**python()))
    await coding.service.change(coding.operator, made.id, replace(made.draft, name="Same code"))
    assert [one.code for one in await coding.service.code_approvals(daniel)] == [GOOD]
    await coding.service.change(coding.operator, made.id, coding.draft(**python(GOOD + "#")))
    assert [one.code for one in await coding.service.code_approvals(daniel)] == [GOOD + "#"]
    editor = replace(daniel, permissions=PERMISSIONS[Role.EDITOR])
    with pytest.raises(Forbidden, match="may not code experiments"):
        await coding.service.change(editor, made.id, coding.draft(**python()))


async def test_an_editor_uses_what_is_approved_and_writes_none(coding: Lab, daniel: Operator) -> None:
    editor = replace(daniel, permissions=PERMISSIONS[Role.EDITOR])
    for text, words in ((GOOD, "may not code experiments"), (GOOD + "#", "may not code experiments")):
        with pytest.raises(Forbidden, match=words):
            await coding.service.create(editor, coding.draft(**python(text)))
    assert (await coding.service.plan(editor, coding.draft(**python()))).unknown[-1].endswith("approved code only.")
    assert (await coding.service.list(editor)).items == []
    await approved(coding, daniel)
    made = await coding.service.create(editor, coding.draft(**python()))
    await coding.service.start(editor, made.id)
    for act in (coding.service.approve_code, coding.service.withdraw_code):
        with pytest.raises(Forbidden):
            await act(editor, "cap_1")
    with pytest.raises(Forbidden):
        await coding.service.refuse_code(editor, "cap_1", "no")
    holders = [role for role in Role if Permission.EXPERIMENTS_CODE in PERMISSIONS[role]]
    assert holders == [Role.OWNER, Role.ADMIN]
    assert Permission.EXPERIMENTS_CODE in NEVER_OF_SUPPORT


async def test_a_refusal_says_why_and_ends_an_approval_too(coding: Lab, daniel: Operator) -> None:
    made = await approved(coding, daniel)
    (wish,) = await coding.service.codes_of(daniel, made.id)
    with pytest.raises(Conflict, match="It was approved by Daniel already"):
        await coding.service.approve_code(daniel, wish.id)
    with pytest.raises(InvalidInput, match="A reason has"):
        await coding.service.refuse_code(daniel, wish.id, " ")
    refused = await coding.service.refuse_code(daniel, wish.id, "It counts letters.")
    assert (refused.state, refused.reason) == ("refused", "It counts letters.")
    with pytest.raises(Conflict, match="not approved"):
        await coding.service.start(coding.operator, made.id)
    with pytest.raises(Conflict, match="It was refused by Daniel already"):
        await coding.service.refuse_code(daniel, wish.id, "again")
    with pytest.raises(NotFound):
        await coding.service.approve_code(daniel, "cap_unknown")


async def test_what_is_refused_meanwhile_does_not_run(coding: Lab, daniel: Operator) -> None:
    made = await approved(coding, daniel)
    await coding.service.start(coding.operator, made.id)
    (wish,) = await coding.service.codes_of(daniel, made.id)
    await coding.service.refuse_code(daniel, wish.id, "No.")
    await coding.executor.execute(made.id)
    ended = await coding.service.get(coding.operator, made.id)
    assert (ended.status, ended.error) == (Status.FAILED, "The code of python is not approved.")
    assert coding.num_asked == 0


async def test_what_is_refused_while_it_runs_scores_no_further_answer(
    coding: Lab, daniel: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "LOOK_AGAIN_SECONDS", 0)
    made = await approved(coding, daniel, concurrency=1)
    (wish,) = await coding.service.codes_of(daniel, made.id)
    run, num_run = FencedCode.run, 0

    async def refused_behind(self: FencedCode, *given: Any) -> Any:
        nonlocal num_run
        num_run += 1
        found = await run(self, *given)
        if num_run == 3:
            await coding.service.refuse_code(daniel, wish.id, "It counts letters.")
        return found

    monkeypatch.setattr(FencedCode, "run", refused_behind)
    ended = await ran(coding, made)
    assert (ended.status, ended.progress.num_done, coding.num_asked, num_run) == (Status.DONE, 8, 8, 3)
    errors = [cell.scores["python"].get("error", "") for cell in await coding.cells(ended)]
    assert sum("Its code is not approved any more." in words for words in errors) == 5
    await coding.service.retry(coding.operator, made.id)
    await coding.executor.execute(made.id)
    again = await coding.service.get(coding.operator, made.id)
    assert (again.status, again.error, num_run) == (Status.FAILED, "The code of python is not approved.", 3)


async def test_an_approval_holds_in_its_project_alone(coding: Lab, daniel: Operator) -> None:
    made = await approved(coding, daniel)
    (wish,) = await coding.service.codes_of(daniel, made.id)
    elsewhere = replace(daniel, project_id="prj_other")
    assert await coding.service.code_approvals(elsewhere, waiting=False) == []
    with pytest.raises(NotFound):
        await coding.service.refuse_code(elsewhere, wish.id, "No.")


async def test_wrong_code_is_refused_before_anybody_is_asked(coding: Lab, daniel: Operator) -> None:
    for text, words in WRONG:
        with pytest.raises(InvalidInput, match=words) as refused:
            await coding.service.create(coding.operator, coding.draft(**python(text)))
        assert list(refused.value.fields) == ["evaluators.0.code"]
    assert await coding.service.code_approvals(daniel) == []


@pytest.mark.security("1", "6")
async def test_no_line_of_code_runs_before_it_is_approved(coding: Lab, daniel: Operator) -> None:
    trap = "raise SystemExit('ran')\n\n@print\ndef score(output=[][0]):\n    return 1\n"
    made = await coding.service.create(coding.operator, coding.draft(**python(trap)))
    plan = await coding.service.plan_of(coding.operator, made.id)
    assert plan.unknown[-1] == "python: it waits for a second person to approve the code."
    for wish in await coding.service.code_approvals(daniel):
        await coding.service.approve_code(daniel, wish.id)
    assert (await ran(coding, made)).status is Status.DONE
    assert {cell.scores["python"]["error"] for cell in await coding.cells(made)} == {"Line 1: SystemExit: ran."}


async def test_a_cell_whose_code_fails_stands_beside_those_that_go_on(coding: Lab, daniel: Operator) -> None:
    picky = """
import os

def score(output, input):
    number = int(input["question"][1:])
    if number == 1:
        os.kill(os.getppid(), 9)
    if number == 2:
        os._exit(0)
    if number == 3:
        bytes(10 ** 10)
    return 1
"""
    found = await ran(coding, await approved(coding, daniel, picky))
    assert (found.status, found.progress.num_done, found.progress.num_failed) == (Status.DONE, 8, 0)
    said = {cell.row: cell.scores["python"] for cell in await coding.cells(found)}
    assert said[4] == {"value": 1.0, "passed": None}
    assert "no other process" in said[1]["error"]
    assert said[2]["error"] == "The code ended without a score."
    assert said[3]["error"] == "The code needs more than 256 MB of memory."


async def test_code_that_always_ends_at_a_limit_is_run_no_more(coding: Lab, daniel: Operator) -> None:
    coding.fill(2 * MOST_AT_LIMIT)
    made = await coding.service.create(
        coding.operator,
        coding.draft(prompt("one", "{{ good }}"), **python("def score():\n    bytes(10 ** 10)\n"), concurrency=1),
    )
    for wish in await coding.service.code_approvals(daniel):
        await coding.service.approve_code(daniel, wish.id)
    found = await ran(coding, made)
    said = [cell.scores["python"]["error"] for cell in await coding.cells(found)]
    assert said.count("The code needs more than 256 MB of memory.") == MOST_AT_LIMIT
    assert said[-1].endswith("10 times in a row, so this experiment runs it no more.")


async def test_what_another_experiment_asked_for_is_asked_again_once_that_one_is_gone(
    coding: Lab, daniel: Operator
) -> None:
    first = await coding.service.create(coding.operator, coding.draft(**python()))
    second = await coding.service.create(coding.operator, coding.draft(**python()))
    await coding.service.delete(coding.operator, first.id)
    assert await coding.service.code_approvals(daniel) == []
    for _ in range(2):
        with pytest.raises(Conflict, match="not approved"):
            await coding.service.start(coding.operator, second.id)
    (wish,) = await coding.service.code_approvals(daniel)
    assert wish.experiment_id == second.id
    await coding.service.approve_code(daniel, wish.id)
    assert (await ran(coding, second)).status is Status.DONE
