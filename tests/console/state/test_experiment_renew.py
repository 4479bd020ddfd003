"""Scores of an older version of a judge, on the page of their experiment."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from backend.bootstrap import Services
from backend.experiments.types import Draft, Experiment, Outdated, Plan, PromptChoice, VariantDraft
from backend.operator import Operator
from backend.ports.language_model import Finished, Message, ModelEndpoint, ModelEvent, TextDelta, Usage
from backend.providers.types import ModelDraft, ProviderDraft
from console.state.experiment_renew import ExperimentRenewState, renew_line
from tests.console.experimenting import dataset, owner
from tests.console.experimenting import shown as shown_page
from tests.console.tab import Tab, refused, tab

__all__ = ["dataset", "owner", "tab"]

JUDGE = {"kind": "judge", "name": "kind", "rubric": "Is it kind?", "model": "lab:big"}
OLD = Outdated("kind", 1, 2, "exp_2", "Later", {})


@pytest.fixture(autouse=True)
async def yes(services: Services, owner: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a connected model say yes to every judge."""
    models = (ModelDraft("big", input_price=Decimal(10), output_price=Decimal(10)),)
    place = ProviderDraft("Lab", "http://127.0.0.1:9", models, allow_private_address=True)
    await services.providers.create(owner, place)

    async def stream(
        _endpoint: ModelEndpoint, _messages: Sequence[Message], **_given: Any
    ) -> AsyncGenerator[ModelEvent]:
        said = '{"verdict": true}'
        yield TextDelta(said)
        yield Finished(said, Usage(500, 500), "stop", 1.0, 1.0)

    monkeypatch.setattr(services.language_model, "stream", stream)


async def run(services: Services, owner: Operator, name: str, dataset_id: str, rubric: str) -> Experiment:
    variants = tuple(
        VariantDraft(one, PromptChoice(template=f"{one} {{{{ question }}}}"), model="lab:big") for one in "ab"
    )
    draft = Draft(name, dataset_id, variants, ({**JUDGE, "rubric": rubric},))
    made = await services.experiments.create(owner, draft)
    await services.experiments.start(owner, made.id)
    await services.experiments.carry_out(owner, made.id)
    return made


async def shown(tab: Tab, made: Experiment) -> Any:
    await shown_page(tab, made)
    renewing = tab.state(ExperimentRenewState)
    await renewing.load()
    return renewing


async def test_an_anonymous_tab_reaches_no_handler(services: Services) -> None:
    await refused(ExperimentRenewState, {})


async def test_the_page_says_of_which_version_scores_are_and_asks_the_newest_at_one_click(
    tab: Tab, dataset: str, services: Services, owner: Operator
) -> None:
    first = await run(services, owner, "First", dataset, "Is it kind?")
    assert (await shown(tab, first)).line is None
    later = await run(services, owner, "Later", dataset, "Is it very kind?")
    page = await shown(tab, first)
    line = page.line
    assert (line.lead, line.name, line.act) == ("Scores by kind are of version 1.", "Later", "Score with version 2")
    assert line.href.endswith(later.id)
    assert line.cost.startswith("Asking again costs about $0.0")
    said = await page.renew()
    made = (await services.experiments.list(owner)).items[0]
    assert (made.name, made.id in str(said), made.draft.answers_of) == ("First, scored again", True, first.id)
    assert await page.renew() is None, "the second click of two"
    assert (await shown(tab, first)).line is None
    assert len((await services.experiments.list(owner)).items) == 3


async def test_a_click_on_what_was_scored_meanwhile_says_so_and_asks_nothing(
    tab: Tab, dataset: str, services: Services, owner: Operator
) -> None:
    first = await run(services, owner, "First", dataset, "Is it kind?")
    await run(services, owner, "Later", dataset, "Is it very kind?")
    page = await shown(tab, first)
    await services.experiments.renew(owner, first.id)
    assert "newest version already" in str(await page.renew())
    assert len((await services.experiments.list(owner)).items) == 3


def test_several_judges_are_told_at_once_with_what_is_known_of_the_cost(plan: Plan) -> None:
    other = Outdated("short", 2, 3, "exp_1", "Before", {})
    several = renew_line([OLD, other], plan, may_ask=True)
    assert several.lead == "Scores by kind and short are of older versions."
    assert (several.name, several.act) == ("Later", "Score with the newest")
    assert several.cost == "Asking again costs about $0.50, and no answer is asked for."
    least = renew_line([OLD], replace(plan, unpriced=("big",)), may_ask=True)
    assert least.cost.startswith("Asking again costs at least $0.50")
    assert renew_line([OLD], replace(plan, cost=None), may_ask=True).cost == "What asking again costs is not known."
    reader = renew_line([OLD], None, may_ask=False)
    assert (reader.cost, reader.act, reader.lead) == ("", "", "Scores by kind are of version 1.")


@pytest.fixture
def plan() -> Plan:
    counts = {"num_rows": 1, "num_variants": 1, "repetitions": 1, "num_cells": 1, "num_judge_calls": 1}
    tokens = {"tokens_in": 9, "tokens_out": 9, "num_missing": 0, "missing": ()}
    words: dict[str, Any] = {"unknown": (), "asked": (), "problems": (), "detectable": None, "detectable_metric": ""}
    bounds = {"over_budget": False, "budget_is_firm": False}
    return Plan(**counts, **tokens, **words, **bounds, cost=Decimal("0.5"), minutes=None)  # type: ignore[arg-type]
