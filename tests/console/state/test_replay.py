"""The page of a replay: columns asked, stopped, and let act anew."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from backend.bootstrap import Services
from backend.masking.types import Kind, MaskingRules
from backend.operator import Operator
from backend.turns.service.looking import MASKED
from console.state.replay import ReplayState
from tests.backend.turns.test_keeping import publish, say
from tests.backend.turns.test_replaying import booking, internet
from tests.console.tab import Tab, refused, tab
from tests.doubles.web import Seen
from tests.factories import flows

__all__ = ["internet", "tab"]


@pytest.fixture
async def owner(services: Services) -> Operator:
    return await services.identity.ensure_owner()


async def opened(tab: Tab, message_id: str) -> Any:
    page: Any = tab.at(f"/replays/{message_id}").state(ReplayState)
    await page.load()
    assert page.phase == "ready", page.problem
    return page


async def ask(page: Any) -> None:
    await page.send()
    await asyncio.wait_for(ReplayState.event_handlers["run"].fn(page), 20)


async def test_no_handler_answers_a_tab_without_a_session(services: Services) -> None:
    await refused(ReplayState, {})


async def test_columns_answer_are_stopped_and_say_what_is_not_as_it_was(
    services: Services, owner: Operator, tab: Tab
) -> None:
    await services.masking.set_rules(owner, MaskingRules(frozenset({Kind.EMAIL})))
    await publish(services, owner, flows.chat())
    _, message = await say(services, owner, {"message": "I am ada@example.org"})
    page = await opened(tab, message)
    assert page.cautions == [MASKED]
    await page.add()
    await page.set_column("B", "model", "no:where")  # a model that is gone fails nothing that asks none
    await ask(page)
    assert [(one.state, one.text) for one in page.columns] == [("ok", "You said I am [e-mail 1]")] * 2
    assert (page.running, page.total) == (False, "2 of 2 answered, $0")
    await page.send()
    await page.stop()
    await asyncio.wait_for(ReplayState.event_handlers["run"].fn(page), 20)
    assert ([one.words for one in page.columns], page.running, page.total) == (["Stopped"] * 2, False, "")
    await page.remove("B")
    assert [one.letter for one in page.columns] == ["A"]


async def test_call_again_is_chosen_before_anything_is_called(
    services: Services, owner: Operator, tab: Tab, internet: list[Seen]
) -> None:
    await publish(services, owner, booking())
    _, message = await say(services, owner, {"message": "a-1"})
    page = await opened(tab, message)
    assert [one.words for one in page.deeds] == ["POST http://api.example/a-1"]
    await ask(page)
    assert (page.columns[0].text, len(internet)) == ("call 1", 1)
    await page.let_act("again")
    await ask(page)
    assert (page.columns[0].text, len(internet)) == ("call 2", 2)
