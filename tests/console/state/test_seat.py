"""A handler asks who is there, and tells of those whom it turns away."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from backend.bootstrap import Services
from backend.errors import Forbidden
from backend.identity.models import MemberRow
from console.state.models_form import ModelsFormState
from tests.console.tab import Tab, tab
from tests.tenancy import EVERYWHERE

__all__ = ["tab"]


async def test_a_handler_that_turns_a_viewer_away_is_told(tab: Tab, services: Services) -> None:
    owner = await services.identity.ensure_owner()
    async with services.units.write(EVERYWHERE) as work:
        await work.session.exec(update(MemberRow).values(role="viewer"))
    with pytest.raises(Forbidden):
        await tab.state(ModelsFormState).save({})
    [denied] = [event for event in (await services.audit.list(owner)).items if event.action == "access.denied"]
    assert denied.actor.id == owner.user_id
    assert denied.after
    assert "models:edit" in denied.after["refused"]
