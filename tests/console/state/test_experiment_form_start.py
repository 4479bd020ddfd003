"""From the plan of an experiment to its start."""

from __future__ import annotations

from typing import Any

import pytest

from backend.bootstrap import Services
from backend.datasets.types import About, NewItem
from backend.experiments.types import Draft, PromptChoice, VariantDraft
from backend.operator import Operator
from backend.prompts.types import Content, NewPrompt, Prompt
from backend.providers.types import ModelDraft, ProviderDraft
from backend.turns.types import NewTest
from console.state.experiment_again import ExperimentAgainState
from console.state.experiment_entries import SAVE, START
from tests.console.experimenting import answered, dataset, entries, opened, owner, shown, support
from tests.console.tab import Tab, tab
from tests.factories.conversations import chat as said
from tests.factories.flows import chat, greeting

__all__ = ["dataset", "owner", "support", "tab"]


async def test_what_is_made_starts_where_that_was_wished(
    tab: Tab, dataset: str, support: Prompt, services: Services, owner: Operator
) -> None:
    form = await opened(tab, f"?prompt={support.id}")
    assert form.may_run is True
    await form.send(entries(form))
    await form.choose_act(SAVE)
    assert len(await form.send(entries(form))) == 1
    await form.choose_act(START)
    await form.plan_anew(entries(form, name="Again", repetitions="2"))
    assert (form.planned, form.plan.figures[0].value) == ("The plan was updated because the form had changed.", "16")
    await form.send(entries(form, name="Again"))
    assert len(await form.send(entries(form, name="Again"))) == 1
    found = (await services.experiments.list(owner)).items
    assert [(one.name, one.shown_status) for one in found] == [("Again", "running"), ("Support v2", "draft")]


async def test_the_form_opens_before_there_is_a_dataset(tab: Tab, support: Prompt) -> None:
    form = await opened(tab, f"?prompt={support.id}")
    assert (form.problem.words, form.datasets, [one.kind for one in form.evaluators]) == ("", [], ["exact"])


async def test_what_cannot_start_is_kept_and_says_why(
    tab: Tab, support: Prompt, services: Services, owner: Operator
) -> None:
    await services.datasets.create(owner, About("Empty"))
    form = await opened(tab, f"?prompt={support.id}")
    await form.send(entries(form))
    await form.choose_act(START)
    made = await form.send(entries(form))
    assert (len(made), "The dataset has no rows here." in str(made[1])) == (2, True)
    assert [one.shown_status for one in (await services.experiments.list(owner)).items] == ["draft"]


@pytest.mark.parametrize(
    ("expected", "kind", "note"),
    [
        ("Paris", "exact", ""),
        ("within 14 days", "contains", "no whole sentence equals"),
        ({"answer": "within 14 days"}, "contains", "no whole sentence equals"),
        ("東京", "exact", ""),
        ("You may send it back within thirty days, and we pay the parcel.", "similarity", "their meaning is compared"),
        ({"city": "Paris", "country": "France"}, "json_equal", ""),
        (None, None, "No row says what is expected"),
    ],
)
async def test_the_form_begins_with_what_fits_the_rows(
    tab: Tab, services: Services, owner: Operator, *, expected: Any, kind: str | None, note: str
) -> None:
    made = await services.datasets.create(owner, About("Cities"))
    await services.datasets.add_items(
        owner, made.id, [NewItem({"question": f"q{number}"}, expected) for number in range(3)]
    )
    form = await opened(tab)
    assert [one.kind for one in form.evaluators] == ([kind] if kind else [])
    assert note in form.scoring_note
    assert bool(note) is bool(form.scoring_note)
    await form.add_evaluator("latency")
    await form.add_evaluator("cost")
    await form.decide_by(form.evaluators[-1].key)
    assert [one.kind for one in form.evaluators] == ["cost", *([kind] if kind else []), "latency"]
    assert [one.at for one in form.evaluators] == [f"evaluators.{at}" for at in range(len(form.evaluators))]


