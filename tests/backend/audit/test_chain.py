"""Every act is tied to the one before it."""

from __future__ import annotations

from sqlmodel import col, select

from backend.audit.chain import START, link
from backend.audit.models import AuditEventRow
from backend.audit.repository import AuditTrail
from backend.audit.types import Target
from backend.identity.service import IdentityService
from backend.ports.database import Database
from backend.unit_of_work import Units
from tests.tenancy import EVERYWHERE


async def test_each_event_covers_the_one_before(any_database: Database) -> None:
    units = Units(any_database)
    owner = await IdentityService(units).ensure_owner()
    for name in ("first", "second"):
        async with units.write(EVERYWHERE) as work:
            await AuditTrail(work.session).record(
                owner, "flow.publish", Target("flow", "flow_1", name), after={"v": 1.5}
            )
    async with units.read(EVERYWHERE) as session:
        rows = (await session.exec(select(AuditEventRow).order_by(col(AuditEventRow.sequence)))).all()
    first, second = rows
    assert (first.sequence, second.sequence) == (1, 2)
    assert first.hash == link(first, START)
    assert second.hash == link(second, first.hash)
    first.target_name = "forged"
    assert first.hash != link(first, START)
