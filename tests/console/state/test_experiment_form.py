"""The form of an experiment: what it offers, what is entered, and what is told before anything is paid."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from backend.bootstrap import Services
from backend.experiments.types import FlowChoice, PromptChoice, VariantDraft
from backend.operator import Operator
from backend.prompts.types import Content, NewPrompt, Prompt
from console.components.experiments.form import FORM, experiment_form
from console.state.experiment import ExperimentState
from console.state.experiment_form import ExperimentFormState
from console.state.experiment_promote import ExperimentPromoteState
from console.state.experiment_require import ExperimentRequireState
from console.state.experiment_variants import FLOW, INLINE, MANAGED, variant_of
from console.state.experiment_variants import shown as shown_variant
from tests.console.experimenting import dataset, entries, made_of, opened, owner, support
from tests.console.tab import Tab, refused, tab
from tests.factories import flows

__all__ = ["dataset", "owner", "support", "tab"]


async def test_the_browser_draws_a_form_that_is_opened_again_anew(tab: Tab, support: Prompt, dataset: str) -> None:
    drawn = [(await opened(tab, query)).drawn for query in (f"?prompt={support.id}", "", "")]
    assert len(set(drawn)) == 3
    form = next(one for one in experiment_form().children if one.id == FORM)
    assert str(form.key) == str(ExperimentFormState.drawn)


@pytest.mark.parametrize("kind", [ExperimentFormState, ExperimentPromoteState, ExperimentRequireState, ExperimentState])
async def test_an_anonymous_tab_reaches_no_handler(services: Services, kind: Any) -> None:
    await refused(kind, {} if kind is ExperimentRequireState else {"send": [{}], "plan_anew": [{}]})


async def test_a_prompt_begins_beside_its_production(
    services: Services, owner: Operator, tab: Tab, dataset: str, support: Prompt
) -> None:
    form = await opened(tab, f"?prompt={support.id}")
    assert (form.phase, form.name, form.dataset) == ("ready", "Support v2", dataset)
    assert [(one.kind, one.subject, one.version) for one in form.variants] == [
        (MANAGED, support.id, "label:production"),
        (MANAGED, support.id, "version:2"),
    ]
    assert [one.value for one in form.variants[0].versions] == ["label:production", "version:2", "version:1"]
    assert ([one.value for one in form.splits], form.dataset_versions[0].value) == (["test"], "1")
    other = await services.prompts.create(owner, NewPrompt("Other", Content(text="Say {{ question }}.")))
    for text in ("Tell {{ question }}.", "Whisper {{ question }}."):
        await services.prompts.save_version(owner, other.id, Content(text=text))
    for one in form.variants:
        await form.pick_subject(one.key, other.id)
    assert [one.version for one in form.variants] == ["version:2", "version:3"]


async def test_the_plan_names_rows_that_lack_a_variable_and_then_it_is_made(
    tab: Tab, dataset: str, support: Prompt, services: Services, owner: Operator
) -> None:
    form = await opened(tab, f"?prompt={support.id}")
    sent = entries(form, budget="2.5", early="on", repetitions="2", split="test")
    assert await form.send(sent) is None
    figures = {one.name: one for one in form.plan.figures}
    assert (figures["Answers"].value, figures["Answers"].note) == ("12", "3 rows x 2 variants x 2 repetitions")
    assert figures["Smallest difference it can tell"].value.endswith(" points")
    budget = figures["Budget"]
    assert (budget.value, budget.note, figures["Early stop"].value) == ("$2.50", "answers under way may pass it", "on")
    assert form.plan.missing[0] == "Row 2 lacks name for v2"
    assert form.plan.notes[0].endswith(": no earlier answers, so 200 tokens and 3 s each are supposed.")
    assert len(form.plan.missing) == 3
    assert await form.send(sent | {"name": "Other"}) is None
    assert form.planned.startswith("The plan was updated")
    assert await form.send(sent | {"name": "Other"}) is not None
    made = (await services.experiments.list(owner)).items[0]
    assert (made.name, made.budget, made.draft.early_stop, made.draft.split) == ("Other", Decimal("2.5"), True, "test")
    assert [one.prompt for one in made.draft.variants] == [
        PromptChoice(id=support.id, label="production"),
        PromptChoice(id=support.id, version=2),
    ]
    again = await opened(tab, f"?like={made.id}")
    assert again.name == "Other, copy"
    assert [one.name for one in again.variants] == ["", ""]  # nobody named them, and another version has another name
    assert await again.send(entries(again)) is None
    assert await again.send(entries(again)) is not None
    copies = (await services.experiments.list(owner)).items
    assert copies[0].draft == replace(copies[1].draft, name=again.name)
    assert (await opened(tab, f"?like={copies[0].id}")).name == "Other, copy 2"


async def test_kinds_of_variants_mix(
    tab: Tab, dataset: str, support: Prompt, services: Services, owner: Operator
) -> None:
    await services.flows.create(owner, "Desk", document=flows.echo())
    form = await opened(tab)
    await form.add_variant(INLINE)
    await form.add_variant(FLOW)
    assert [one.letter for one in form.variants] == ["A", "B", "C", "D"]
    await form.remove_variant(form.variants[0].key)
    inline, flow = form.variants[1:]
    sent = entries(form, **{
        f"{inline.key}.template": "Say {{ question }}", f"{inline.key}.temperature": "0.2",
        f"{inline.key}.stop": "END\nSTOP", "baseline": flow.key,
    })  # fmt: skip
    await form.send({**sent, f"{flow.key}.passages": "many"})
    assert form.errors == {f"{flow.key}-passages": "Passages is a whole number."}
    await form.send({**sent, f"{flow.key}.passages": "7"})
    assert form.errors == {flow.key: "No node of this flow searches a knowledge base."}
    await form.send({**sent, f"{flow.key}.model": "scripted:scripted"})
    assert form.errors == {f"{flow.key}-model": "No node of this flow asks a model."}
    await form.send(sent)
    assert form.errors == {}
    await form.send(sent)
    made = (await services.experiments.list(owner)).items[0]
    assert [one.name for one in made.draft.variants] == ["v2", "B", "draft"]
    assert made.draft.variants[1].parameters == {"temperature": 0.2, "stop": ["END", "STOP"]}
    assert (made.draft.variants[2].flow, made.baseline) == (FlowChoice("desk", "draft"), "draft")


def test_what_a_flow_asks_and_searches_in_place_of_its_own_is_shown_and_sent_again() -> None:
    made = VariantDraft("other", flow=FlowChoice("desk", 3, "kb_1", 7, "keyword"), model="lab:echo")
    line = replace(shown_variant(made), key="f1", at="variants.0")
    names = ("name", "subject", "version", "model", "knowledge_base", "passages", "search")
    assert variant_of(line, {f"f1.{name}": getattr(line, name) for name in names}) == made


async def test_a_refusal_stands_at_what_it_is_about(tab: Tab, dataset: str) -> None:
    form = await opened(tab)
    await form.add_evaluator("regex")
    texts = {f"{one.key}.template": "{{ question }}" for one in form.variants}
    second = form.variants[1].key
    pattern = f"{form.evaluators[1].key}.pattern"
    assert f'"{pattern}"' in str((await form.send(entries(form, **texts, **{pattern: "("}))).args)
    assert "not a regular expression" in form.errors[pattern]
    await form.send(entries(form, **{**texts, f"{second}.temperature": "hot"}))
    assert form.errors == {f"{second}-temperature": "Temperature is a number."}
    await form.send(entries(form, repetitions="many"))
    assert [one.label for one in form.wrong] == ["Text of variant A", "Text of variant B", "Repetitions"]
    told = await form.send(entries(form, **texts, repetitions="0", **{pattern: "a"}))
    assert form.errors == {"xf-repetitions": "There are 1 to 30 repetitions."}
    assert '"xf-repetitions"' in str(told.args)
    assert await form.send(entries(form, **texts, **{pattern: "a"})) is None
    assert (form.errors, form.wrong) == ({}, [])


async def test_a_draft_shows_its_plan_and_copies_of_it_begin_alike(
    tab: Tab, dataset: str, support: Prompt, services: Services, owner: Operator
) -> None:
    form = await opened(tab, f"?prompt={support.id}")
    made = await made_of(services, form, entries(form))
    page = tab.at(f"/experiments/{made.id}").state(ExperimentState)
    assert [event async for event in page.load()] == [None, None]
    assert (page.phase, page.line.status, page.cards) == ("ready", "draft", [])
    await services.experiments.start(owner, made.id)
    assert ("Ask the rest" in str((await page.cancel()).args), page.line.retry) == (True, "Ask the rest")


async def test_a_variant_says_on_which_model_its_version_is_asked(
    tab: Tab, support: Prompt, services: Services, owner: Operator
) -> None:
    await services.prompts.save_version(owner, support.id, Content(text="Say {{ question }}.", model="lab:large"))
    form = await opened(tab, f"?prompt={support.id}")
    assert [(one.version, one.own) for one in form.variants] == [("label:production", ""), ("version:3", "large")]
    first, second = (one.key for one in form.variants)
    await form.pick_version(first, "version:3")
    await form.pick_version(second, "version:2")
    assert [one.own for one in form.variants] == ["large", ""]
