"""The two moves that every state shares: asking who is there, and loading with a phase."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal
from zoneinfo import ZoneInfo

import reflex as rx

from backend.bootstrap import services
from backend.errors import Forbidden
from backend.identity.types import Person
from backend.operator import Operator, Permission
from console.door.events import SeatState, cookie_of
from console.problems import Problem, problem_of

Phase = Literal["idle", "loading", "ready", "empty", "failed"]
logger = logging.getLogger(__name__)


class Seated(rx.State, mixin=True):
    """Who is signed in, read on the server from the HttpOnly cookie, each time."""

    async def _operator(self, permission: Permission) -> Operator:
        """Return who asks. Raise SignInNeeded or Forbidden."""
        operator, _ = await self._seat()
        if not operator.may(permission):
            await services().audit.refused(operator, type(self).__name__, f"needs {permission.value}")
        operator.require(permission)
        return operator

    async def _person(self) -> Person:
        """Return the name, role and project of who asks. Raise SignInNeeded."""
        return (await self._seat())[1]

    async def _zone(self) -> ZoneInfo:
        """Return the time zone that who asks reads in."""
        return ZoneInfo((await self._person()).time_zone)

    async def _seat(self) -> tuple[Operator, Person]:
        tab = await self.get_state(SeatState)
        return await services().identity.by_session(cookie_of(self), tab._project_id)


class Phased(Seated, mixin=True):
    """A screen that loads: `phase_view` draws each phase."""

    phase: rx.Field[Phase] = rx.field("loading")
    problem: rx.Field[Problem] = rx.field(default_factory=Problem)

    async def _operator(self, permission: Permission) -> Operator:
        """Return who asks; a screen that may not even load says so where its data would stand."""
        try:
            return await super()._operator(permission)
        except Forbidden as refusal:
            if self.phase == "loading":
                self.problem, self.phase = problem_of(refusal), "failed"
            raise

    @asynccontextmanager
    async def _loading(self) -> AsyncIterator[None]:
        """Set the phase to failed, with words and a reference, when the block raises; the block sets ready or empty."""
        try:
            yield
        except Exception as error:  # noqa: BLE001  # every failure of a load is drawn where the data would stand
            self.problem = problem_of(error)
            self.phase = "failed"
