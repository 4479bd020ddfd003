"""What an organisation is called."""

from __future__ import annotations

import pytest
from sqlmodel import col, select

from backend.audit.models import AuditEventRow
from backend.errors import Forbidden, InvalidInput
from backend.identity.permissions import Role
from backend.identity.service import IdentityService
from backend.ports.database import Database
from backend.unit_of_work import Units
from tests.factories.people import join, operator_of
from tests.tenancy import EVERYWHERE


async def test_an_owner_renames_it_and_everybody_reads_so_at_once(any_database: Database) -> None:
    units = Units(any_database)
    identity = IdentityService(units)
    owner = await identity.ensure_owner()
    lena = await join(units, owner, "Lena", Role.VIEWER)
    assert (await identity.by_session(lena))[1].organisation_name == "My organisation"
    renamed = await identity.rename_organisation(owner, "  Alder &  Rowe ")
    assert (renamed.id, renamed.name) == (owner.organisation_id, "Alder & Rowe")
    assert (await identity.by_session(lena))[1].organisation_name == "Alder & Rowe"
    assert await identity.organisation(await operator_of(identity, lena)) == renamed
    async with units.read(EVERYWHERE) as session:
        [told] = await session.exec(select(AuditEventRow).where(col(AuditEventRow.action) == "organisation.rename"))
    assert (told.before, told.after) == ({"name": "My organisation"}, {"name": "Alder & Rowe"})
    assert (told.actor_id, told.target_id) == (owner.user_id, owner.organisation_id)


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "Alder\x00", "Al\u202eder"])
async def test_what_is_no_name_is_refused(any_database: Database, name: str) -> None:
    identity = IdentityService(Units(any_database))
    owner = await identity.ensure_owner()
    with pytest.raises(InvalidInput):
        await identity.rename_organisation(owner, name)
    assert (await identity.organisation(owner)).name == "My organisation"


async def test_an_admin_does_not_rename_it(any_database: Database) -> None:
    units = Units(any_database)
    identity = IdentityService(units)
    owner = await identity.ensure_owner()
    admin = await operator_of(identity, await join(units, owner, "Daniel", Role.ADMIN))
    with pytest.raises(Forbidden):
        await identity.rename_organisation(admin, "Mine")
