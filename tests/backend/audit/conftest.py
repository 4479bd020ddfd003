"""A log of six events, signed as a server signs it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlmodel import col, select

from backend.audit.models import AuditEventRow
from backend.audit.repository import AuditTrail
from backend.audit.service import AuditService
from backend.audit.signing import SIGNER
from backend.audit.types import Breach, Target
from backend.engines.sealing.fernet import FernetSealer
from backend.operator import Operator
from backend.ports.database import Database
from backend.unit_of_work import Units
from tests.tenancy import EVERYWHERE

NUM_EVENTS = 6
KEY = "a key of enough characters 1"


@pytest.fixture
def units(any_database: Database) -> Units:
    units = Units(any_database)
    units.lent[SIGNER] = FernetSealer([KEY])
    return units


@pytest.fixture
async def acts(units: Units, owner: Operator) -> list[AuditEventRow]:
    """Six events, numbered from 1."""
    for number in range(1, NUM_EVENTS + 1):
        async with units.write(EVERYWHERE) as work:
            target = Target("flow" if number % 2 else "provider", f"thing_{number}", f"Thing {number}")
            action = "flow.publish" if number % 2 else "provider.update"
            await AuditTrail(work.session).record(owner, action, target, after={"version": number})
    async with units.read(EVERYWHERE) as session:
        return list(await session.exec(select(AuditEventRow).order_by(col(AuditEventRow.sequence))))


async def breaches(units: Units, owner: Operator) -> Sequence[Breach]:
    return (await AuditService(units).verify(owner)).breaches
