"""From the plan of an experiment to its start."""

from __future__ import annotations

from backend.bootstrap import Services
from backend.datasets.types import About
from backend.operator import Operator
from backend.prompts.types import Content, NewPrompt, Prompt
from console.state.experiment import ExperimentState
from tests.console.state.test_experiment_form import dataset, entries, opened, owner, support
from tests.console.tab import Tab, tab

__all__ = ["dataset", "owner", "support", "tab"]


async def test_what_is_made_starts_where_that_was_wished(
    tab: Tab, dataset: str, support: Prompt, services: Services, owner: Operator
) -> None:
    form = await opened(tab, f"?prompt={support.id}")
    assert form.may_run is True
    await form.send(entries(form))
    await form.choose_start(starts=False)
    assert len(await form.send(entries(form))) == 1
    await form.choose_start(starts=True)
    await form.send(entries(form, name="Again"))
    assert form.planned == "The plan was updated because the form had changed."
    assert len(await form.send(entries(form, name="Again"))) == 1
    found = (await services.experiments.list(owner)).items
    assert [(one.name, one.shown_status) for one in found] == [("Again", "running"), ("Support v2", "draft")]


async def test_what_cannot_start_is_kept_and_says_why(
    tab: Tab, support: Prompt, services: Services, owner: Operator
) -> None:
    await services.datasets.create(owner, About("Empty"))
    form = await opened(tab, f"?prompt={support.id}")
    await form.send(entries(form))
    await form.choose_start(starts=True)
    made = await form.send(entries(form))
    assert (len(made), "The dataset has no rows here." in str(made[1])) == (2, True)
    assert [one.shown_status for one in (await services.experiments.list(owner)).items] == ["draft"]


async def test_rows_of_which_every_answer_failed_stand_there_with_the_reasons(
    tab: Tab, dataset: str, services: Services, owner: Operator
) -> None:
    kept = await services.prompts.create(owner, NewPrompt("Short", Content(text="Answer {{ nobody }}.")))
    form = await opened(tab, f"?prompt={kept.id}")
    for _ in range(2):
        await form.send(entries(form))
    made = (await services.experiments.list(owner)).items[0]
    await services.experiments.carry_out(owner, made.id)
    page = tab.at(f"/experiments/{made.id}").state(ExperimentState)
    [_ async for _ in page.load()]
    assert (page.line.status, page.cards, page.group) == ("failed", [], "all")
    assert [(one.row, "nobody" in one.why, one.mark) for one in page.rows] == [
        (number, True, "fail") for number in range(1, 5)
    ]
    assert page.row.old.reason == page.row.new.reason != ""
