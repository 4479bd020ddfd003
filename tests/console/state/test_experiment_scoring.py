"""Answers that are there are scored anew on the page, and none of them is asked for again."""

from __future__ import annotations

from backend.bootstrap import Services
from backend.experiments.types import Draft, Experiment, PromptChoice, Status, VariantDraft
from backend.operator import Operator
from tests.console.experimenting import dataset, made_of, opened, owner, support
from tests.console.experimenting import shown as shown_page
from tests.console.state.test_experiment_draft import shown
from tests.console.tab import Tab, lost_in_a_store, tab

__all__ = ["dataset", "owner", "support", "tab"]


async def answered(services: Services, owner: Operator, dataset: str) -> Experiment:
    variants = tuple(VariantDraft(name, prompt=PromptChoice(template=f"{name} {{{{ question }}}}")) for name in "ab")
    made = await services.experiments.create(owner, Draft("Returns", dataset, variants, ({"kind": "exact"},)))
    await services.experiments.carry_out(owner, made.id)
    return await services.experiments.get(owner, made.id)


async def test_other_evaluators_score_the_answers_of_an_experiment(
    tab: Tab, services: Services, owner: Operator, dataset: str
) -> None:
    first = await answered(services, owner, dataset)
    form = await opened(tab, f"?scores={first.id}")
    assert (form.answers, form.name) == ("Returns", "Returns, scored again")
    assert [one.kind for one in form.evaluators] == ["exact"]
    await form.add_evaluator("contains")
    value = f"{form.evaluators[-1].key}.values"
    sent = {"name": "By words", value: "q1", "concurrency": "3"}
    await form.send(sent)
    assert next((one.name, one.value, one.note) for one in form.plan.figures) == (
        "Answers", "8", "there already, none is asked for again"
    )  # fmt: skip
    await form.send(sent)
    made = (await services.experiments.list(owner)).items[0]
    assert (made.name, made.draft.answers_of, made.draft.concurrency) == ("By words", first.id, 3)
    assert [one.name for one in made.draft.variants] == ["a", "b"]
    page = await shown(tab, made)
    assert next((one.name, one.words, one.href) for one in page.held) == (
        "Answers", "those of Returns", f"/experiments/{first.id}"
    )  # fmt: skip
    again = await opened(tab, f"?draft={made.id}")
    assert (again.answers, again.draft_id) == ("Returns", made.id)
    await made_of(services, again, {**sent, "name": "By a word", f"{again.evaluators[-1].key}.values": "q1"})
    await services.experiments.carry_out(owner, made.id)
    done = await services.experiments.get(owner, made.id)
    assert (done.name, done.status, done.progress.num_done, done.progress.cost) == ("By a word", Status.DONE, 8, 0)
    found = await shown_page(tab, made)
    assert found.since is not None
    assert (found.since.name, found.since.href, found.since.judges) == ("Returns", f"/experiments/{first.id}", "")
    assert lost_in_a_store(tab.root) == []


async def test_what_scored_a_deleted_experiment_says_so(
    tab: Tab, services: Services, owner: Operator, dataset: str
) -> None:
    first = await answered(services, owner, dataset)
    made = await services.experiments.score_again(owner, first.id, ({"kind": "exact"},))
    await services.experiments.delete(owner, first.id)
    page = await shown(tab, made)
    assert page.held[0].words == "those of an experiment that was deleted"
    assert "was deleted" in page.problem
    form = await opened(tab, f"?draft={made.id}")
    assert (form.phase, form.answers) == ("ready", "an experiment that was deleted")
