"""A person answers a conversation in the place of its flow, and hands it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.audit.repository import AuditTrail
from backend.audit.types import Target
from backend.columns import storable, utc_now
from backend.conversations.errors import ConversationNotFound
from backend.conversations.models import ConversationRow
from backend.conversations.repository import ConversationRepository
from backend.conversations.service import ConversationService
from backend.conversations.types import AGENT, Answer
from backend.errors import Conflict, InvalidInput
from backend.flows.approval_types import Unanswered
from backend.flows.engine.chat import answer_text, citation_of
from backend.flows.engine.drafts import cited_of
from backend.flows.engine.loader import Loader
from backend.flows.masks import Masks
from backend.flows.models import RunRow, TakeoverRow
from backend.flows.nodes.input import InputConfig
from backend.flows.repository.approvals import ApprovalRepository
from backend.flows.repository.runs import RunRepository
from backend.flows.repository.takeovers import TakeoverRepository
from backend.flows.service.runs import JOB
from backend.flows.types import RunStatus, Takeover, Usage, run_topic
from backend.masking.types import Way
from backend.operator import Operator, Permission
from backend.ports.events import Events
from backend.ports.jobs import Jobs
from backend.unit_of_work import Units, Work

MAX_REPLY = 20_000
ANSWERED = "A person answered in the place of the flow."
ANSWERED_BELOW = "Answered with the question after it."


class TakeoverService:
    """Each act locks the conversation first, as every new question does."""

    def __init__(self, units: Units, events: Events, jobs: Jobs, log: ConversationService, loader: Loader) -> None:
        self._units, self._events, self._jobs, self._log, self._loader = units, events, jobs, log, loader

    async def holder(self, operator: Operator, conversation_id: str) -> Takeover | None:
        """Return who answers, None while the flow does. Raise ConversationNotFound."""
        operator.require(Permission.CONVERSATIONS_READ)
        async with self._units.read(operator) as session:
            if (
                await ConversationRepository(session, operator.project_id).conversation(conversation_id, lock=False)
                is None
            ):
                raise ConversationNotFound
            rows = TakeoverRepository(session, operator.project_id)
            row = await rows.holder(conversation_id)
            return await _takeover(rows, row) if row else None

    async def unanswered(self, operator: Operator, limit: int) -> Sequence[Unanswered]:
        """Return the questions that wait for a person who took over, the longest first."""
        operator.require(Permission.CONVERSATIONS_READ)
        async with self._units.read(operator) as session:
            found = await TakeoverRepository(session, operator.project_id).unanswered(limit)
        return [Unanswered(*one) for one in found]

    async def is_chat(self, operator: Operator, conversation_id: str) -> bool:
        """Tell whether its flow goes on talking: a form is asked once. Raise ConversationNotFound."""
        operator.require(Permission.CONVERSATIONS_READ)
        async with self._units.read(operator) as session:
            rows = ConversationRepository(session, operator.project_id)
            if await rows.conversation(conversation_id, lock=False) is None:
                raise ConversationNotFound
            snapshot_id = await TakeoverRepository(session, operator.project_id).snapshot(conversation_id)
        if snapshot_id is None:
            return False
        try:
            config = (await self._loader.plan(operator.project_id, snapshot_id)).input_config
        except InvalidInput:
            return False  # its document is gone, or of a kind that is no more
        return isinstance(config, InputConfig) and config.mode == "chat"

    async def take(self, operator: Operator, conversation_id: str) -> Takeover:
        """Let the flow pause: what it is about to answer is not said. Who listens to that run hears that it waits.

        Raise ConversationNotFound, Conflict while it is another's.
        """
        operator.require(Permission.CONVERSATIONS_REPLY)
        is_chat = await self.is_chat(operator, conversation_id)
        async with self._units.write(operator) as work:
            conversation, held = await self._locked(work, operator, conversation_id)
            if held and held.held_by_id != operator.user_id:
                raise Conflict(f"{held.held_by} answers this conversation since {held.since:%H:%M} UTC.")
            if conversation.flow_id.startswith(AGENT):
                raise Conflict("No flow answers here: this conversation was held elsewhere.")
            if held is None and not is_chat:
                raise Conflict("Nothing is answered here any more: this was one run of a form.")
            if held is None:
                held = TakeoverRow(
                    conversation_id=conversation_id,
                    project_id=operator.project_id,
                    held_by=operator.name,
                    held_by_id=operator.user_id,
                )
                work.session.add(held)
                await self._record(work, operator, "take_over", conversation_id)
                await work.session.flush()
            rows = TakeoverRepository(work.session, operator.project_id)
            going, found = await rows.under_way(conversation_id), await _takeover(rows, held)
        for run_id in going:
            await self._tell(run_id, RunStatus.WAITING)
        return found

    async def reply(self, operator: Operator, conversation_id: str, text: str) -> None:
        """Answer the question that waits, else say something more.

        Raise ConversationNotFound, InvalidInput, Conflict for who does not hold the conversation.
        """
        operator.require(Permission.CONVERSATIONS_REPLY)
        text = str(storable(text)).strip()
        if not 1 <= len(text) <= MAX_REPLY:
            words = f"A reply has at most {MAX_REPLY:,} characters." if text else "Write something."
            raise InvalidInput(words, fields={"text": words})
        ahead = await self._log.ahead(operator, conversation_id, Way.REPLY, text)
        async with self._units.write(operator) as work:
            conversation, held = await self._locked(work, operator, conversation_id)
            if held is None or held.held_by_id != operator.user_id:
                raise Conflict("You do not hold this conversation.", hint="Take it over first.")
            rows = TakeoverRepository(work.session, operator.project_id)
            runs, going = await rows.runs(conversation_id), await rows.under_way(conversation_id)
            *above, last = sorted([*(run.id for run in runs), *going]) or [""]
            for run_id in above:
                cancelled = Answer(run_id=run_id, error=ANSWERED_BELOW, was_cancelled=True)
                await self._log.close_turn(work, operator, cancelled)
            drafted = next((run for run in runs if run.id == last), None)
            cited = cited_of(drafted, text) if drafted else []
            if last:
                answered = Answer(
                    run_id=last,
                    text=text,
                    author=operator.name,
                    author_id=operator.user_id,
                    citations=tuple(citation_of(one) for one in cited),
                )
                await self._log.close_turn(work, operator, answered, ahead=ahead)
            else:
                await self._log.add_reply(work, operator, conversation, text, ahead=ahead)
            for run in runs:
                run.citations = cited if run.id == last else []
                if run.id != last:
                    _end(run, RunStatus.CANCELLED, error=ANSWERED_BELOW)
                    continue
                masker = await self._log.masker(work, operator.project_id, conversation_id, Way.REPLY, ahead)
                _end(run, RunStatus.DONE, output={"answer": await masker.kept(text)})
                await self._log.masked(work, masker)
            work.session.add_all(runs)
            await self._record(work, operator, "reply", conversation_id)
            masks = Masks(self._log.masking)
            mask = await masks.of(work.session, operator.project_id, last, conversation_id, resumes=True)
            said = {"answer": mask.real(text)}  # a draft was masked, and its asker knows the words
            ended = [(run.id, run.status, said if run.output else None, run.error) for run in runs]
        for run_id, status, output, error in ended:
            await self._tell(run_id, status, output, error, cited if run_id == last else ())
        await self._end_all(operator, going)

    async def hand_back(self, operator: Operator, conversation_id: str) -> None:
        """Let the flow answer again, first what nobody answered. An admin hands back for somebody else.

        Raise ConversationNotFound, Conflict for who neither holds it nor manages the project.
        """
        operator.require(Permission.CONVERSATIONS_REPLY)
        async with self._units.write(operator) as work:
            _, held = await self._locked(work, operator, conversation_id)
            if held is None:
                return
            if held.held_by_id != operator.user_id and not operator.may(Permission.PROJECT_MANAGE):
                raise Conflict(f"{held.held_by} holds this conversation.", hint="They, or an admin, hand it back.")
            await work.session.delete(held)
            rows = ApprovalRepository(work.session, operator.project_id)
            waiting = await TakeoverRepository(work.session, operator.project_id).runs(conversation_id)
            going = [(run.id, attempt) for run in waiting if (attempt := await rows.go_on(run.id)) is not None]
            await ConversationRepository(work.session, operator.project_id).wait(conversation_id, waits=False)
            await self._record(work, operator, "hand_back", conversation_id)

            async def carry_on() -> None:
                for run_id, attempt in going:
                    await self._jobs.enqueue(JOB, run_id, attempt)

            work.after_commit(carry_on)

    async def _locked(
        self, work: Work, operator: Operator, conversation_id: str
    ) -> tuple[ConversationRow, TakeoverRow | None]:
        conversation = await ConversationRepository(work.session, operator.project_id).conversation(conversation_id)
        if conversation is None:
            raise ConversationNotFound
        return conversation, await TakeoverRepository(work.session, operator.project_id).holder(conversation_id)

    async def _record(self, work: Work, operator: Operator, act: str, conversation_id: str) -> None:
        await AuditTrail(work.session).record(operator, f"conversation.{act}", Target("conversation", conversation_id))

    async def _end_all(self, operator: Operator, run_ids: Sequence[str]) -> None:
        """End runs whose questions a person has answered: behind that unit, for a run locks itself first."""
        if not run_ids:
            return
        async with self._units.write(operator) as work:
            rows = RunRepository(work.session, operator.project_id)
            for run_id in run_ids:
                if await rows.cancel_idle(run_id, ANSWERED, utc_now()):
                    await ApprovalRepository(work.session, operator.project_id).end(run_id, ANSWERED)
                await rows.ask_to_cancel(run_id)

    async def _tell(
        self, run_id: str, status: str, output: object = None, error: str = "", cited: Sequence[Any] = ()
    ) -> None:
        """Say the last word of a run for whoever watches it."""
        if status == RunStatus.WAITING:
            waits = {"event": "run.waiting", "run_id": run_id, "status": "waiting", "waits_for": []}
            await self._events.publish(run_topic(run_id), {**waits, "usage": Usage().as_json(), "time_ms": 0})
            return
        event = "run.done" if status == RunStatus.DONE else "run.failed"
        facts = {"event": event, "run_id": run_id, "status": str(status), "usage": Usage().as_json(), "time_ms": 0}
        await self._events.publish(
            run_topic(run_id), {**facts, "output": output, "citations": [*cited], "error": error, "node": ""}
        )


def _end(run: RunRow, status: RunStatus, *, output: dict[str, str] | None = None, error: str = "") -> None:
    run.status, run.output, run.error = status.value, output, error
    run.started_at = run.finished_at = utc_now()


async def _takeover(rows: TakeoverRepository, row: TakeoverRow) -> Takeover:
    draft = answer_text(await rows.draft(row.conversation_id))
    is_under_way = bool(await rows.under_way(row.conversation_id))
    return Takeover(row.conversation_id, row.held_by, row.held_by_id, row.since, draft, is_under_way)
