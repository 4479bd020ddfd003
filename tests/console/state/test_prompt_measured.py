"""A version that did badly where it was measured is not offered as if nobody knew."""

from __future__ import annotations

from backend.bootstrap import Services
from backend.datasets.types import About, NewItem
from backend.experiments.types import Draft, PromptChoice, PromptStanding, VariantDraft, VersionStanding
from backend.operator import Operator
from backend.prompts.types import Content, NewPrompt, Prompt
from console.state.prompt import PromptState
from console.state.prompt_labels import PromptLabelsState
from console.state.prompt_live import PromptLiveState
from console.state.prompt_measured import weak_words
from tests.console.experimenting import owner, passing
from tests.console.tab import Tab, tab

__all__ = ["owner", "tab"]
NUM_ROWS = 12


async def three_versions(services: Services, owner: Operator, *upto: int) -> Prompt:
    """Return a prompt with v1 in production, of which so many rows passed with each version."""
    kept = await services.prompts.create(owner, NewPrompt("Short", Content(text="Answer {{ question }}.")))
    await services.prompts.set_label(owner, kept.id, "production", 1)
    for text in ("Say {{ question }}.", "Tell {{ question }}."):
        await services.prompts.save_version(owner, kept.id, Content(text=text))
    data = await services.datasets.create(owner, About("Returns"))
    rows = [NewItem({"question": f"q{number}"}, f"a{number}") for number in range(NUM_ROWS)]
    await services.datasets.add_items(owner, data.id, rows)
    variants = tuple(VariantDraft(f"v{at}", PromptChoice(id=kept.id, version=at)) for at in (1, 2, 3))
    made = await services.experiments.create(owner, Draft("All", data.id, variants, ({"kind": "exact"},)))
    await services.experiments.start(owner, made.id)
    await services.experiments.carry_out(owner, made.id)
    await passing(services, made, dict(enumerate(upto)))
    return kept


async def test_a_version_of_which_no_row_passed_is_not_offered_as_the_next_one(
    services: Services, owner: Operator, tab: Tab
) -> None:
    kept = await three_versions(services, owner, 9, 11, 0)
    page = tab.at(f"/prompts/{kept.id}").state(PromptState)
    await page.load()
    words = "v3 passed 0 of 12 rows by exact, v1 in production 9 of 12."
    assert (page.chosen, page.weak) == (3, words)
    assert [(one.number, one.score, one.is_weak) for one in page.versions] == [
        (3, "0.0 %", True),
        (2, "91.7 %", False),
        (1, "75.0 %", False),
    ]
    labels = tab.state(PromptLabelsState)
    await labels.load()
    await labels.ask_point("production", 3)
    assert labels.weak == words
    await labels.ask_point("production", 2)
    assert labels.weak == ""
    await page.choose(2)
    assert page.weak == ""


async def test_a_live_test_begins_with_the_best_version_that_is_known(
    services: Services, owner: Operator, tab: Tab
) -> None:
    kept = await three_versions(services, owner, 9, 11, 0)
    tab.at(f"/prompts/{kept.id}")
    await tab.state(PromptState).load()
    live = tab.state(PromptLiveState)
    await live.ask()
    assert [(one.value, one.label) for one in live.versions] == [("3", ""), ("2", "50"), ("1", "50")]
    assert live.weak == ["v3 passed 0 of 12 rows by exact, v1 in production 9 of 12."]
    assert live.figures == {"3": "0.0\u00a0%", "2": "91.7\u00a0%", "1": "75.0\u00a0%"}


async def test_where_all_others_did_worse_none_is_put_beside_production(
    services: Services, owner: Operator, tab: Tab
) -> None:
    kept = await three_versions(services, owner, 12, 3, 0)
    tab.at(f"/prompts/{kept.id}")
    await tab.state(PromptState).load()
    live = tab.state(PromptLiveState)
    await live.ask()
    assert [one.label for one in live.versions] == ["", "", "50"]
    assert [one.partition(" ")[0] for one in live.weak] == ["v3", "v2"]


def test_what_chance_may_have_done_says_nothing_against_a_version() -> None:
    def did(version: int, num_passed: int) -> VersionStanding:
        return VersionStanding(version, f"v{version}", num_passed, 12, "exp_1", "All")

    found = PromptStanding("exact", "Returns", (did(1, 9), did(2, 7), did(3, 2)))
    assert [bool(weak_words(found, version, 1)) for version in (1, 2, 3)] == [False, False, True]
    assert (found.best_beside(1), found.best_beside(2)) == (2, 1)
    assert PromptStanding("exact", "Returns", (did(1, 5), did(2, 11), did(3, 9))).best_beside(1) == 3
    assert PromptStanding("exact", "Returns", (did(1, 5), did(2, 12), did(3, 6))).best_beside(1) == 2
    none = PromptStanding("exact", "Returns", (did(2, 0),))
    assert weak_words(none, 2, 1) == "v2 passed 0 of 12 rows by exact."
    assert (weak_words(None, 2, 1), none.best_beside(1)) == ("", 0)