async def test_a_few_phrases_that_repeat_are_classes_to_be_equalled(
    tab: Tab, services: Services, owner: Operator
) -> None:
    made = await services.datasets.create(owner, About("Urgency"))
    phrases = ["not urgent", "very urgent"] * 3
    rows = [NewItem({"question": f"q{number}"}, phrase) for number, phrase in enumerate(phrases)]
    await services.datasets.add_items(owner, made.id, rows)
    assert [one.kind for one in (await opened(tab)).evaluators] == ["exact"]


async def test_a_new_one_is_scored_as_the_newest_over_its_rows(
    tab: Tab, dataset: str, support: Prompt, services: Services, owner: Operator
) -> None:
    await answered(services, tab, support)
    variant = VariantDraft("only", PromptChoice(template="{{ question }}"))
    kinds = ({"kind": "contains", "whole": True},)
    later = await services.experiments.create(owner, Draft("Later", dataset, (variant,), kinds))
    form = await opened(tab, f"?dataset={dataset}")
    assert form.name == "Returns"
    assert ([one.kind for one in form.evaluators], "Support v2" in form.scoring_note) == (["exact"], True)
    await services.experiments.start(owner, later.id)
    await services.experiments.carry_out(owner, later.id)
    form = await opened(tab, f"?dataset={dataset}")
    assert ([one.kind for one in form.evaluators], "Later" in form.scoring_note) == (["contains"], True)
    assert next(field.checked for field in form.evaluators[0].own if field.name == "whole")


@pytest.mark.usefixtures("support")
async def test_a_prompt_that_reads_the_rows_is_asked_first(
    tab: Tab, dataset: str, services: Services, owner: Operator
) -> None:
    async def made(name: str, text: str) -> str:
        return (await services.prompts.create(owner, NewPrompt(name, Content(text=text)))).id

    async def asked() -> set[str]:
        return {one.subject for one in (await opened(tab, f"?dataset={dataset}")).variants}

    await made("About reviews", "Rate {{ review }}")
    await made("Bare", "Say hello.")
    listed = (await opened(tab, f"?dataset={dataset}")).prompts
    assert await asked() == {listed[0].value}, "the first of the list where none reads the rows: support needs a name"
    older, newer = await made("Last", "Say {{ question }}"), await made("Newest", "{{ question }}?")
    assert await asked() == {newer} != {older}
    await services.prompts.save_version(owner, older, Content(text="Do say {{ question }}"))
    assert await asked() == {older}


async def test_a_correction_begins_with_a_judge_where_a_model_is_connected(
    tab: Tab, services: Services, owner: Operator
) -> None:
    turn = await said(services.conversations, services.units, owner)
    kept = await services.turns.keep(owner, turn.answer_id, NewTest("Within 30 days.", dataset_name="From the log"))
    form = await opened(tab, f"?dataset={kept.dataset_id}")
    assert [one.kind for one in form.evaluators] == ["similarity"]
    assert "their meaning is compared" in form.scoring_note
    place = ProviderDraft("Lab", "http://127.0.0.1:9", (ModelDraft("big"),), allow_private_address=True)
    await services.providers.create(owner, place)
    form = await opened(tab, f"?dataset={kept.dataset_id}")
    [judge] = form.evaluators
    rubric = next(one.value for one in judge.own if one.name == "rubric")
    assert (judge.kind, rubric.startswith("The answer says the same")) == ("judge", True)
    assert "a model judges whether an answer says the same" in form.scoring_note


