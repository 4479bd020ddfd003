"""From a wish to a run that is ready to start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from backend.columns import storable, utc_now
from backend.conversations.details import checked
from backend.conversations.repository import ConversationRepository
from backend.errors import Conflict, InvalidInput
from backend.flows.context import RunFacts
from backend.flows.document import FlowDocument
from backend.flows.engine.chat import AheadTurn, Chat
from backend.flows.engine.job import RunJob
from backend.flows.engine.loader import Loader, run_operator
from backend.flows.engine.plan import Plan
from backend.flows.errors import ConversationHeld, VersionNotFound
from backend.flows.graph.validation import errors_of, problems_of
from backend.flows.instead import Instead, with_others
from backend.flows.masks import NO_MASK, RunMask
from backend.flows.models import FlowRow, RunRow
from backend.flows.nodes.input import InputConfig, accepted, message_field
from backend.flows.nodes.registry import AnyKind
from backend.flows.published import Live, Published
from backend.flows.repository.flows import FlowRepository
from backend.flows.repository.runs import RunRepository
from backend.flows.repository.takeovers import TakeoverRepository
from backend.flows.service.parts import flow_row
from backend.flows.service.pins import Pins
from backend.flows.service.publishing import refuse_errors
from backend.flows.types import RunStatus, RunWish, Trigger
from backend.ids import new_id
from backend.operator import Operator
from backend.ports.run_journal import RunOpening
from backend.ports.templates import Templates
from backend.prompts.types import Taking
from backend.unit_of_work import Units, Work


@dataclass(frozen=True, slots=True)
class Prepared:
    """A wish that was checked."""

    run_id: str
    live: Live
    plan: Plan
    wish: RunWish
    message: str | None
    """What the person said, None unless the flow is a chat."""
    ahead: AheadTurn | None = None
    """It as it is kept, where it is long."""


class Starting:
    """Find the version, check the input, make the job."""

    def __init__(
        self,
        units: Units,
        templates: Templates,
        kinds: Mapping[str, AnyKind],
        *,
        published: Published,
        loader: Loader,
        chat: Chat,
        worker: str,
        pins: Pins,
    ) -> None:
        self._units, self._templates, self._kinds, self._pins = units, templates, kinds, pins
        self._published, self._loader, self._chat, self._worker = published, loader, chat, worker

    async def prepare(self, operator: Operator, name: str, wish: RunWish) -> Prepared:
        """Raise FlowNotFound, VersionNotFound, FlowHasProblems, InvalidInput, Conflict when nothing is published."""
        wish = replace(wish, input=storable(wish.input), details=checked(wish.details))
        run_id = wish.run_id or new_id("run")
        live = self._published.get(operator.project_id, name) if wish.version == "published" else None
        if live is None:
            live = await self._find(operator, name, wish)
        plan = await self._loader.plan(operator.project_id, live.snapshot_id)
        if plan.follows:
            live = await self._pins.stand(operator, live, plan.follows, _taking(run_id, wish))
            plan = await self._loader.plan(operator.project_id, live.snapshot_id)
        config = plan.input_config
        assert isinstance(config, InputConfig)
        accepted(config, wish.input)
        is_chat = config.mode == "chat"
        if wish.conversation_id and not is_chat:
            raise InvalidInput("This flow is a form: it has no conversations.", fields={"conversation_id": "not here"})
        has_turn = is_chat and wish.trigger.asks_people
        message = str(wish.input.get(message_field(config), "")) if has_turn else None
        ahead = message and await self._chat.read_ahead(operator, message, wish, run_id)
        return Prepared(run_id, live, plan, wish, message, ahead or None)

    async def job(self, operator: Operator, prepared: Prepared) -> RunJob:
        """Make the job of a run that starts now. A chat's question and run row are committed first, together.

        Raise ConversationHeld where a person answers in its place; the run is then written down all the same.
        """
        opening: RunOpening | None = None
        conversation_id, history, mask = None, await self._history(operator, prepared), NO_MASK
        if prepared.message is None:
            opening = self._opening(operator, prepared)
            if not self._chat.masks.is_off(operator.project_id):
                async with self._units.read(operator) as session:
                    mask = await self._chat.masks.of(session, operator.project_id, prepared.run_id, None)
        else:
            async with self._units.write(operator) as work:
                conversation_id, is_held, mask = await self.open_row(work, operator, prepared, RunStatus.RUNNING)
            if is_held:
                raise ConversationHeld(prepared.run_id, conversation_id or "")
        facts = RunFacts(
            run_id=prepared.run_id,
            flow_id=prepared.live.flow_id,
            operator=run_operator(operator.project_id, operator.user_id, operator.name),
            input=prepared.wish.input,
            conversation_id=conversation_id,
            history=history,
            asks_people=prepared.wish.trigger.asks_people,
            repeats=prepared.wish.repeats,
            mask=mask,
            pace=prepared.wish.pace,
        )
        return RunJob(prepared.run_id, 1, prepared.plan, facts, opening)

    async def open_row(
        self, work: Work, operator: Operator, prepared: Prepared, status: RunStatus
    ) -> tuple[str | None, bool, RunMask]:
        """Write the run's row, and the question of a chat; return its conversation, if a person holds it, and its mask.

        Then the run waits for them. Whoever takes over locks the conversation as `open` does: neither misses the other.
        """
        rows = RunRepository(work.session, operator.project_id)
        conversation_id = None
        if prepared.message is not None:
            live = prepared.live
            conversation_id = await self._chat.open(
                work,
                operator,
                run_id=prepared.run_id,
                flow=(live.flow_id, live.flow_name, live.version or 0),
                text=prepared.message,
                conversation_id=prepared.wish.conversation_id,
                trigger=prepared.wish.trigger,
                person=prepared.wish.person,
                details=prepared.wish.details,
                ahead=prepared.ahead,
            )
        mask = await self._chat.masks.of(work.session, operator.project_id, prepared.run_id, conversation_id)
        if prepared.ahead and mask.fits(prepared.ahead.run.met):
            mask = prepared.ahead.run.mask
        written = await mask.kept(prepared.wish.input)
        told = None if conversation_id or not prepared.wish.details else await mask.kept(dict(prepared.wish.details))
        await mask.save(work)
        holder = await TakeoverRepository(work.session, operator.project_id).holder(conversation_id or "")
        if holder:
            status = RunStatus.WAITING
            await ConversationRepository(work.session, operator.project_id).wait(conversation_id)
        running = status is RunStatus.RUNNING
        rows.add(
            RunRow(
                id=prepared.run_id,
                project_id=operator.project_id,
                flow_id=prepared.live.flow_id,
                version=prepared.live.version,
                draft_version=prepared.live.draft_version,
                snapshot_id=prepared.live.snapshot_id,
                status=status.value,
                trigger=prepared.wish.trigger.value,
                worker=self._worker if running else "",
                input=written,
                conversation_id=conversation_id,
                started_by=operator.name,
                started_by_id=operator.user_id,
                person="" if conversation_id else mask.name(prepared.wish.person),
                details=told,
                item_id=prepared.wish.item_id,
                started_at=utc_now() if running else None,
            )
        )
        return conversation_id, holder is not None, mask

    async def _history(self, operator: Operator, prepared: Prepared) -> tuple[dict[str, object], ...]:
        if prepared.wish.history is not None:
            return prepared.wish.history
        acting = run_operator(operator.project_id, operator.user_id, operator.name)
        return await self._chat.history(acting, prepared.wish.conversation_id or None)

    def _opening(self, operator: Operator, prepared: Prepared) -> RunOpening:
        live = prepared.live
        return RunOpening(
            project_id=operator.project_id,
            flow_id=live.flow_id,
            version=live.version,
            draft_version=live.draft_version,
            snapshot_id=live.snapshot_id,
            trigger=prepared.wish.trigger.value,
            worker=self._worker,
            input=prepared.wish.input,
            conversation_id=prepared.wish.repeats.conversation_id if prepared.wish.repeats else None,
            started_by=operator.name,
            started_by_id=operator.user_id,
            created_at=utc_now(),
            person=prepared.wish.person,
            item_id=prepared.wish.item_id,
            details=prepared.wish.details,
        )

    async def _find(self, operator: Operator, name: str, wish: RunWish) -> Live:
        if wish.version == "draft":
            return await self._draft(operator, name, wish.snapshot_id)
        async with self._units.read(operator) as session:
            rows = FlowRepository(session, operator.project_id)
            row = await flow_row(rows, name)
            if wish.snapshot_id and isinstance(wish.version, int):
                return Live(row.id, row.name, wish.version, None, wish.snapshot_id)
            number = row.published_version if wish.version == "published" else wish.version
            if number is None:
                raise Conflict("This flow is not published yet.", hint='Publish it, or run it with version "draft".')
            version = await rows.version(row.id, int(number))
            if version is None:
                raise VersionNotFound(f"This flow has no version {number}.")
            live = Live(row.id, row.name, version.number, None, version.snapshot_id)
        return self._published.keep(operator.project_id, name, live) if wish.version == "published" else live

    async def pin(
        self, operator: Operator, name: str, version: int | Literal["draft"], instead: Instead | None = None
    ) -> str:
        """Keep what would run now, with the versions that labels mean, and return its snapshot. Raise as `prepare`."""
        live = await self._find(operator, name, RunWish({}, version))
        if instead:
            live = replace(live, snapshot_id=await self._changed(operator, live.snapshot_id, instead))
        follows = (await self._loader.plan(operator.project_id, live.snapshot_id)).follows
        return (await self._pins.stand(operator, live, follows, None) if follows else live).snapshot_id

    async def _changed(self, operator: Operator, snapshot_id: str, instead: Instead) -> str:
        async with self._units.write(operator) as work:
            rows = FlowRepository(work.session, operator.project_id)
            document = FlowDocument.stored(await rows.snapshot(snapshot_id) or {})
            return await rows.keep_snapshot(with_others(document, instead))

    async def _draft(self, operator: Operator, name: str, pinned: str = "") -> Live:
        """Keep the draft as it stands, so that the run can show and resume what it ran."""
        async with self._units.read(operator) as session:
            row = await flow_row(FlowRepository(session, operator.project_id), name)
        if pinned:
            return Live(row.id, row.name, None, None, pinned)
        document = FlowDocument.stored(row.draft)
        refuse_errors(errors_of(problems_of(document, self._kinds, self._templates)), "run")
        async with self._units.write(operator) as work:
            snapshot_id = await FlowRepository(work.session, operator.project_id).keep_snapshot(document)
        return _live_draft(row, snapshot_id)


def _taking(run_id: str, wish: RunWish) -> Taking | None:
    """Return who takes what a label points at; a draft is tried, and an experiment measures what it says."""
    if wish.version != "published" or not wish.trigger.asks_people or wish.trigger is Trigger.DEMO:
        return None
    return Taking(run_id, wish.conversation_id)


def _live_draft(row: FlowRow, snapshot_id: str) -> Live:
    return Live(row.id, row.name, None, row.draft_version, snapshot_id)
