"""What members chose to look at one person alone: saved views and alerts that are filtered by their id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.alerts.models import AlertRow
from backend.alerts.repository import Alerts
from backend.conversations.models import ConversationViewRow


class Choices:
    """Opened for one unit of work and one project, which has few of both: all of them are read."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session, self._project_id = session, project_id

    async def views(self, names: Sequence[str]) -> list[ConversationViewRow]:
        """Return those that show one person, by name."""
        row = ConversationViewRow
        statement = select(row).where(row.project_id == self._project_id).order_by(col(row.name))
        return [one for one in await self._session.exec(statement) if is_about(one.query, names)]

    async def alerts(self, names: Sequence[str]) -> list[AlertRow]:
        """Return those that watch one person, by name."""
        row = AlertRow
        statement = select(row).where(row.project_id == self._project_id).order_by(col(row.name), col(row.id))
        return [one for one in await self._session.exec(statement) if is_about(one.filters, names)]

    async def remove(self, names: Sequence[str]) -> None:
        """Remove both, alerts with what they fired and told: without the choice they would be about everybody."""
        for view in await self.views(names):
            await self._session.delete(view)
        for alert in await self.alerts(names):
            await Alerts(self._session, self._project_id).delete(alert.id)


def is_about(chosen: Mapping[str, Any], names: Sequence[str]) -> bool:
    """Tell whether a search is for one of the names, or a value of metadata is one of them."""
    known = {one.casefold() for one in names}
    values = [one.partition("=")[2] for one in chosen.get("metadata", ())]
    return any(one.strip().casefold() in known for one in (chosen.get("text", ""), *values))
