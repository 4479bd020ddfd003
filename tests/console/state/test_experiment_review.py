"""Score by hand what waits: in order, blind, and back again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from backend.bootstrap import Services
from backend.datasets.types import About, NewItem
from backend.errors import Forbidden
from backend.experiments.types import Asked, Draft, Experiment, PromptChoice, VariantDraft
from backend.identity.permissions import Role
from backend.operator import Operator
from console.state.experiment_review import ExperimentReviewState, _keys
from tests.console.tab import Tab, refused, tab
from tests.factories.people import join

__all__ = ["tab"]


@pytest.fixture
async def owner(services: Services) -> Operator:
    return await services.identity.ensure_owner()


@pytest.fixture
async def done(services: Services, owner: Operator) -> Experiment:
    dataset = await services.datasets.create(owner, About("Returns"))
    await services.datasets.add_items(owner, dataset.id, [NewItem({"question": f"q{at}"}, f"a{at}") for at in range(2)])
    draft = Draft(
        "Support",
        dataset.id,
        (VariantDraft("only", PromptChoice(template="{{ question }}")),),
        ({"kind": "human", "name": "Helpful"}, {"kind": "human", "name": "Stars", "min": 1, "max": 5}),
    )
    made = await services.experiments.create(owner, draft)
    await services.experiments.carry_out(owner, made.id)
    return await services.experiments.get(owner, made.id)


async def opened(tab: Tab, of: Experiment) -> Any:
    page = tab.at(f"/reviews/{of.id}").state(ExperimentReviewState)
    await page.load()
    return page


async def test_an_anonymous_tab_reaches_no_handler(services: Services) -> None:
    await refused(ExperimentReviewState, {"send": [{}]})


async def test_each_question_is_asked_of_each_answer(
    services: Services, owner: Operator, done: Experiment, tab: Tab
) -> None:
    page = await opened(tab, done)
    assert (page.phase, page.left, page.line.question, page.line.expected) == (
        "ready",
        "0 of 2 answers scored",
        "q0",
        "a0",
    )
    assert "only" not in repr(page.line)
    first = page.line.number
    await page.explain("Says it all")
    await page.score(first, "1")
    assert (page.line.number, page.line.name, [one.key for one in page.line.buttons]) == (first, "Stars", list("12345"))
    await page.score(first + 1, "5")  # a key that was pressed for another answer
    assert page.line.name == "Stars"
    await page.score(first, "4")
    assert (page.line.question, page.left, page.can_go_back) == ("q1", "1 of 2 answers scored", True)
    await page.back()
    assert (page.line.number, page.line.name) == (first, "Stars")
    await page.score(first, "2")
    for value in ("0", "1"):
        await page.score(page.line.number, value)
    assert (page.phase, page.percent) == ("empty", 100)
    cell = (await services.experiments.cells(owner, done.id)).items[0]
    assert (cell.scores["Helpful"]["reason"], cell.scores["Stars"]["value"]) == ("Says it all", 2)


async def test_what_is_left_for_later_comes_again(done: Experiment, tab: Tab) -> None:
    page = await opened(tab, done)
    first = page.line.number
    await page.skip()
    assert page.line.number != first
    await page.skip()
    assert page.line.number == first
    await page.score(first, "many")
    assert page.errors == {"": "A score is a number."}


async def test_a_viewer_scores_nothing(services: Services, owner: Operator, done: Experiment) -> None:
    viewer = Tab(await join(services.units, owner, "Vera", Role.VIEWER))
    with pytest.raises(Forbidden):
        await opened(viewer, done)


@pytest.mark.parametrize(
    ("low", "high", "keys"), [(0, 1, "yn"), (1, 5, "12345"), (0, 10, ""), (0, 0.5, ""), (-1, 1, "")]
)
def test_a_short_scale_of_whole_numbers_has_a_key_for_each(low: float, high: float, keys: str) -> None:
    assert "".join(one.key for one in _keys(Asked("s", "?", low, high))) == keys


async def test_what_somebody_else_scored_meanwhile_stays(
    services: Services, owner: Operator, done: Experiment, tab: Tab
) -> None:
    page = await opened(tab, done)
    number = page.line.number
    other = replace(owner, user_id="user_b", name="Cleo")
    await services.experiments.review(other, done.id, number, "Helpful", value=0)
    await page.score(number, "1")
    assert page.errors == {"": "Cleo has scored this answer meanwhile. That score stays."}
    assert (page.line.number, page.line.name) == (number, "Stars")
    assert (await services.experiments.cells(owner, done.id)).items[0].scores["Helpful"]["value"] == 0
