"""A kept draft on its page and in the form: seen, changed, begun or deleted as it was looked at, and no other way."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from backend.bootstrap import Services
from backend.experiments.types import Experiment, FlowChoice, PromptChoice, VariantDraft
from backend.operator import Operator
from backend.prompts.types import Prompt
from console.components.experiments.plan_panel import plan_panel
from console.state.experiment_draft import ExperimentDraftState, variant_words
from console.state.experiment_entries import PLAN, SAVE, START
from tests.console.experimenting import dataset, entries, made_of, opened, owner, support
from tests.console.experimenting import shown as shown_page
from tests.console.tab import Tab, refused, tab

__all__ = ["dataset", "owner", "support", "tab"]


async def shown(tab: Tab, made: Experiment) -> Any:
    await shown_page(tab, made)
    drafted = tab.state(ExperimentDraftState)
    await drafted.load()
    return drafted


async def drafted(tab: Tab, services: Services, owner: Operator, support: Prompt, **more: str) -> Experiment:
    form = await opened(tab, f"?prompt={support.id}")
    await form.add_evaluator("judge")
    rubric = f"{form.evaluators[-1].key}.rubric"
    sent = entries(form, **more) | {rubric: "Is it right?", f"{form.evaluators[-1].key}.models.": "on"}
    return await made_of(services, form, sent)


async def test_an_anonymous_tab_reaches_no_handler(services: Services) -> None:
    await refused(ExperimentDraftState, {})


async def test_a_draft_says_what_it_will_run_and_what_that_costs(
    tab: Tab, dataset: str, support: Prompt, services: Services, owner: Operator
) -> None:
    made = await drafted(tab, services, owner, support, split="test", repetitions="2", budget="2.5", rate="600")
    page = await shown(tab, made)
    assert {one.name: one.words for one in page.held} == {
        "Rows": "Returns, its newest version, split test",
        "Scored by": "exact and judge (by the project's model)",
        "Repetitions": "2 of each row",
        "Pace": "10 at once, 600 a minute",
        "Budget": "$2.50",
        "Early stop": "off",
    }
    assert [(one.name, one.is_baseline) for one in page.asked] == [("production", True), ("v2", False)]
    assert page.asked[0].words.startswith("Support v1, ")
    assert page.asked[0].words.endswith(", follows production")
    assert page.plan.warnings == [
        "judge: the built-in model judges, which is small and often wrong at it.",
        "judge judges its own answers; choose another model as judge.",
    ]
    assert (page.plan.figures[0].note, page.problem) == ("3 rows x 2 variants x 2 repetitions", "")
    await services.prompts.delete(owner, support.id)
    gone = await shown(tab, made)
    assert ("Prompt not found" in gone.problem, gone.asked[0].words) == (True, "a prompt, follows production")
    await gone.ask_delete()
    assert "/experiments" in str(await gone.delete())
    assert (await services.experiments.list(owner)).items == []
    assert await gone.delete() is None


def test_a_variant_is_told_with_what_it_follows_and_how_it_runs() -> None:
    flow = VariantDraft("a", flow=FlowChoice("desk"))
    assert variant_words(flow, "Desk v3") == "Desk v3, follows what is published"
    text = VariantDraft("b", PromptChoice("Hi"), model="p:mini", parameters={"max_tokens": 9, "json_schema": {"a": 1}})
    assert variant_words(text, "") == "inline prompt, mini, max tokens 9, with a JSON schema"


async def test_an_edited_draft_stays_the_same_experiment(
    tab: Tab, dataset: str, support: Prompt, services: Services, owner: Operator
) -> None:
    made = await drafted(tab, services, owner, support, budget="2.5")
    await services.experiments.set_budget(owner, made.id, Decimal(7))
    form = await opened(tab, f"?draft={made.id}")
    assert (form.name, form.numbers["budget"], form.draft_name, form.outdated) == (made.name, "7", made.name, "")
    await form.choose_act(SAVE)  # whose press sends nothing, as long as a field that must be filled is empty
    await form.choose_act(PLAN)
    assert (await form.send(entries(form, name="Planned")), form.planned) == (None, "Planned.")
    assert (await services.experiments.get(owner, made.id)).name == made.name
    drawn = str(plan_panel("form").render())
    assert drawn.count("choose_act") == drawn.count('type:"submit"') == 4, "no button leaves it to the one before"
    await form.choose_act(SAVE)
    assert f"/experiments/{made.id}" in str(await form.send(entries(form, name="Unplanned")))
    (kept,) = (await services.experiments.list(owner)).items
    assert (kept.id, kept.name, kept.status.value) == (made.id, "Unplanned", "draft")
    sent = entries(form, name="Better", repetitions="3")
    assert await form.send(sent) is None
    assert f"/experiments/{made.id}" in str(await form.send(sent))
    (kept,) = (await services.experiments.list(owner)).items
    assert (kept.id, kept.name, kept.draft.repetitions, kept.budget) == (made.id, "Better", 3, Decimal(7))


async def test_what_changed_or_began_meanwhile_is_not_written_over(
    tab: Tab, dataset: str, support: Prompt, services: Services, owner: Operator
) -> None:
    made = await drafted(tab, services, owner, support)
    page, form = await shown(tab, made), await opened(tab, f"?draft={made.id}")
    sent = entries(form, name="Mine")
    await form.send(sent)
    theirs = await services.experiments.change(owner, made.id, replace(made.draft, name="Theirs"))
    await page.ask_delete()
    for act in (page.start, page.delete):
        assert "Somebody changed this draft meanwhile." in str(await act())
    assert await form.send(sent) is None
    assert form.outdated == "Somebody changed this draft meanwhile."
    await form.choose_act(START)
    await form.send(sent)
    mine, kept = (await services.experiments.list(owner)).items
    assert (mine.name, mine.status.value, kept.id, kept.name) == ("Mine", "queued", made.id, "Theirs")
    page = await shown(tab, theirs)
    await services.experiments.start(owner, made.id)
    await page.ask_delete()
    assert "cannot be deleted" in str(await page.delete())
    begun = await opened(tab, f"?draft={made.id}")
    assert (begun.outdated, begun.name) == ("It has begun already.", "Theirs, copy")
