"""Who gets what a variant was promoted to: the page of its experiment says who follows the label."""

from __future__ import annotations

from backend.bootstrap import Services
from backend.operator import Operator
from backend.prompts.types import Content, NewPrompt, Use
from console.state.experiment_promote import ExperimentPromoteState
from console.state.followers import follow_words
from tests.console.experimenting import answered, dataset, owner, shown
from tests.console.state.test_prompt_live import following
from tests.console.tab import Tab, spent, tab

__all__ = ["dataset", "owner", "tab"]
NOBODY = "No published flow follows production yet: choose this prompt and that label in an LLM node, and publish it."


async def test_a_promotion_says_that_nobody_follows_the_label_until_a_flow_that_does_is_published(
    tab: Tab, dataset: str, services: Services, owner: Operator
) -> None:
    short = await services.prompts.create(owner, NewPrompt("Short", Content(text="Answer {{ question }}.")))
    await services.prompts.save_version(owner, short.id, Content(text="Say {{ question }}."))
    made = await answered(services, tab, short)
    page = await shown(tab, made)
    promoting = tab.state(ExperimentPromoteState)
    await promoting.ask("v2")
    said = await promoting.send({"label": "production", "comment": ""})
    assert NOBODY in str(said)
    [line] = page.promoted
    assert (line.words, line.follows, line.way) == ("v2 is in production as", NOBODY, "/flows")
    flow = await services.flows.create(owner, "Desk", document=following(short.slug))
    await spent(page.load())
    assert (page.promoted[0].follows, page.promoted[0].way) == (NOBODY, f"/flows/{flow.id}"), "a draft reaches nobody"
    await services.flows.publish(owner, flow.id)
    await spent(page.load())
    assert (page.promoted[0].follows, page.promoted[0].way) == ("Desk follows production.", "")
    await services.prompts.set_label(owner, short.id, "production", 1)
    await spent(page.load())
    assert page.promoted[0].follows == "", "it is not there any more"


def test_many_followers_are_counted() -> None:
    uses = [Use("flow", str(number), f"Desk {number}", "02", "production", None) for number in (1, 1, 2, 3, 4, 5)]
    assert follow_words(uses, "production") == "Desk 1, Desk 2, Desk 3 and 2 others follow production."
