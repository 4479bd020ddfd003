"""What somebody saw to is found not helpful no less, and needs nobody any more."""

from __future__ import annotations

import pytest

from backend.bootstrap import Services
from backend.conversations.reports import Report, Told
from backend.conversations.types import Filters, Rating, Role
from backend.errors import Conflict, InvalidInput
from backend.operator import Operator
from console.state.home_figures import HomeFiguresState
from tests.console.tab import Tab, tab

__all__ = ["tab"]


@pytest.fixture
async def operator(services: Services) -> Operator:
    return await services.identity.ensure_owner()


async def test_what_was_seen_to_leaves_the_overview_and_counts_on(
    services: Services, operator: Operator, tab: Tab
) -> None:
    log = services.conversations
    said = (Told(Role.USER, "Where is it?"), Told(Role.ASSISTANT, "Nowhere."))
    talk = (await log.report(operator, Report("s", "desk", "Desk", messages=said))).conversation.id
    answer = (await log.transcript(operator, talk)).messages[-1].id
    with pytest.raises(Conflict):
        await log.handle(operator, talk)
    with pytest.raises(InvalidInput):
        await log.set_feedback(operator, answer, Rating.HANDLED)
    await log.set_feedback(operator, answer, Rating.DOWN)
    home = tab.state(HomeFiguresState)
    await home.load()
    assert (home.num_complaints, len(home.complaints)) == ("1 conversation marked not helpful", 1)
    await home.handle(talk)
    assert (home.num_complaints, home.complaints, home.handled) == ("", [], talk)
    assert (await log.opened(operator, talk)).conversation.rating is Rating.HANDLED
    told = await log.figures(operator, Filters())
    assert (told.num_rated, told.num_liked) == (1, 0)
    (comment,) = await log.comments(operator, talk)
    assert (comment.text, comment.author) == ("Marked as handled.", operator.name)
    await home.take_back()
    assert (len(home.complaints), home.handled) == (1, "")
    await home.handle(talk)
    await log.set_feedback(operator, answer, Rating.DOWN, "Still wrong")
    await home.load()
    assert len(home.complaints) == 1
