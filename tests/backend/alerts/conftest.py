"""A desk for tests of alerts: one web server on loopback that may be called, and a mail server that keeps letters."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from backend.alerts.service import AlertService
from backend.alerts.types import Alert, AlertState
from backend.bootstrap import Services
from backend.conversations.models import ConversationRow
from backend.engines.http.client import GuardedHttp
from backend.ids import new_id
from backend.operator import Operator
from backend.ports.http import Reach
from backend.ports.mail import Letter
from tests.doubles.web import Seen, Web, reply, web
from tests.tenancy import EVERYWHERE


class Letters:
    """A mail server that keeps what it takes."""

    def __init__(self) -> None:
        self.taken: list[Letter] = []
        self.takes = True

    async def send(self, letter: Letter) -> bool:
        self.taken += [letter] if self.takes else []
        return self.takes


@dataclass
class Desk:
    """Alerts that may call one web server on loopback."""

    alerts: AlertService
    services: Services
    owner: Operator
    http: GuardedHttp
    mail: Letters
    web: Web
    answers: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.web.port}/hook"

    def again(self, public_url: str = "") -> AlertService:
        """Return the service of a process that was started anew."""
        made = self.services
        reach = Reach(frozenset({self.web.port}), frozenset({f"http://127.0.0.1:{self.web.port}"}))
        return AlertService(
            made.units, made.conversations, made.sealer, self.http, self.mail, public_url=public_url, reach=reach
        )

    async def happen(self, at: datetime, *states: str, **values: object) -> None:
        async with self.services.units.write(EVERYWHERE) as work:
            for state in states:
                row = ConversationRow(
                    id=new_id("conv"), project_id=self.owner.project_id, title="T", channel="api", state=state,
                    last_message_at=at, started_at=at, num_turns=1, **values,
                )  # fmt: skip
                work.session.add(row)

    async def look(self, at: datetime, times: int = 1) -> datetime:
        """Look once a minute; return when the next look is due."""
        for _ in range(times):
            await self.alerts.watch(at)
            at += timedelta(minutes=1)
        return at

    async def state(self, alert: Alert) -> AlertState:
        return (await self.alerts.get(self.owner, alert.id)).state


@pytest.fixture
async def desk(services: Services) -> AsyncIterator[Desk]:
    answers: list[bytes] = []

    def answer(_: Seen) -> bytes:
        return answers.pop(0) if answers else reply()

    http, mail = GuardedHttp(), Letters()
    async with web(answer) as server:
        owner = await services.identity.ensure_owner()
        made = Desk(services.alerts, services, owner, http, mail, server, answers)
        made.alerts = made.again()
        yield made
    await http.close()
