"""Take-overs and the log of runs on Postgres, where what is asked at the same moment meets."""

from __future__ import annotations

import asyncio

import pytest

from backend.bootstrap import Services
from backend.flows.types import RunStatus
from backend.operator import Operator
from backend.settings import Settings
from tests.backend.flows.test_run_log import (
    log,
    test_a_chat_is_not_written_twice,
    test_a_form_is_a_conversation_once_it_ended,
    test_a_form_that_a_person_refused_is_called_so,
    test_each_run_of_a_chat_adds_to_its_metadata,
    test_what_an_experiment_asked_shows_only_where_it_is_chosen,
)
from tests.backend.flows.test_takeovers import (
    ask,
    maren,
    operator,
    said,
    talk,
    test_one_reply_answers_the_last_of_several_questions,
    test_the_flow_waits_and_the_person_answers_under_their_name,
    test_two_people_cannot_hold_one_conversation,
    test_what_nobody_answered_is_the_flows_again,
)

# Run here once more, on the database of `settings` below.
__all__ = [
    "log",
    "maren",
    "operator",
    "talk",
    "test_a_chat_is_not_written_twice",
    "test_a_form_is_a_conversation_once_it_ended",
    "test_a_form_that_a_person_refused_is_called_so",
    "test_each_run_of_a_chat_adds_to_its_metadata",
    "test_one_reply_answers_the_last_of_several_questions",
    "test_the_flow_waits_and_the_person_answers_under_their_name",
    "test_two_people_cannot_hold_one_conversation",
    "test_what_an_experiment_asked_shows_only_where_it_is_chosen",
    "test_what_nobody_answered_is_the_flows_again",
]


@pytest.fixture
def settings(postgres_settings: Settings) -> Settings:
    return postgres_settings


async def test_a_question_at_the_moment_of_a_take_over_is_answered_once(
    services: Services, operator: Operator, maren: Operator, talk: str
) -> None:
    """By the flow before it, or by the person after it: none is lost, and none is answered by both."""
    for number in range(4):
        asked, _ = await asyncio.gather(
            ask(services, operator, talk, f"Question {number}"), services.takeovers.take(maren, talk)
        )
        await services.takeovers.reply(maren, talk, f"Reply {number}")
        run = (await services.runs.get(operator, asked.run_id)).run
        by_person = {"answer": f"Reply {number}"}
        assert run.status is RunStatus.DONE
        assert run.output in (by_person, {"answer": f"You said Question {number}"})
        told = [text for _, text, _ in await said(services, operator, talk)]
        at = told.index(f"Question {number}")
        assert told[at + 1] == (run.output or {})["answer"]
        assert f"You said Question {number}" in told or run.output == by_person
        assert "running" not in {state for _, _, state in await said(services, operator, talk)}
        await services.takeovers.hand_back(maren, talk)
