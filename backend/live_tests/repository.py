"""Every statement on live tests, and the one that reads how their conversations went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.dialects.postgresql import insert as insert_postgres
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.columns import utc_now
from backend.conversations.models import ConversationRow, MessageRow
from backend.conversations.types import ChatState, Rating
from backend.flows.models import RunRow
from backend.flows.types import RunStatus
from backend.identity.models import ProjectRow
from backend.live_tests.drawing import OF_SESSION
from backend.live_tests.errors import LiveTestNotFound
from backend.live_tests.models import LiveTestRow, LiveTestSeatRow
from backend.live_tests.types import Outcome, State
from backend.paging import Page

# The reason that the test of scopes asks for.
EVERY_PROJECT = "the live tests of all projects are watched"
# Of five: who is at least so satisfied liked it.
SATISFIED = 4
TOLD = (RunStatus.DONE.value, RunStatus.FAILED.value)
UNANSWERED = (ChatState.FAILED.value, ChatState.CANCELLED.value)


class LiveTests:
    """Opened for one unit of work; sees one project."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session, self._project_id = session, project_id

    def add(self, row: LiveTestRow) -> None:
        self._session.add(row)

    async def get(self, test_id: str, *, lock: bool = False) -> LiveTestRow:
        """Return the row; locked, nobody else writes to it until the unit ends. Raise LiveTestNotFound."""
        statement = select(LiveTestRow).where(LiveTestRow.project_id == self._project_id, LiveTestRow.id == test_id)
        row = (await self._session.exec(statement.with_for_update() if lock else statement)).first()
        if row is None:
            raise LiveTestNotFound
        return row

    async def page(self, page: Page, prompt_id: str = "", state: State | None = None) -> list[LiveTestRow]:
        """Return one row more than asked for, newest first, of one prompt and in one state where they are named."""
        statement = select(LiveTestRow).where(LiveTestRow.project_id == self._project_id)
        if prompt_id:
            statement = statement.where(LiveTestRow.prompt_id == prompt_id)
        if state:
            statement = statement.where(LiveTestRow.state == state.value)
        if page.after:
            statement = statement.where(col(LiveTestRow.id) < page.after)
        newest = statement.order_by(col(LiveTestRow.id).desc()).limit(page.limit + 1)
        return list(await self._session.exec(newest))

    async def running_under(self, label: str) -> list[LiveTestRow]:
        statement = select(LiveTestRow).where(
            LiveTestRow.project_id == self._project_id,
            LiveTestRow.label == label,
            LiveTestRow.state == State.RUNNING.value,
        )
        return list(await self._session.exec(statement.order_by(col(LiveTestRow.prompt_name))))

    async def running(self, prompt_id: str, label: str) -> LiveTestRow | None:
        statement = select(LiveTestRow).where(
            LiveTestRow.project_id == self._project_id,
            LiveTestRow.prompt_id == prompt_id,
            LiveTestRow.label == label,
            LiveTestRow.state == State.RUNNING.value,
        )
        return (await self._session.exec(statement)).first()

    async def halted(self, since: datetime, limit: int) -> list[LiveTestRow]:
        """Return the tests that the guardrail ended since a moment, newest first."""
        row = LiveTestRow
        statement = select(row).where(
            row.project_id == self._project_id, row.state == State.HALTED.value, col(row.ended_at) >= since
        )
        return list(await self._session.exec(statement.order_by(col(row.ended_at).desc()).limit(limit)))

    async def first_run(self, conversation_id: str) -> tuple[str, datetime] | None:
        """Return the run of a conversation's first message, and when that was said."""
        statement = (
            select(MessageRow.run_id, MessageRow.created_at)
            .where(
                MessageRow.project_id == self._project_id,
                MessageRow.conversation_id == conversation_id,
                MessageRow.run_id != "",
            )
            .order_by(col(MessageRow.created_at), col(MessageRow.id))
            .limit(1)
        )
        return (await self._session.exec(statement)).first()

    async def seat(self, test_id: str, run_id: str, version: int) -> None:
        """Write down which version a conversation got; a second time is no news."""
        values = {"live_test_id": test_id, "run_id": run_id, "project_id": self._project_id, "version": version}
        dialect = self._session.get_bind().dialect.name
        insert: Any = insert_sqlite if dialect == "sqlite" else insert_postgres
        await self._session.exec(insert(LiveTestSeatRow).values(**values).on_conflict_do_nothing())

    async def has_seat(self, prompt_id: str, run_id: str) -> bool:
        """Tell whether a test of the prompt, running or not, drew it."""
        return (
            await self._session.exec(select(LiveTestSeatRow.run_id).where(*self._of(prompt_id, run_id)))
        ).first() is not None

    async def rendered(self, prompt_id: str, run_id: str, version: int) -> None:
        """Write down which version of the prompt a session had last, wherever a test of the prompt drew it."""
        statement = update(LiveTestSeatRow).where(*self._of(prompt_id, run_id))
        await self._session.exec(statement.values(rendered=version, rendered_at=utc_now()))

    def _of(self, prompt_id: str, run_id: str) -> tuple[ColumnElement[bool], ...]:
        seat, test = LiveTestSeatRow, LiveTestRow
        tests = select(test.id).where(test.project_id == self._project_id, test.prompt_id == prompt_id)
        mine = (col(seat.project_id) == self._project_id, col(seat.run_id) == run_id)
        return (*mine, col(seat.live_test_id).in_(tests))

    async def take_seats(self, conversations: Mapping[str, str]) -> list[tuple[str, str, int]]:
        """Write down which conversation holds a seat; of two under one session the later one, while the test runs.

        `conversations` are their ids by what `SeatNames` says. Return those that were drawn, each with the prompt and
        the version of it that its session had last.
        """
        seat, test = LiveTestSeatRow, LiveTestRow
        statement = (
            select(seat, test)
            .join(test, col(test.id) == seat.live_test_id)
            .where(seat.project_id == self._project_id, col(seat.run_id).in_(conversations))
        )
        held = (await self._session.exec(statement.where(test.project_id == self._project_id))).all()
        for one, drew in held:
            if _is_free(one, drew):
                one.conversation_id = conversations[one.run_id]
                self._session.add(one)
        return [(conversations[one.run_id], drew.prompt_id, one.rendered or one.version) for one, drew in held]

    async def forget_untold(self, before: datetime) -> None:
        """Remove the seats of sessions that nobody told of, in tests that ended before a moment."""
        seat, test = LiveTestSeatRow, LiveTestRow
        ended = select(test.id).where(test.project_id == self._project_id, col(test.ended_at) < before)
        untold = (col(seat.conversation_id) == "", col(seat.run_id).startswith(OF_SESSION, autoescape=True))
        mine = col(seat.project_id) == self._project_id
        await self._session.exec(delete(seat).where(mine, col(seat.live_test_id).in_(ended), *untold))

    async def leave(self, conversation_ids: Sequence[str]) -> None:
        """Take away the seats of conversations that were held elsewhere."""
        seat = LiveTestSeatRow
        mine = (col(seat.project_id) == self._project_id, col(seat.conversation_id).in_(conversation_ids))
        await self._session.exec(delete(seat).where(*mine))

    async def outcomes(self, test_id: str, judged: Mapping[str, float]) -> list[Outcome]:
        """Return how the conversations of a test went: those held here, and those held elsewhere that were reported.

        `judged` is what a judge says of conversations.
        """
        found = [*await self._held_here(test_id), *await self._held_elsewhere(test_id)]
        return [replace(one, judged=judged.get(id_)) if id_ in judged else one for id_, one in found]

    async def _held_here(self, test_id: str) -> list[tuple[str, Outcome]]:
        """Return those whose first run has ended, cancelled ones left out."""
        seat, run, talk = LiveTestSeatRow, RunRow, ConversationRow
        statement: Any = (
            select(  # type: ignore[call-overload]  # more columns than the typing knows
                talk.id, seat.version, run.status, run.cost, run.time_ms,
                talk.state, talk.rating, talk.satisfaction, talk.cost, talk.latency_ms, talk.num_turns,
            )
            .join(run, (col(run.id) == seat.run_id) & (col(run.project_id) == self._project_id))
            .outerjoin(talk, (col(talk.id) == run.conversation_id) & (col(talk.project_id) == self._project_id))
            .where(
                seat.project_id == self._project_id, seat.live_test_id == test_id, col(run.status).in_(TOLD),
                col(talk.deleted_at).is_(None),
            )
        )  # fmt: skip
        return [(id_, _outcome(*values)) for id_, *values in await self._session.exec(statement)]

    async def _held_elsewhere(self, test_id: str) -> list[tuple[str, Outcome]]:
        seat, talk = LiveTestSeatRow, ConversationRow
        statement: Any = (
            select(  # type: ignore[call-overload]  # more columns than the typing knows
                talk.id, seat.version, talk.state, talk.task_completed, talk.rating, talk.satisfaction, talk.cost,
                talk.latency_ms, talk.num_turns,
            )
            .join(talk, (col(talk.id) == seat.conversation_id) & (col(talk.project_id) == self._project_id))
            .where(
                seat.project_id == self._project_id, seat.live_test_id == test_id, seat.conversation_id != "",
                col(talk.deleted_at).is_(None),
            )
        )  # fmt: skip
        return [(id_, _reported(*values)) for id_, *values in await self._session.exec(statement)]


