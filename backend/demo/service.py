"""The example project and the first steps in it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from datetime import datetime

from backend.audit.repository import AuditTrail
from backend.audit.types import Target
from backend.columns import utc_now
from backend.conversations.service import ConversationService
from backend.conversations.types import SAID, SHOWN, Channel, ChatState, Filters, Message, Role
from backend.demo.models import DemoRow
from backend.demo.repository import DemoRepository
from backend.demo.seeding import Seeding
from backend.demo.types import Example, ExampleFlow, ExampleNode, FirstRun, LastAsked
from backend.errors import NotFound
from backend.flows.service import FlowService
from backend.knowledge.service import KnowledgeService
from backend.knowledge.types import Document, DocumentFilter, DocumentStatus
from backend.operator import Operator, Permission
from backend.paging import MAX_LIMIT, Page
from backend.providers.service import ProviderService
from backend.providers.types import EMBEDDED_CHAT
from backend.unit_of_work import Units

NOWHERE = "-"  # an id that nothing has
MOST_SHOWN = 12
MOST_LOOKED_AT = 3
IN_USE = 20  # conversations of one day from which a project is in use
OWN_CHANNELS = tuple(sorted(SHOWN - {Channel.EXAMPLE}))


class DemoService:
    """Stand above knowledge, flows and conversations, and use only what they offer everybody."""

    def __init__(
        self,
        units: Units,
        knowledge: KnowledgeService,
        flows: FlowService,
        conversations: ConversationService,
        providers: ProviderService,
    ) -> None:
        self._units = units
        self._knowledge = knowledge
        self._flows = flows
        self._conversations = conversations
        self._providers = providers
        self._one_at_a_time = asyncio.Lock()
        self._being_made: set[str] = set()  # projects

    async def seed(self, operator: Operator) -> None:
        """Make the example at the first start, or what a killed start left open of it; do nothing afterwards."""
        operator.require(Permission.PROJECT_MANAGE)
        with self._making(operator):
            async with self._one_at_a_time:
                if (await self._row(operator)).seeded_at is None:
                    await self._seeding(operator).run()

    async def reset(self, operator: Operator) -> None:
        """Remove the example's things and make them again. What a person made or added stays."""
        operator.require(Permission.PROJECT_MANAGE)
        async with self._one_at_a_time:
            row = await self._row(operator)
            await self._remove(operator, row)
            async with self._units.write(operator) as work:
                await self._conversations.remove(work, operator, row.conversation_ids)
                await DemoRepository(work.session, operator.project_id).change(
                    flow_id="", document_ids=[], conversation_ids=[], seeded_at=None, hidden_at=None
                )
                await AuditTrail(work.session).record(operator, "demo.reset", Target("project", operator.project_id))
            with self._making(operator):
                await self._seeding(operator).run()
            if row.flow_id:
                again = await self._row(operator)
                async with self._units.write(operator) as work:
                    await self._conversations.hand_over(work, operator, row.flow_id, to=again.flow_id)

    @contextlib.contextmanager
    def _making(self, operator: Operator) -> Iterator[None]:
        """Say of a project that its example is on its way, while the block runs."""
        self._being_made.add(operator.project_id)
        try:
            yield
        finally:
            self._being_made.discard(operator.project_id)

    async def _remove(self, operator: Operator, row: DemoRow) -> None:
        """Take the flow and the documents of the example away; those that a person removed are no error."""
        for document_id in row.document_ids:
            with contextlib.suppress(NotFound):
                await self._knowledge.delete_document(operator, document_id)
        with contextlib.suppress(NotFound):
            await self._flows.delete(operator, row.flow_id or NOWHERE)

    async def first_run(self, operator: Operator) -> FirstRun:
        """Tell where the first steps stand. A step that is done keeps the moment it was done, whenever it is seen."""
        operator.require(Permission.PROJECT_READ)
        row = await self._row(operator)
        seen = {
            "asked_at": row.asked_at or await self._asked_at(operator, row),
            "added_at": row.added_at or await self._added_at(operator, row),
            "connected_at": row.connected_at or await self._connected_at(operator),
        }
        new = {name: moment for name, moment in seen.items() if moment and getattr(row, name) is None}
        if new:
            async with self._units.write(operator) as work:
                await DemoRepository(work.session, operator.project_id).change(**new)
        seeded, being_made = row.seeded_at is not None, operator.project_id in self._being_made
        return FirstRun(
            seeded=seeded,
            being_made=being_made,
            is_empty=not (seeded or being_made) and await self._is_empty(operator),
            hidden=row.hidden_at is not None,
            model=await self._model(operator),
            example=await self._example(operator, row),
            in_use=await self._in_use(operator),
            **seen,
        )

    async def added_documents(self, operator: Operator) -> tuple[list[Document], bool]:
        """Return the newest documents that a person added, and whether anything is in work there or in the handbook."""
        operator.require(Permission.KNOWLEDGE_READ)
        row = await self._row(operator)
        being_made = operator.project_id in self._being_made
        if not _own(row):
            return [], being_made
        with contextlib.suppress(NotFound):
            listed = await self._knowledge.list_documents(operator, _own(row), Page(limit=MOST_SHOWN))
            busy = being_made or any(one.status.in_work for one in listed.items)
            return [one for one in listed.items if one.id not in row.document_ids], busy
        return [], False

    async def last_asked(self, operator: Operator) -> LastAsked | None:
        """Return what the operator asked the example flow last in the console; None where that was nothing."""
        operator.require(Permission.PROJECT_READ)
        row = await self._row(operator)
        if not row.flow_id or not operator.may(Permission.CONVERSATIONS_READ):
            return None
        theirs = Filters(flow_ids=(row.flow_id,), channels=(Channel.CONSOLE,))
        listed = await self._conversations.list(operator, theirs, Page(limit=MOST_LOOKED_AT))
        for conversation in listed.items:
            said = (await self._conversations.transcript(operator, conversation.id)).messages
            if found := _last_pair(said, operator.name):
                return found
        return None

    async def hide(self, operator: Operator, *, hidden: bool = True) -> None:
        """Put the home in the place of the first screen, or bring the first screen back."""
        operator.require(Permission.PROJECT_READ)
        async with self._units.write(operator) as work:
            rows = DemoRepository(work.session, operator.project_id)
            await rows.change(hidden_at=utc_now() if hidden else None)

    def _seeding(self, operator: Operator) -> Seeding:
        return Seeding(self._units, self._knowledge, self._flows, self._conversations, operator)

    async def _row(self, operator: Operator) -> DemoRow:
        async with self._units.read(operator) as session:
            row = await DemoRepository(session, operator.project_id).read()
            session.expunge_all()  # it is read after the session is closed
            return row

    async def _asked_at(self, operator: Operator, row: DemoRow) -> datetime | None:
        """Return when a person first got an answer of any flow in the console; what came with the product is none."""
        if not row.flow_id:
            return None
        theirs = Filters(states=SAID, channels=(Channel.CONSOLE,))
        listed = (await self._conversations.list(operator, theirs, Page(limit=MAX_LIMIT))).items
        first = min(listed, key=lambda one: one.started_at, default=None)
        if first is None:
            return None
        said = (await self._conversations.transcript(operator, first.id)).messages
        return min((one.created_at for one in said if _is_answer(one)), default=first.last_message_at)

    async def _added_at(self, operator: Operator, row: DemoRow) -> datetime | None:
        """Return when a person added the first document that can be read, to any knowledge base but the handbook's."""
        if not _own(row):
            return None
        found: list[datetime] = []
        page, ready = Page(limit=MAX_LIMIT), DocumentFilter(status=DocumentStatus.DONE)
        for base in (await self._knowledge.list(operator)).items:
            if base.id == row.knowledge_base_id != _own(row):
                continue  # its files may be there before they are noted
            with contextlib.suppress(NotFound):
                listed = await self._knowledge.list_documents(operator, base.id, page, ready)
                found += [one.created_at for one in listed.items if one.id not in row.document_ids]
        return min(found, default=None)

    async def _in_use(self, operator: Operator) -> bool:
        """Tell whether people talk here: conversations of its own on two days, or `IN_USE` of them on one."""
        if not operator.may(Permission.CONVERSATIONS_READ):
            return False
        theirs = Filters(channels=OWN_CHANNELS)
        listed = (await self._conversations.list(operator, theirs, Page(limit=IN_USE))).items
        return len(listed) == IN_USE or len({one.started_at.date() for one in listed}) > 1

    async def _is_empty(self, operator: Operator) -> bool:
        one = Page(limit=1)
        return (
            not (await self._flows.list(operator, one)).items and not (await self._knowledge.list(operator, one)).items
        )

    async def _connected_at(self, operator: Operator) -> datetime | None:
        return min((one.created_at for one in (await self._providers.list(operator)).items), default=None)

    async def _model(self, operator: Operator) -> str:
        """Return the model that answers, empty for the embedded one."""
        reference = await self._providers.default(operator)
        return "" if reference == EMBEDDED_CHAT else reference

    async def _example(self, operator: Operator, row: DemoRow) -> Example:
        """Read what is left of the example: a thing that a person removed is None."""
        flow = base = own = None
        with contextlib.suppress(NotFound):
            found = await self._flows.get(operator, row.flow_id or NOWHERE)
            nodes = sorted(found.draft.nodes, key=lambda node: node.plate)
            flow = ExampleFlow(
                id=found.id,
                name=found.name,
                slug=found.slug,
                nodes=tuple(ExampleNode(node.id, node.plate, node.title) for node in nodes),
            )
        with contextlib.suppress(NotFound):
            base = await self._knowledge.get(operator, row.knowledge_base_id or NOWHERE)
        with contextlib.suppress(NotFound):
            own = await self._knowledge.get(operator, _own(row) or NOWHERE)
        return Example(flow, base, own, await self._conversations.count(operator, row.conversation_ids))


def _own(row: DemoRow) -> str:
    """Return the base that takes a person's documents: of an example from before it, the handbook's."""
    return row.own_base_id or row.knowledge_base_id


def _last_pair(said: Sequence[Message], name: str) -> LastAsked | None:
    """Return the last question of somebody that was answered, with its own answer: a talk may go on."""
    asked = {one.run_id: one.text for one in said if one.role is Role.USER and one.author == name and one.run_id}
    answers = (one for one in reversed(said) if _is_answer(one) and one.run_id in asked)
    return next((LastAsked(asked[one.run_id], one) for one in answers), None)


def _is_answer(one: Message) -> bool:
    return one.role is Role.ASSISTANT and one.state is not ChatState.RUNNING
