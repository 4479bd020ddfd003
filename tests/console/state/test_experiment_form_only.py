"""What fails equality by its form alone is told from a wrong answer, with the way to another score."""

from __future__ import annotations

from dataclasses import replace

from backend.bootstrap import Services
from backend.datasets.types import About, NewItem
from backend.experiments.types import Draft, FormOnly, PromptChoice, VariantDraft
from backend.operator import Operator
from console.state.experiment_form_only import form_words
from tests.console.experimenting import opened, owner, shown
from tests.console.state.test_experiment_advice import compared
from tests.console.tab import Tab, tab

__all__ = ["owner", "tab"]


async def test_answers_that_hold_what_is_expected_lead_to_scoring_by_contains(
    tab: Tab, services: Services, owner: Operator
) -> None:
    data = await services.datasets.create(owner, About("Tickets"))
    kinds = ("billing", "shipping", "returns")
    rows = [NewItem({"right": one, "wrong": "none"}, one) for one in kinds]
    await services.datasets.add_items(owner, data.id, rows)
    variants = (
        VariantDraft("wordy", PromptChoice(template="{{ right }}")),
        VariantDraft("off", PromptChoice(template="{{ wrong }}")),
    )
    made = await services.experiments.create(owner, Draft("Sort", data.id, variants, ({"kind": "exact"},)))
    await services.experiments.start(owner, made.id)
    await services.experiments.carry_out(owner, made.id)
    page = await shown(tab, made)
    assert page.form.startswith("wordy: 3 of 3 wrong answers contain what is expected."), page.form
    form = await opened(tab, f"?scores={made.id}&by=contains")
    [line] = form.evaluators
    assert line.kind == "contains"
    assert [one.checked for one in line.own if one.name == "whole"] == [True]
    form = await opened(tab, f"?scores={made.id}")
    assert [one.kind for one in form.evaluators] == ["exact"]


def test_a_few_of_many_wrong_answers_are_no_matter_of_form() -> None:
    names = {"a": "a", "b": "b on small"}
    said = replace(compared(), primary="exact")

    def told(*found: FormOnly) -> str:
        return form_words(replace(said, form_only=found), names)

    assert told() == told(FormOnly("exact", "b", 1, 1)) == told(FormOnly("exact", "b", 3, 40)) == ""
    assert told(FormOnly("other", "b", 38, 40)) == ""
    assert told(FormOnly("exact", "a", 2, 4), FormOnly("exact", "b", 38, 40)).startswith(
        "a: 2 of 4 wrong answers and b on small: 38 of 40 wrong answers contain what is expected."
    )
