"""Whoever may write every row still signs no end."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlalchemy import delete, update
from sqlmodel import col

from backend.audit.chain import START, link
from backend.audit.models import AuditEventRow, AuditHeadRow
from backend.audit.repository import AuditTrail, sign_every_end
from backend.audit.signing import SIGNER, End, signed
from backend.audit.types import Breach, BreachKind, Target
from backend.engines.sealing.fernet import FernetSealer
from backend.operator import Operator
from backend.unit_of_work import Units
from tests.backend.audit.conftest import KEY, NUM_EVENTS, breaches
from tests.tenancy import EVERYWHERE

NEW_KEY = "a newer key of enough characters 22"


async def _cut(units: Units, keep: int, head: AuditEventRow) -> None:
    """Cut off the end and set the head to what is left, as whoever may write every row can."""
    async with units.write(EVERYWHERE) as work:
        await work.session.exec(delete(AuditEventRow).where(col(AuditEventRow.sequence) > keep))
        await work.session.exec(update(AuditHeadRow).values(sequence=keep, hash=head.hash))


async def _rewrite(units: Units, acts: Sequence[AuditEventRow], **head: object) -> None:
    """Forge the first event, and make every hash behind it anew, the head's too."""
    previous = START
    async with units.write(EVERYWHERE) as work:
        for number, row in enumerate(acts):
            row.actor_name = "Somebody else" if not number else row.actor_name
            row.hash = previous = link(row, previous)
            values = {"actor_name": row.actor_name, "hash": row.hash}
            await work.session.exec(update(AuditEventRow).where(col(AuditEventRow.id) == row.id).values(**values))
        await work.session.exec(update(AuditHeadRow).values(hash=previous, **head))


async def _act(units: Units, owner: Operator) -> None:
    async with units.write(EVERYWHERE) as work:
        await AuditTrail(work.session).record(owner, "flow.publish", Target("flow", "flow_9"))


async def test_an_end_that_was_cut_off_with_its_head_is_named(
    units: Units, owner: Operator, acts: list[AuditEventRow]
) -> None:
    await _cut(units, 4, acts[3])
    assert await breaches(units, owner) == (Breach(BreachKind.CUT, 5, 2),)


async def test_a_chain_that_was_rewritten_from_its_start_is_named(
    units: Units, owner: Operator, acts: list[AuditEventRow]
) -> None:
    await _rewrite(units, acts)
    assert await breaches(units, owner) == (Breach(BreachKind.REWRITTEN, NUM_EVENTS, NUM_EVENTS),)


async def test_a_rewritten_chain_without_its_signature_is_named(
    units: Units, owner: Operator, acts: list[AuditEventRow]
) -> None:
    await _rewrite(units, acts, signed_end="")
    assert await breaches(units, owner) == (Breach(BreachKind.REWRITTEN, 0, NUM_EVENTS),)


async def test_a_signature_of_another_key_or_organisation_is_none(
    units: Units, owner: Operator, acts: list[AuditEventRow]
) -> None:
    end = End(NUM_EVENTS, acts[-1].hash)
    forged = (
        signed(FernetSealer([NEW_KEY]), owner.organisation_id, end),
        signed(FernetSealer([KEY]), "org_other", end),
        f"{NUM_EVENTS}.{acts[-1].hash}.",
        "²..",
    )
    for text in forged:
        async with units.write(EVERYWHERE) as work:
            await work.session.exec(update(AuditHeadRow).values(signed_end=text))
        assert await breaches(units, owner) == (Breach(BreachKind.REWRITTEN, 0, NUM_EVENTS),)


async def test_acts_that_follow_do_not_sign_what_was_forged(
    units: Units, owner: Operator, acts: list[AuditEventRow]
) -> None:
    await _cut(units, 4, acts[3])
    for _ in range(3):  # to the number that was signed, and past it
        await _act(units, owner)
    assert await breaches(units, owner) == (Breach(BreachKind.REWRITTEN, NUM_EVENTS, 7),)


@pytest.mark.usefixtures("acts")
async def test_a_log_that_was_emptied_with_its_end_is_named(units: Units, owner: Operator) -> None:
    async with units.write(EVERYWHERE) as work:
        await work.session.exec(delete(AuditEventRow))
        await work.session.exec(delete(AuditHeadRow))
    assert await breaches(units, owner) == (Breach(BreachKind.REWRITTEN, 0, 0),)
    await _act(units, owner)
    assert await breaches(units, owner) == (Breach(BreachKind.REWRITTEN, 0, 1),)


@pytest.mark.usefixtures("acts")
async def test_a_new_key_signs_the_end_and_the_old_one_can_go(units: Units, owner: Operator) -> None:
    both, new = FernetSealer([NEW_KEY, KEY]), FernetSealer([NEW_KEY])
    async with units.write(EVERYWHERE) as work:
        assert await sign_every_end(work.session, both) == 1
        assert await sign_every_end(work.session, both) == 0
    units.lent[SIGNER] = new
    assert await breaches(units, owner) == ()
    await _act(units, owner)
    assert await breaches(units, owner) == ()


async def test_a_new_key_signs_no_end_that_was_forged(units: Units, owner: Operator, acts: list[AuditEventRow]) -> None:
    await _rewrite(units, acts)
    both = FernetSealer([NEW_KEY, KEY])
    async with units.write(EVERYWHERE) as work:
        await sign_every_end(work.session, both)
    units.lent[SIGNER] = FernetSealer([NEW_KEY])
    assert await breaches(units, owner) == (Breach(BreachKind.REWRITTEN, NUM_EVENTS, NUM_EVENTS),)


@pytest.mark.usefixtures("acts")
async def test_a_chain_without_its_end_is_named(units: Units, owner: Operator) -> None:
    async with units.write(EVERYWHERE) as work:
        await work.session.exec(delete(AuditHeadRow))
    assert Breach(BreachKind.REWRITTEN, 0, NUM_EVENTS) in await breaches(units, owner)
