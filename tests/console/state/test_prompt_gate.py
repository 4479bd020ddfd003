"""What a prompt must pass, where somebody is about to change what is in production."""

from __future__ import annotations

from backend.bootstrap import Services
from backend.datasets.types import About, NewItem
from backend.experiments.types import Requirement
from backend.operator import Operator
from backend.prompts.types import Content, Prompt
from console.state.prompt import PromptState
from console.state.prompt_gate import PromptGateState
from tests.console.experimenting import dataset, entries, made_of, owner, support
from tests.console.experimenting import opened as opened_form
from tests.console.state.test_prompts import answer, opened
from tests.console.tab import Tab, tab

__all__ = ["answer", "dataset", "owner", "support", "tab"]


async def test_the_dialog_of_a_label_says_before_and_after_what_the_gate_refuses(
    services: Services, answer: Prompt, tab: Tab
) -> None:
    _, _, _, labels = await opened(tab, answer)
    owner = await services.identity.ensure_owner()
    dataset = await services.datasets.create(owner, About("Returns"))
    await services.datasets.add_items(owner, dataset.id, [NewItem({"question": "q"}, "x")])
    await labels.ask_point("production", 2)
    assert labels.gate.mark == ""
    await services.experiments.require(owner, "prompt", answer.id, Requirement(dataset.id, ({"kind": "exact"},)))
    await labels.point({"comment": ""})
    said = f"{answer.name} must pass the dataset Returns before it goes to production. Run an experiment over all of"
    assert (labels.opened, labels.errors[""].startswith(said)) == ("point", True), (
        "what refuses it stands in the dialog"
    )
    assert (labels.gate.mark, labels.gate.words in labels.errors[""]) == ("fail", True), "it came meanwhile"
    await labels.ask_point("production", 2)
    assert (f"{labels.gate.words} {labels.gate.hint}".startswith(said), labels.errors) == (True, {})
    await labels.load()
    assert labels.opened == "", "who followed a way out of it comes back to the page"
    await labels.ask_point("staging", 2)
    assert labels.gate.mark == "", "only production is guarded"
    gate = tab.state(PromptGateState)
    await gate.load()
    [one] = gate.gates
    missing = f"/experiments/new?gate={answer.id}&version=2"
    assert (gate.refuses, one.said.mark, one.said.asking) == (True, "fail", missing)
    assert gate.rule == "Over all its rows, nothing worse than production and every target met, by exact."
    assert "with exact set as the requirement has it" in one.said.hint
    wish = Requirement(dataset.id, ({"kind": "exact"},), labels=("staging", "production"))
    await services.experiments.require(owner, "prompt", answer.id, wish)
    await labels.ask_point("staging", 2)
    assert labels.gate.words == f"{answer.name} must pass the dataset Returns before it goes to staging."
    assert labels.gate.asking == f"{missing}&label=staging"
    await gate.load()
    assert [(one.label, one.said.mark) for one in gate.gates] == [("staging", "fail"), ("production", "fail")]


async def test_the_experiment_that_is_missing_is_filled_in_so_that_it_counts(
    tab: Tab, dataset: str, support: Prompt, services: Services, owner: Operator
) -> None:
    asked = Requirement(dataset, ({"kind": "contains"}, {"kind": "exact", "ignore_case": True}))
    await services.experiments.require(owner, "prompt", support.id, asked)
    shown = tab.at(f"/prompts/{support.id}").state(PromptGateState)
    await services.prompts.save_version(owner, support.id, Content(text="Answer {{ question }} at length."))
    await tab.state(PromptState).load()
    await shown.load()
    form = await opened_form(tab, shown.gates[0].said.asking.removeprefix("/experiments/new"))
    assert form.dataset == dataset
    assert [one.version for one in form.variants] == ["label:production", "version:3"]
    counted = await made_of(services, form, entries(form))
    await services.experiments.carry_out(owner, counted.id)
    tab.at(f"/prompts/{support.id}")
    await shown.load()
    assert (shown.gates[0].said.asking, shown.gates[0].said.evidence) == ("", f"/experiments/{counted.id}")
