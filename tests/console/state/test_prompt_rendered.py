"""A version of a prompt as a model gets it."""

from __future__ import annotations

from backend.bootstrap import Services
from backend.prompts.types import Prompt
from console.state.prompt_play_rows import SAID
from console.state.prompt_rendered import PromptRenderedState
from tests.console.state.test_prompt_play import answer, opened, owner
from tests.console.tab import Tab, refused, tab

__all__ = ["answer", "owner", "tab"]


async def test_an_anonymous_tab_reaches_no_handler(services: Services) -> None:
    await refused(PromptRenderedState, {})


async def test_a_version_is_seen_as_a_model_gets_it_with_the_values_of_the_playground(tab: Tab, answer: Prompt) -> None:
    page, play = await opened(tab, answer)
    sent = tab.state(PromptRenderedState)
    await sent.show()
    assert (sent.said, sent.problem) == ([], ""), "nothing is filled that nobody looks at"
    assert (page.after.name, page.before.name) == ("v2", "v1")
    await page.look("rendered")
    await sent.show()
    assert (sent.said, sent.problem) == ([], "The prompt needs name and question.")
    for name, text in (("question", "why"), ("name", "Ines")):
        await play.set_value(name, text)
    await sent.show()
    assert [(one.role, one.text) for one in sent.said] == [("User", "Answer why for Ines.")]
    await page.choose(1)
    await play.set_value(SAID, "Hello")
    await sent.show()
    assert [(one.role, one.text) for one in sent.said] == [("System", "Answer why."), ("User", "Hello")]
    assert (page.after.labels, page.before) == (["production"], None)