async def test_rows_of_which_every_answer_failed_stand_there_with_the_reasons(
    tab: Tab, dataset: str, services: Services, owner: Operator
) -> None:
    kept = await services.prompts.create(owner, NewPrompt("Short", Content(text="Answer {{ nobody }}.")))
    made = await answered(services, tab, kept)
    page = await shown(tab, made)
    assert (page.line.status, page.cards, page.group) == ("failed", [], "all")
    assert [(one.row, "nobody" in one.why, one.mark) for one in page.rows] == [
        (number, True, "fail") for number in range(1, 5)
    ]
    assert page.row.old.reason == page.row.new.reason != ""
    assert [(one.mark, one.words, one.said) for one in (page.row.old, page.row.new)] == [("fail", "Failed", [])] * 2
    again = tab.state(ExperimentAgainState)
    await again.ask()
    assert (again.opened, again.name, again.plan.figures[0].value) == (True, "Short v1, run 2", "8")
    assert len((await services.experiments.list(owner)).items) == 1
    said = await again.send()
    started = (await services.experiments.list(owner)).items[0]
    assert (started.name, started.id in str(said), again.opened) == ("Short v1, run 2", True, False)
    assert await again.send() is None  # the second click of two
    assert len((await services.experiments.list(owner)).items) == 2


async def test_what_compares_words_begins_without_minding_the_case(tab: Tab, dataset: str) -> None:
    form = await opened(tab)
    for kind in ("exact", "contains"):
        await form.add_evaluator(kind)
    cases = [field.checked for one in form.evaluators for field in one.own if field.name == "ignore_case"]
    assert (len(cases) >= 2, all(cases)) == (True, True)


async def test_whole_words_are_looked_for_where_single_ones_are_expected(
    tab: Tab, services: Services, owner: Operator, dataset: str
) -> None:
    form = await opened(tab)

    def is_whole() -> bool:
        return next(field.checked for field in form.evaluators[-1].own if field.name == "whole")

    told: list[tuple[Any, bool]] = [
        ("no", True), (3, True), ({"answer": "no"}, True), (["yes", "no"], True),
        ("Not now", False), (["yes", "of course"], False), ("東京", False), (None, False),
    ]  # fmt: skip
    for expected, whole in told:
        made = await services.datasets.create(owner, About(f"Expects {expected}"))
        await services.datasets.add_items(owner, made.id, [NewItem({"question": "q"}, expected)])
        await form.pick_dataset(made.id)
        await form.add_evaluator("contains")
        assert is_whole() is whole, expected
    variant = VariantDraft("only", PromptChoice(template="{{ question }}"))
    draft = Draft("Before", dataset, (variant,), ({"kind": "contains"},))
    form = await opened(tab, f"?like={(await services.experiments.create(owner, draft)).id}")
    assert not is_whole(), "what was made means what it meant"


async def test_the_form_begins_with_the_flow_that_answered(tab: Tab, services: Services, owner: Operator) -> None:
    dataset = await services.datasets.create(owner, About("Bad answers"))
    await services.flows.create(owner, "Desk", document=chat())
    made = await services.flows.get(owner, "desk")
    form = await opened(tab, f"?dataset={dataset.id}&flow={made.id}")
    assert (form.dataset, [(one.kind, one.subject) for one in form.variants]) == (dataset.id, [("flow", "desk")])
    assert [one.version for one in form.variants] == ["draft"]
    form = await opened(tab, f"?dataset={dataset.id}&flow=gone")
    assert [(one.kind, one.subject) for one in form.variants] == [("flow", "")]


async def test_a_flow_is_asked_as_it_is_published_beside_what_else_there_is_of_it(
    tab: Tab, services: Services, owner: Operator
) -> None:
    dataset = await services.datasets.create(owner, About("Bad answers"))
    made = (await services.flows.create(owner, "Desk", document=chat())).id

    async def asked() -> list[str]:
        form = await opened(tab, f"?dataset={dataset.id}&flow={made}")
        assert form.name == "Desk"
        assert {(one.kind, one.subject) for one in form.variants} == {("flow", "desk")}
        return [one.version for one in form.variants]

    await services.flows.publish(owner, "desk")
    assert await asked() == ["published"], "there is no other"
    kept = await services.flows.get(owner, "desk")
    await services.flows.save_draft(owner, "desk", greeting(), kept.draft_version)
    assert await asked() == ["published", "draft"]
    await services.flows.publish(owner, "desk")
    assert await asked() == ["1", "published"], "the draft is what is published"