async def running_everywhere(session: AsyncSession) -> Sequence[tuple[str, str, str]]:
    """Return project, organisation and id of every running test. Only the watch asks it: an operator never does."""
    row = LiveTestRow
    statement = (
        select(row.project_id, ProjectRow.organisation_id, row.id)
        .join(ProjectRow, col(ProjectRow.id) == row.project_id)
        .where(row.state == State.RUNNING.value)
    )
    return (await session.exec(statement.execution_options(unscoped=EVERY_PROJECT))).all()


async def with_untold(session: AsyncSession, before: datetime) -> Sequence[str]:
    """Return the projects in which `forget_untold` finds some. Only the watch asks it: an operator never does."""
    seat, test = LiveTestSeatRow, LiveTestRow
    statement = (
        select(seat.project_id)
        .join(test, col(test.id) == seat.live_test_id)
        .where(col(test.ended_at) < before, seat.conversation_id == "")
        .where(col(seat.run_id).startswith(OF_SESSION, autoescape=True))
        .distinct()
    )
    return (await session.exec(statement.execution_options(unscoped=EVERY_PROJECT))).all()


def _is_free(seat: LiveTestSeatRow, test: LiveTestRow) -> bool:
    """Say whether a conversation takes the seat: once the test ended only the one that was drawn before, and once."""
    if test.ended_at is None:
        return True
    return not seat.conversation_id and (seat.rendered_at is None or seat.rendered_at <= test.ended_at)


def _outcome(version: int, status: str, cost: Any, time_ms: float, *talk: Any) -> Outcome:
    state, rating, satisfaction, whole_cost, latency_ms, num_turns = talk
    if state is None:  # a run that is no chat
        return Outcome(version, status == RunStatus.DONE.value, None, float(cost), time_ms)
    each = latency_ms / num_turns if num_turns else time_ms
    return Outcome(version, state not in UNANSWERED, _liked(rating, satisfaction), float(whole_cost), each)


def _reported(version: int, state: str, task_completed: bool | None, *talk: Any) -> Outcome:  # noqa: FBT001  # a column
    """Read one that was held elsewhere: whether it was answered is what its system told of its task."""
    rating, satisfaction, cost, latency_ms, num_turns = talk
    is_answered = state not in UNANSWERED and task_completed is not False
    each = latency_ms / num_turns if latency_ms and num_turns else None
    return Outcome(version, is_answered, _liked(rating, satisfaction), float(cost) or None, each)


def _liked(rating: str, satisfaction: int | None) -> bool | None:
    if rating != Rating.NONE.value:
        return rating == Rating.UP.value
    return None if satisfaction is None else satisfaction >= SATISFIED
