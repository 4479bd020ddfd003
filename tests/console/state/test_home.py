"""The home follows what is in work."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.bootstrap import Services
from backend.columns import utc_now
from backend.datasets.types import About
from backend.experiments.types import Draft, Experiment, PromptChoice, Status, VariantDraft
from backend.flows.types import Run, RunWish
from backend.knowledge.types import DocumentStatus
from backend.operator import Operator
from backend.overview.types import Home, InWork
from console.state.home import HomeState
from tests.backend.knowledge.conftest import Desk, desk
from tests.console.tab import Tab, tab
from tests.factories.flows import greeting

__all__ = ["desk", "tab"]


async def test_a_document_that_failed_can_be_deleted_and_brought_back(desk: Desk, services: Services, tab: Tab) -> None:
    await desk.set_status(await desk.add("setup.exe", b"MZ"), DocumentStatus.FAILED)
    state = tab.state(HomeState)
    await state.load()
    (line,) = [one for one in state.needs if one.document]
    assert (line.name, line.href) == ("setup.exe", f"/documents/{line.document}")
    assert line.may_retry
    await state.delete(line.document)
    assert ([one for one in state.needs if one.document], state.gone_name) == ([], "setup.exe")
    await state.undo()
    await state.load()
    assert ([one.document for one in state.needs], state.gone) == ([line.document], "")


@pytest.fixture
async def person(services: Services) -> Operator:
    return await services.identity.ensure_owner()


async def test_the_home_is_read_again_only_once_something_began_or_ended(
    services: Services, tab: Tab, person: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    in_work: list[Run] = []
    experiments: list[Experiment] = []
    home = services.overview.home
    await services.flows.create(person, "Desk", document=greeting())
    await services.runs.run(person, "desk", RunWish({"question": "you"}, "draft"))
    [run] = (await services.runs.list(person)).items
    compared = await under_way(services, person)

    async def count(operator: Operator) -> Home:
        read.append(operator.project_id)
        return await home(operator)

    async def told(_: Operator) -> InWork:
        return InWork(utc_now(), [], in_work, experiments)

    monkeypatch.setattr(services.overview, "home", count)
    monkeypatch.setattr(services.overview, "in_work", told)
    state = tab.state(HomeState)
    await state.load()
    for in_work[:], times in (([], 1), ([run], 2), ([run], 2), ([], 3)):
        await state._follow(person)
        assert ([row.id for row in state.runs], len(read)) == ([one.id for one in in_work], times)
    experiments.append(compared)
    await state._follow(person)
    [row] = state.experiments
    assert (row.name, row.left, row.percent, len(read)) == ("Which", "3 of 8 answers, about 12 s left", 37, 4)
    assert row.href == f"/experiments/{compared.id}"


async def under_way(services: Services, person: Operator) -> Experiment:
    made = await services.datasets.create(person, About("Greetings"))
    variants = (VariantDraft("a", PromptChoice("{{ q }}")), VariantDraft("b", PromptChoice("{{ q }}?")))
    kept = await services.experiments.create(person, Draft("Which", made.id, variants))
    told = replace(kept.progress, num_cells=8, num_done=2, num_failed=1, eta_seconds=12.0)
    return replace(kept, status=Status.RUNNING, progress=told)
