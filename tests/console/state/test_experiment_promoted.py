"""What an experiment becomes: a label of the winner, a version that is made for it, a test that must be passed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from typing import Any

from backend.bootstrap import Services
from backend.datasets.types import About, NewItem
from backend.experiments.types import Draft, PromptChoice, Requirement, VariantDraft
from backend.operator import Operator
from backend.prompts.types import Content, NewPrompt, Prompt
from console.state import formats
from console.state.experiment_asked import SCORES_OLDER
from console.state.experiment_promote import ExperimentPromoteState
from console.state.experiment_require import ExperimentRequireState
from console.state.prompt import PromptState
from console.state.prompt_gate import PromptGateState, evaluators_in
from console.state.prompt_rows import move_line
from tests.console.experimenting import answered, dataset, owner, passing, shown, support
from tests.console.tab import Tab, tab

__all__ = ["dataset", "owner", "support", "tab"]


async def test_the_winner_is_promoted_from_its_page(
    tab: Tab, dataset: str, services: Services, owner: Operator
) -> None:
    kept = await services.prompts.create(owner, NewPrompt("Short", Content(text="Answer {{ question }}.")))
    await services.prompts.save_version(owner, kept.id, Content(text="Say {{ question }}."))
    made = await answered(services, tab, kept)
    page = await shown(tab, made)
    assert (page.variants, page.line.status, page.line.retry) == (["v1", "v2"], "done", "")
    assert (page.flipped, page.group, len(page.rows)) == ("Flipped 0", "all", 4)
    dialog = tab.state(ExperimentPromoteState)
    await dialog.ask(page.first.variant)
    assert (dialog.opened, dialog.variant, dialog.refused) == (True, "v2", False)
    assert dialog.what == "The label will point at Short v2, on scripted."
    assert dialog.against[-1] == page.first.doubts
    assert dialog.note == ""
    assert [one.value for one in dialog.labels] == ["production", "staging"]
    assert page.first.doubts == page.advice == "No answer equals what is expected."
    assert [one.note for one in page.cards if one.key == "exact"] == ["No answer equals what is expected"]
    assert (dialog.label, dialog.lead, dialog.gate.mark) == ("production", "", "")
    await what_a_gate_refuses_stands_in_the_dialog(services, owner, kept.id, dialog)
    await dialog.send({"label": "staging", "comment": ""})
    assert dialog.opened is False
    await services.experiments.release(owner, "prompt", kept.id)
    [staged] = page.promoted
    assert (staged.mark, staged.words, staged.name, staged.then) == ("ok", "v2 is in staging as", "Short v2", "")
    assert staged.when.startswith(f"by {owner.name}, ")
    assert (page.first.words, page.first.is_there) == ("Promote v2", False)  # people do not get it yet
    await dialog.send({"label": "production", "comment": ""})
    assert (page.first.words, page.first.is_there) == ("v2 is in production", True)
    await dialog.ask(page.first.variant)
    assert "v2 is in production as Short v2 (" in dialog.stands
    assert "v2 is in staging as Short v2 (" in dialog.stands
    await services.prompts.protect_label(owner, "production", protected=True)
    await dialog.ask(page.first.variant)
    assert (dialog.label, dialog.lead) == ("staging", ""), "staging waits for nobody"
    await services.prompts.remove_label(owner, kept.id, "staging")
    await dialog.ask(page.first.variant)
    assert dialog.label == "production", "it has no other label"
    await dialog.close()
    move = (await services.prompts.moves(owner, kept.id))[-1]
    line = move_line(move, UTC, formats.now())
    assert (move.label, line.evidence) == ("staging", f"/experiments/{made.id}")
    assert (made.id in move.comment, made.id in line.comment) == (True, False)


async def what_a_gate_refuses_stands_in_the_dialog(
    services: Services, owner: Operator, prompt_id: str, dialog: Any
) -> None:
    other = await services.datasets.create(owner, About("Nightly"))
    await services.datasets.add_items(owner, other.id, [NewItem({"question": "q"}, "x")])
    await services.experiments.require(owner, "prompt", prompt_id, Requirement(other.id, ({"kind": "exact"},)))
    assert await dialog.send({"label": "production", "comment": "All of it"}) is None
    said = dialog.gate
    assert (dialog.opened, said.mark, said.words in dialog.errors[""]) == (True, "fail", True), "it came meanwhile"
    assert said.asking == f"/experiments/new?gate={prompt_id}&version=2"
    await dialog.choose_label("staging")
    assert (dialog.label, dialog.errors) == ("staging", {})
    await dialog.ask("v2")
    assert (dialog.gate, dialog.label, dialog.errors) == (said, "production", {}), "said before the click"


async def test_reason_and_verdicts_are_beside_the_baseline_of_the_page(
    tab: Tab, dataset: str, services: Services, owner: Operator
) -> None:
    kept = await services.prompts.create(owner, NewPrompt("Short", Content(text="Answer {{ question }}.")))
    await services.prompts.save_version(owner, kept.id, Content(text="Say {{ question }}."))
    await services.prompts.save_version(owner, kept.id, Content(text="Tell {{ question }}."))
    await services.datasets.add_items(owner, dataset, [NewItem({"question": f"p{number}"}, "b") for number in range(8)])
    variants = tuple(VariantDraft(f"v{at}", PromptChoice(id=kept.id, version=at)) for at in (1, 2, 3))
    made = await services.experiments.create(owner, Draft("All", dataset, variants, ({"kind": "exact"},)))
    await services.experiments.start(owner, made.id)
    await services.experiments.carry_out(owner, made.id)
    await passing(services, made, {0: 0, 1: 0, 2: 12})
    page = await shown(tab, made)
    await page.choose_baseline("v2")
    await page.choose("v3")
    dialog = tab.state(ExperimentPromoteState)
    await dialog.ask("v3")
    assert dialog.lead.startswith("Beside v2: v3 is better in exact (+100 points)")
    await dialog.send({"label": "staging", "comment": ""})
    [move] = await services.prompts.moves(owner, kept.id)
    assert move.comment.startswith("Experiment All: v3 beside v2, on 12 rows of Returns v")
    await dialog.ask("v2")
    assert dialog.lead == "", "nothing is said of a baseline beside itself"


async def test_a_promotion_says_which_version_it_makes(
    tab: Tab, dataset: str, services: Services, owner: Operator
) -> None:
    kept = await services.prompts.create(owner, NewPrompt("Short", Content(text="Answer {{ question }}.")))
    made = await answered(services, tab, kept, **{"f2.temperature": "0.3", "f2.name": "warm"})
    page = await shown(tab, made)
    assert page.metric == "exact"
    await page.show_by("latency")
    assert (page.metric, page.rows[0].new.words.endswith("ms")) == ("latency", True)
    await page.choose_baseline("warm")
    await page.choose_baseline("v1")
    await page.show_by("nothing")
    assert (page.metric, page.variant) == ("latency", "warm"), "another baseline keeps it"
    dialog = tab.state(ExperimentPromoteState)
    await dialog.ask(page.first.variant)
    assert dialog.what.startswith("Short v2 will be made: v1 as it ran here, on ")
    await services.experiments.require(owner, "prompt", kept.id, Requirement(experiment_id=made.id))
    await dialog.ask(page.first.variant)
    assert (dialog.gate.mark, dialog.gate.words) == ("ok", "v2 is not known to be worse in quality (exact) on 4 rows")
    assert dialog.gate.evidence == "", "it is this page"
    said = await dialog.send({"label": "staging", "comment": ""})
    assert "Short v2, made of v1, is in staging." in str(said)
    await dialog.ask(page.first.variant)
    assert dialog.what.startswith("The label will point at Short v2, which says the same as v1")


async def test_what_scores_older_answers_says_that_it_is_no_proof(
    tab: Tab, dataset: str, support: Prompt, services: Services, owner: Operator
) -> None:
    first = await answered(services, tab, support)
    made = await services.experiments.score_again(owner, first.id, ({"kind": "contains"},))
    await services.experiments.start(owner, made.id)
    await services.experiments.carry_out(owner, made.id)
    page = await shown(tab, made)
    promoting, requiring = tab.state(ExperimentPromoteState), tab.state(ExperimentRequireState)
    await promoting.ask(page.first.variant)
    await requiring.ask()
    assert (promoting.note, requiring.note) == (SCORES_OLDER, SCORES_OLDER)


async def test_an_experiment_becomes_what_must_be_passed_and_ceases_to_be(
    tab: Tab, dataset: str, support: Prompt, services: Services, owner: Operator
) -> None:
    made = await answered(services, tab, support)
    await shown(tab, made)
    dialog = tab.state(ExperimentRequireState)
    await dialog.ask()
    assert (dialog.opened, dialog.subject, dialog.refused, dialog.now) == (True, support.name, False, "")
    await dialog.send()
    asked = await services.experiments.requirement(owner, "prompt", support.id)
    assert asked is not None
    assert asked.evaluators == made.draft.evaluators
    gate = tab.at(f"/prompts/{support.id}").state(PromptGateState)
    await tab.state(PromptState).load()
    await gate.load()
    [one] = gate.gates
    assert (gate.dataset, one.said.mark, one.said.words) == (
        asked.dataset_name,
        "ok",
        "v2 is not known to be worse in quality (exact) on 4 rows",
    )
    assert (one.said.evidence, evaluators_in(asked) in gate.rule) == (f"/experiments/{made.id}", True)
    tab.at(f"/experiments/{made.id}")
    await dialog.ask()
    by = ", ".join(one.name for one in dialog.evaluators)
    assert dialog.now == f"{dialog.dataset}, by {by}, before production"
    assert [(one.name, one.counts) for one in dialog.labels] == [("production", True), ("staging", False)]
    await dialog.guard(0)
    await dialog.send()
    assert dialog.errors == {"": "At least one label has to wait for it."}
    await dialog.guard(1)
    await dialog.send()
    now = await services.experiments.requirement(owner, "prompt", support.id)
    assert now == replace(asked, labels=("staging",))
    await dialog.ask()
    assert dialog.now.endswith(", before staging")
    assert [(one.name, one.counts) for one in dialog.labels] == [("production", False), ("staging", True)]
    for at in range(len(dialog.evaluators)):
        await dialog.count(at)
    await dialog.send()
    assert (dialog.opened, dialog.errors) == (True, {"": "At least one evaluator has to count."})
    await dialog.count(0)
    await dialog.send()
    asked = await services.experiments.requirement(owner, "prompt", support.id)
    assert asked is not None
    assert asked.evaluators == made.draft.evaluators[:1]
    await dialog.release()
    assert await services.experiments.requirement(owner, "prompt", support.id) is None
