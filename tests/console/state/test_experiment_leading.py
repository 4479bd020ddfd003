"""The buttons that take variants to production go with the sentence that says which to take."""

from __future__ import annotations

import pytest

from backend.bootstrap import Services
from backend.datasets.types import About, NewItem
from backend.experiments.types import Draft, Experiment, PromptChoice, VariantDraft
from backend.operator import Operator
from backend.prompts.types import Content, NewPrompt
from console.state.experiment_promote import ExperimentPromoteState
from tests.console.experimenting import owner, passing, shown
from tests.console.tab import Tab, tab

__all__ = ["owner", "tab"]
NUM_ROWS = 12


@pytest.fixture
async def measured(services: Services, owner: Operator) -> Experiment:
    """Return an experiment in which nothing passed with the baseline, a quarter of it with B, and all of it with D."""
    kept = await services.prompts.create(owner, NewPrompt("Short", Content(text="Answer {{ question }}.")))
    data = await services.datasets.create(owner, About("Returns"))
    rows = [NewItem({"question": f"q{number}"}, f"a{number}") for number in range(NUM_ROWS)]
    await services.datasets.add_items(owner, data.id, rows)
    variants = tuple(VariantDraft(name, PromptChoice(id=kept.id, version=1)) for name in ("A", "B", "D"))
    made = await services.experiments.create(owner, Draft("Four", data.id, variants, ({"kind": "exact"},)))
    await services.experiments.start(owner, made.id)
    await services.experiments.carry_out(owner, made.id)
    await passing(services, made, {1: NUM_ROWS // 4, 2: NUM_ROWS})
    return await services.experiments.get(owner, made.id)


async def test_the_button_takes_the_variant_that_the_sentence_says_to_take(tab: Tab, measured: Experiment) -> None:
    page = await shown(tab, measured)
    assert page.advice.startswith("Take D: better in exact (+100 points).")
    assert page.advice.count("Beside it") == 1
    assert (page.variant, page.lead) == ("D", ""), "its verdicts stand below, and nothing says them twice"
    assert (page.first.variant, page.first.words, page.first.doubts) == ("D", "Promote D", "")
    assert page.second.variant == ""


async def test_another_variant_is_promoted_from_its_own_verdicts(tab: Tab, measured: Experiment) -> None:
    page = await shown(tab, measured)
    await page.choose("B")
    assert (page.first.words, page.second.words) == ("Promote D", "Promote B")
    assert page.lead.startswith("Beside A: B is not shown to be better in exact")
    assert page.second.doubts.startswith("exact is not decided.")
    dialog = tab.state(ExperimentPromoteState)
    await dialog.ask("B")
    assert (dialog.variant, dialog.doubts, dialog.lead) == ("B", page.second.doubts, "")
    await dialog.ask("D")
    assert (dialog.variant, dialog.doubts) == ("D", "")
    assert dialog.lead.startswith("Beside A: D is better in exact (+100 points).")
    await dialog.send({"label": "production", "comment": ""})
    assert (page.first.words, page.second.words) == ("D is in production", "Promote B")
    page = await shown(tab, measured)
    assert page.variant == "B", "what somebody chose stays chosen"


async def test_without_advice_the_variant_that_is_compared_is_promoted(tab: Tab, measured: Experiment) -> None:
    page = await shown(tab, measured)
    await page.choose_baseline("D")
    assert (page.variant, page.taken) == ("A", "")
    assert (page.first.words, page.second.variant) == ("Promote A", "")
    assert page.first.doubts == "A is worse in exact."
