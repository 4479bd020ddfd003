"""Whether the chain of the log holds, in a small state of its own: only this moves while it is walked along."""

from __future__ import annotations

import reflex as rx

from backend.audit.types import Verified
from backend.bootstrap import services
from backend.operator import Operator, Permission
from console.problems import caught
from console.state import formats
from console.state.audit_rows import breach_words, check_words
from console.state.seat import Seated


class AuditCheckState(Seated, rx.State):
    """`state` is "ok", "fail" or "" where nobody looked yet; `percent` counts while somebody does."""

    state: rx.Field[str] = rx.field("")
    words: rx.Field[str] = rx.field("")
    breaches: rx.Field[list[str]] = rx.field(default_factory=list)
    walking: rx.Field[bool] = rx.field(default=False)
    percent: rx.Field[int] = rx.field(0)
    walked: rx.Field[str] = rx.field("")

    @rx.event
    async def load(self) -> None:
        """Say when the chain was verified last."""
        await self._read(await self._operator(Permission.AUDIT_READ))

    @rx.event(background=True)
    async def verify(self) -> None:
        """Walk along the chain and say what was found."""
        async with self:
            operator = await self._operator(Permission.AUDIT_READ)
            if self.walking:
                return
            self.walking, self.percent, self.walked, self.breaches = True, 0, "", []
        verified: Verified | None = None
        with caught() as found:  # nobody waits for a background event, so its failure is drawn
            async for step in services().audit.walk(operator):
                verified = step.verified
                async with self:
                    self.percent = step.num_events * 100 // max(step.total, 1)
                    self.walked = f"{formats.count(step.num_events)} of {formats.counted(step.total, 'event')}"
        async with self:
            self.walking = False
            await self._read(operator, verified)
            if found.problem:
                self.state, self.words = "fail", found.problem.text

    async def _read(self, operator: Operator, verified: Verified | None = None) -> None:
        zone, now = await self._zone(), formats.now()
        self.state, self.words = check_words(await services().audit.last_check(operator), zone, now)
        self.breaches = [breach_words(one, zone, now) for one in verified.breaches] if verified else []
