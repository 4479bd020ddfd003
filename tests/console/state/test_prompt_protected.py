"""A label that is protected: the switch says how far it goes, and a wish that was decided is read again."""

from __future__ import annotations

from backend.bootstrap import Services
from backend.identity.permissions import Role
from backend.operator import Operator
from backend.prompts.types import Prompt
from console.state.prompt import PromptState
from console.state.prompt_labels import PromptLabelsState
from tests.console.state.test_prompt_play import answer, opened, owner
from tests.console.tab import Tab, tab
from tests.factories.people import join, operator_of

__all__ = ["answer", "owner", "tab"]


async def test_both_ways_are_told(answer: Prompt, tab: Tab) -> None:
    await opened(tab, answer)
    labels = tab.state(PromptLabelsState)
    await labels.load()
    await labels.ask_protect("production")
    assert (labels.opened, labels.pointing, labels.is_alone) == ("protect", "production", True)
    held = str(await labels.protect("production", protected=True))
    assert "production waits for a second person" in held
    assert "every prompt of this project" in held
    assert labels.opened == ""
    assert labels.protected == ["production"]
    free = str(await labels.protect("production", protected=False))
    assert "production moves without a second person again" in free
    assert labels.protected == []


async def test_a_wish_is_taken_back_once(services: Services, owner: Operator, answer: Prompt, tab: Tab) -> None:
    await services.prompts.protect_label(owner, "production", protected=True)
    yuki = await operator_of(services.identity, await join(services.units, owner, "Yuki", Role.REVIEWER))
    await opened(tab, answer)
    labels = tab.state(PromptLabelsState)
    for decided in ("taken back", "refused by Yuki"):
        change = await services.prompts.set_label(owner, answer.id, "production", 2)
        assert change.approval is not None
        wish = change.approval.id
        await labels.load()
        assert [one.id for one in labels.wishes] == [wish]
        if decided != "taken back":
            await services.prompts.refuse(yuki, wish, "Not tested.")
        again, told, _ = await labels.withdraw(wish)
        assert (decided in str(told), str(again.fn)) == (True, str(PromptState.refresh.fn))
        assert labels.wishes == [], "the page does not go on saying that it waits"
    assert [one.own for one in labels.refusals] == [True]
