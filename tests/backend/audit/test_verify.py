"""A log that was touched behind its back says where."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest
from sqlalchemy import delete, update
from sqlmodel import col, select

from backend.audit.chain import link
from backend.audit.models import AuditEventRow, AuditHeadRow
from backend.audit.repository import AuditTrail
from backend.audit.service import AuditService
from backend.audit.types import Breach, BreachKind, Filters, Target
from backend.bootstrap import Services
from backend.bootstrap.commands import COMMANDS
from backend.errors import Forbidden
from backend.ids import new_id
from backend.operator import Operator, Permission
from backend.paging import Page
from backend.unit_of_work import Units
from tests.backend.audit.conftest import NUM_EVENTS, breaches
from tests.tenancy import EVERYWHERE


async def _edit(units: Units, sequence: int, **values: object) -> None:
    async with units.write(EVERYWHERE) as work:
        await work.session.exec(update(AuditEventRow).where(col(AuditEventRow.sequence) == sequence).values(**values))


async def test_an_untouched_log_holds(units: Units, owner: Operator, acts: list[AuditEventRow]) -> None:
    verified = await AuditService(units).verify(owner)
    assert (verified.num_events, verified.hash, verified.breaches) == (NUM_EVENTS, acts[-1].hash, ())


async def test_an_edited_event_is_named(units: Units, owner: Operator, acts: list[AuditEventRow]) -> None:
    await _edit(units, 3, actor_name="Somebody else")
    [breach] = await breaches(units, owner)
    assert (breach.kind, breach.sequence, breach.event_id) == (BreachKind.CHANGED, 3, acts[2].id)


async def test_an_edit_with_a_hash_to_match_breaks_the_next_link(
    units: Units, owner: Operator, acts: list[AuditEventRow]
) -> None:
    acts[2].actor_name = "Somebody else"
    await _edit(units, 3, actor_name="Somebody else", hash=link(acts[2], acts[1].hash))
    [breach] = await breaches(units, owner)
    assert (breach.kind, breach.sequence) == (BreachKind.CHANGED, 4)


async def test_an_edit_of_the_last_event_with_a_hash_to_match_is_named(
    units: Units, owner: Operator, acts: list[AuditEventRow]
) -> None:
    acts[5].actor_name = "Somebody else"
    await _edit(units, 6, actor_name="Somebody else", hash=link(acts[5], acts[4].hash))
    [breach] = await breaches(units, owner)
    assert (breach.kind, breach.event_id) == (BreachKind.CHANGED, acts[5].id)


@pytest.mark.usefixtures("acts")
@pytest.mark.parametrize(("gone", "first"), [((3,), 3), ((2, 3), 2), ((1,), 1), ((6,), 6), ((5, 6), 5)])
async def test_removed_events_are_named(units: Units, owner: Operator, gone: tuple[int, ...], first: int) -> None:
    async with units.write(EVERYWHERE) as work:
        await work.session.exec(delete(AuditEventRow).where(col(AuditEventRow.sequence).in_(gone)))
    kind = BreachKind.CUT if NUM_EVENTS in gone else BreachKind.REMOVED
    assert await breaches(units, owner) == (Breach(kind, first, len(gone)),)


def _forged(like: AuditEventRow, sequence: int, previous: str) -> AuditEventRow:
    values = like.model_dump() | {"id": new_id("aud"), "sequence": sequence, "action": "forged"}
    row = AuditEventRow(**values)
    row.hash = link(row, previous)
    return row


async def test_an_event_added_at_the_end_is_named(units: Units, owner: Operator, acts: list[AuditEventRow]) -> None:
    forged = _forged(acts[5], 7, acts[5].hash)
    async with units.write(EVERYWHERE) as work:
        work.session.add(forged)
    [breach] = await breaches(units, owner)
    assert (breach.kind, breach.sequence, breach.action) == (BreachKind.ADDED, 7, "forged")


@pytest.mark.parametrize("has_right_hash", [True, False])
async def test_an_event_slipped_in_is_named(
    units: Units, owner: Operator, acts: list[AuditEventRow], *, has_right_hash: bool
) -> None:
    forged = _forged(acts[2], 4, acts[2].hash if has_right_hash else "nothing")
    async with units.write(EVERYWHERE) as work:
        for row in reversed(acts[3:]):  # from the end, for the numbers are unique
            renumber = update(AuditEventRow).where(col(AuditEventRow.id) == row.id)
            await work.session.exec(renumber.values(sequence=row.sequence + 1))
        work.session.add(forged)
    [breach] = await breaches(units, owner)
    assert (breach.kind, breach.sequence, breach.action) == (BreachKind.ADDED, 4, "forged")


async def test_two_first_events_at_once_make_one_chain(units: Units, owner: Operator) -> None:
    """Both find no end of the chain to lock: neither act may fail for that."""
    meeting = asyncio.Barrier(2)

    async def act(name: str) -> None:
        async with units.write(EVERYWHERE) as work:
            if work.session.get_bind().dialect.name == "postgresql":  # SQLite lets one writer in at a time
                await work.session.exec(select(AuditHeadRow))
                await meeting.wait()
            await AuditTrail(work.session).record(owner, "flow.publish", Target("flow", name))

    await asyncio.gather(act("flow_1"), act("flow_2"))
    verified = await AuditService(units).verify(owner)
    assert (verified.num_events, verified.breaches) == (2, ())


async def test_what_no_database_keeps_is_taken_out(units: Units, owner: Operator) -> None:
    async with units.write(EVERYWHERE) as work:
        target = Target("flow", "flow_1", "na\0me\ud800")
        await AuditTrail(work.session).record(owner, "flow.delete", target, before={"name": "na\0me"})
    [event] = (await AuditService(units).list(owner)).items
    assert (event.target.name, event.before) == ("name\ufffd", {"name": "name"})
    assert await breaches(units, owner) == ()


@pytest.mark.usefixtures("acts")
async def test_a_list_is_paged_newest_first(units: Units, owner: Operator) -> None:
    log = AuditService(units)
    first = await log.list(owner, page=Page(limit=4))
    rest = await log.list(owner, page=Page(limit=4, after=first.next or ""))
    assert [event.sequence for event in first.items + rest.items] == [6, 5, 4, 3, 2, 1]
    assert rest.next is None


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(actor="LOCAL own"), 6),
        (Filters(actor="nobody"), 0),
        (Filters(action="flow.publish"), 3),
        (Filters(action="flow"), 3),
        (Filters(action="flo"), 0),
        (Filters(target="provider"), 3),
        (Filters(target="thing_2"), 1),
        (Filters(target="Thing 5"), 1),
        (Filters(target="%"), 0),
        (Filters(target="\0%"), 0),
    ],
)
@pytest.mark.usefixtures("acts")
async def test_a_list_is_narrowed(units: Units, owner: Operator, filters: Filters, found: int) -> None:
    assert len((await AuditService(units).list(owner, filters)).items) == found


async def test_a_list_begins_and_ends_in_time(units: Units, owner: Operator, acts: list[AuditEventRow]) -> None:
    listed = await AuditService(units).list(owner, Filters(since=acts[1].at, until=acts[4].at))
    assert [event.sequence for event in listed.items] == [4, 3, 2]


@pytest.mark.usefixtures("acts")
async def test_another_organisation_and_project_see_nothing(units: Units, owner: Operator) -> None:
    for foreign in (dataclasses.replace(owner, organisation_id="org_2"), dataclasses.replace(owner, project_id="p2")):
        assert (await AuditService(units).list(foreign)).items == []


async def test_whoever_may_not_read_the_log_is_refused(units: Units, owner: Operator) -> None:
    editor = dataclasses.replace(owner, permissions=frozenset(Permission) - {Permission.AUDIT_READ})
    with pytest.raises(Forbidden):
        await AuditService(units).list(editor)
    with pytest.raises(Forbidden):
        await AuditService(units).verify(editor)


async def test_the_command_names_what_was_touched(services: Services) -> None:
    owner = await services.identity.ensure_owner()
    for name in ("flow_1", "flow_2", "flow_3"):
        async with services.units.write(EVERYWHERE) as work:
            await AuditTrail(work.session).record(owner, "flow.publish", Target("flow", name))
    assert "3 events hold" in [line async for line in COMMANDS["audit verify"](services, {})][-1]
    await _edit(services.units, 1, action="flow.delete")
    async with services.units.write(EVERYWHERE) as work:
        await work.session.exec(delete(AuditEventRow).where(col(AuditEventRow.sequence) == NUM_EVENTS // 2))
    changed, removed, _ = [line async for line in COMMANDS["audit verify"](services, {})]
    assert changed.startswith("BROKEN")
    assert "event 1 (aud_" in changed
    assert removed.endswith("its end was cut off from event 3 on, 1 of what was signed")
