"""An experiment from the form of a new one to its page, as a browser leads there."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from backend.bootstrap import Services
from backend.datasets.types import About, NewItem
from backend.experiments.models import ExperimentCellRow
from backend.experiments.types import Experiment
from backend.operator import Operator
from backend.ports.jobs import BY_ID
from backend.prompts.types import Content, NewPrompt, Prompt
from console.state.experiment import ExperimentState
from console.state.experiment_form import ExperimentFormState
from tests.console.tab import Tab, spent


@pytest.fixture
async def owner(services: Services) -> Operator:
    return await services.identity.ensure_owner()


@pytest.fixture
async def dataset(services: Services, owner: Operator) -> str:
    made = await services.datasets.create(owner, About("Returns"))
    rows = [NewItem({"question": f"q{number}"}, f"a{number}", split="test" if number else "") for number in range(4)]
    await services.datasets.add_items(owner, made.id, rows)
    return made.id


@pytest.fixture
async def support(services: Services, owner: Operator) -> Prompt:
    """Return a prompt whose first version is in production; rows lack what its second one reads."""
    made = await services.prompts.create(owner, NewPrompt("Support", Content(text="Answer {{ question }}.")))
    await services.prompts.set_label(owner, made.id, "production", 1)
    await services.prompts.save_version(owner, made.id, Content(text="Answer {{ question }} for {{ name }}."))
    return await services.prompts.get(owner, made.id)


async def opened(tab: Tab, query: str = "") -> Any:
    """Return the form of a new experiment."""
    form = tab.at(f"/experiments/new{query}").state(ExperimentFormState)
    await form.load()
    return form


def entries(form: Any, **more: str) -> dict[str, str]:
    """Return what a browser would send of an untouched form."""
    sent = {"name": form.name or "Try", "dataset": form.dataset, **form.numbers}
    for one in form.variants:
        names = ("name", "subject", "version", "template", "system", "model", "temperature", "max_tokens", "stop")
        sent |= {f"{one.key}.{name}": getattr(one, name) for name in names}
    for one in form.evaluators:
        for line in (*one.own, *one.first, *one.folded):
            sent |= {line.key: line.value} if line.kind != "switch" else {line.key: "on"} if line.checked else {}
    return sent | more


async def made_of(services: Services, form: Any, sent: dict[str, str]) -> Experiment:
    """Plan what was entered, then make it."""
    for _ in range(2):
        await form.send(sent)
    return (await services.experiments.list(await services.identity.ensure_owner())).items[0]


async def answered(services: Services, tab: Tab, prompt: Prompt, **more: str) -> Experiment:
    """Return an experiment that was begun on the page of a prompt, made, and carried out."""
    form = await opened(tab, f"?prompt={prompt.id}")
    made = await made_of(services, form, entries(form, **more))
    await services.experiments.carry_out(await services.identity.ensure_owner(), made.id)
    return made


async def shown(tab: Tab, made: Experiment) -> Any:
    """Return the page of an experiment."""
    page = tab.at(f"/experiments/{made.id}").state(ExperimentState)
    await spent(page.load())
    return page


async def passing(services: Services, made: Experiment, upto: dict[int, int]) -> None:
    """Let the answers to the first so many rows be exact, by the place of their variant."""
    cell = ExperimentCellRow
    async with services.experiments._units.write(BY_ID) as work:
        for variant, number in upto.items():
            theirs = (col(cell.experiment_id) == made.id, col(cell.variant) == variant, col(cell.row) <= number)
            score: dict[str, Any] = {"exact": {"value": 1.0, "passed": True}}
            await work.session.exec(update(cell).where(*theirs).values(scores=score))
