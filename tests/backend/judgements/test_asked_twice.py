"""The same judge, asked twice about the same before it has answered: a double click, two tabs. It is paid once."""

from __future__ import annotations

import asyncio

import pytest

from backend.errors import Conflict
from backend.judgements.types import NewJudgement
from backend.settings import Settings
from tests.backend.judgements.conftest import HELPFUL, Court


@pytest.fixture(params=["sqlite", "postgres"])
def settings(request: pytest.FixtureRequest, settings: Settings) -> Settings:
    """SQLite has one writer; on Postgres two ask at the same moment."""
    if request.param == "sqlite":
        return settings
    found: Settings = request.getfixturevalue("postgres_settings")
    return found


async def test_what_this_judge_is_being_asked_is_not_asked_again(court: Court) -> None:
    wish = NewJudgement(HELPFUL)
    made = await asyncio.gather(*(court.service.ask(court.operator, wish) for _ in range(2)), return_exceptions=True)

    (refused,) = [one for one in made if isinstance(one, BaseException)]
    (asked,) = [one for one in made if not isinstance(one, BaseException)]
    assert isinstance(refused, Conflict)
    assert "being asked about all of this already" in refused.message
    await court.executor.execute(asked.id)


async def test_what_is_new_meanwhile_is_asked(court: Court) -> None:
    await court.service.ask(court.operator, NewJudgement(HELPFUL, most=1))
    second = await court.service.ask(court.operator, NewJudgement(HELPFUL))
    assert second.num_items == len(court.turns) - 1


async def test_another_rubric_is_another_question(court: Court) -> None:
    await court.service.ask(court.operator, NewJudgement(HELPFUL))
    other = await court.service.ask(court.operator, NewJudgement({**HELPFUL, "rubric": "Is it short?"}))
    assert other.num_items == len(court.turns)


async def test_what_was_refused_can_be_asked_once_the_first_was_stopped(court: Court) -> None:
    first = await court.service.ask(court.operator, NewJudgement(HELPFUL))
    with pytest.raises(Conflict):
        await court.service.ask(court.operator, NewJudgement(HELPFUL, again=True))
    await court.service.cancel(court.operator, first.id)
    assert (await court.service.ask(court.operator, NewJudgement(HELPFUL))).num_items == len(court.turns)
