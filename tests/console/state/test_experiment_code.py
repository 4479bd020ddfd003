"""The code that scores an experiment, on its page, in the form and in the list."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backend.bootstrap import Services
from backend.datasets.types import About, NewItem
from backend.engines.python_code.runner import FencedCode
from backend.experiments.service import ExperimentService
from backend.experiments.types import Draft, Experiment, PromptChoice, VariantDraft
from backend.identity.permissions import PERMISSIONS, Role
from backend.operator import Operator
from console import routes
from console.state.evaluator_fields import evaluator_line, settings_of
from console.state.experiment import ExperimentState
from console.state.experiment_code import ExperimentCodeState, code_line
from console.state.experiment_offers import NOT_YOURS, scoring_kinds
from console.state.experiments import ExperimentsState
from tests.console.tab import Tab, refused, tab

__all__ = ["tab"]
GOOD = "def score(output):\n    return 1\n"


@pytest.mark.usefixtures("services")
async def test_an_anonymous_tab_reaches_no_handler() -> None:
    await refused(ExperimentCodeState, {"refuse": [{}]})


@pytest.fixture
async def owner(services: Services) -> Operator:
    return await services.identity.ensure_owner()


@pytest.fixture
async def experiments(services: Services, tmp_path: Path) -> AsyncIterator[ExperimentService]:
    """The service of the process, with the switch on."""
    made, kept = services.experiments, services.experiments._outside
    code = FencedCode(tmp_path / "children.log", switched_on=True)
    made._outside = replace(kept, code=code)
    yield made
    made._outside = kept
    await code.close()


@pytest.fixture
async def coded(experiments: ExperimentService, services: Services, owner: Operator) -> Experiment:
    """A draft whose code somebody else than the owner asks to let run."""
    dataset = await services.datasets.create(owner, About("Returns"))
    await services.datasets.add_items(owner, dataset.id, [NewItem({"question": "q"}, "a")])
    variant = VariantDraft("one", prompt=PromptChoice(template="{{ question }}"))
    draft = Draft("Coded", dataset.id, (variant,), ({"kind": "python", "code": GOOD, "name": "short"},))
    return await experiments.create(replace(owner, user_id="user_daniel", name="Daniel"), draft)


async def opened(tab: Tab, experiment: Experiment) -> Any:
    at = tab.at(routes.to(routes.EXPERIMENT, experiment.id))
    async for _ in at.state(ExperimentState).load():
        pass
    state = at.state(ExperimentCodeState)
    await state.load()
    return state


async def test_a_second_person_reads_it_and_lets_it_run(
    tab: Tab, coded: Experiment, experiments: ExperimentService, owner: Operator
) -> None:
    state = await opened(tab, coded)
    (line,) = state.codes
    assert (line.mark, line.words, line.lead) == (
        "wait", "waits for a second person", "Daniel asks to let the code of short run."
    )  # fmt: skip
    assert (line.may_decide, line.own, line.may_refuse, line.why_not) == (True, False, False, "")
    assert [(one.number, one.text) for one in line.lines] == [("1", "def score(output):"), ("2", "    return 1")]
    assert len(await state.approve(line.id)) == 4
    (line,) = (await opened(tab, coded)).codes
    assert (line.mark, line.words, line.lead, line.may_refuse) == ("ok", f"approved by {owner.name}", "", True)
    assert await experiments.code_approvals(owner) == []


async def test_a_refusal_needs_a_reason(tab: Tab, coded: Experiment, experiments: ExperimentService) -> None:
    state = await opened(tab, coded)
    await state.ask_refusal(state.codes[0].id)
    assert await state.refuse({"reason": " "}) is None
    assert (state.errors["reason"][:8], bool(state.deciding)) == ("A reason", True)
    assert await state.refuse({"reason": "It counts letters."})
    state = await opened(tab, coded)
    assert (state.deciding, state.codes[0].mark) == ("", "fail")
    assert state.codes[0].words.endswith(": It counts letters.")
    await state.ask_refusal(state.codes[0].id)
    await state.close()
    assert state.deciding == ""


async def test_who_asked_takes_it_back_and_approves_nothing(
    coded: Experiment, experiments: ExperimentService, owner: Operator
) -> None:
    daniel = replace(owner, user_id="user_daniel", name="Daniel")
    (own,) = await experiments.codes_of(daniel, coded.id)
    line = code_line(own, daniel.user_id, may=True)
    assert (line.own, line.may_decide, line.why_not) == (True, False, "Nobody approves their own code.")
    (other,) = await experiments.codes_of(owner, coded.id)
    line = code_line(other, owner.user_id, may=False)
    assert (line.own, line.may_decide, line.why_not) == (False, False, "Owners and admins decide.")


async def test_the_owner_takes_their_own_wish_back(
    tab: Tab, coded: Experiment, experiments: ExperimentService, owner: Operator
) -> None:
    text = ({"kind": "python", "code": GOOD + "#"},)
    made = await experiments.create(owner, replace(coded.draft, evaluators=text))
    state = await opened(tab, made)
    assert state.codes[0].own
    await state.withdraw(state.codes[0].id)
    assert (await opened(tab, made)).codes[0].words == f"taken back by {owner.name}"


async def test_the_list_says_what_waits_until_its_experiment_is_gone(
    tab: Tab, coded: Experiment, experiments: ExperimentService, owner: Operator
) -> None:
    state = tab.at(routes.EXPERIMENTS).state(ExperimentsState)
    await state.load()
    (one,) = state.waiting
    assert (one.href, one.words, one.by) == (f"/experiments/{coded.id}", "Coded: the code of short", "Daniel")
    await experiments.delete(owner, coded.id)
    await state.load()
    assert state.waiting == []


async def test_the_form_offers_code_to_who_may_write_it(experiments: ExperimentService, owner: Operator) -> None:
    kinds = await experiments.evaluator_kinds(owner)
    choices, why_not = scoring_kinds(owner, kinds)
    assert ([one.label for one in choices if one.value == "python"], why_not) == (["Python code"], "")
    editor = replace(owner, permissions=PERMISSIONS[Role.EDITOR])
    choices, why_not = scoring_kinds(editor, kinds)
    assert ([one for one in choices if one.value == "python"], why_not) == ([], NOT_YOURS)
    kind = next(one for one in kinds if one.kind == "python")
    line = evaluator_line(kind, "f1", 0, None, {"kind": "python"})  # type: ignore[arg-type]
    (entry,) = line.own
    assert (entry.kind, entry.key, entry.value.partition("(")[0]) == ("python", "f1.code", "def score")
    assert settings_of(line, {"f1.code": GOOD})["code"] == GOOD


async def test_switched_off_the_form_says_how_to_switch_it_on(services: Services, owner: Operator) -> None:
    choices, why_not = scoring_kinds(owner, await services.experiments.evaluator_kinds(owner))
    assert "python" not in [one.value for one in choices]
    assert "SIGNALBOX_PYTHON_EVALUATORS=true" in why_not
