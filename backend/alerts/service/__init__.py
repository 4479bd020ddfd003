"""The use cases of alerts, a file per group."""

from __future__ import annotations

from backend.alerts.service.delivering import DeliveringUseCases
from backend.alerts.service.previewing import PreviewUseCases
from backend.alerts.service.rules import RuleUseCases
from backend.alerts.service.watching import WatchingUseCases


class AlertService(RuleUseCases, PreviewUseCases, WatchingUseCases, DeliveringUseCases):
    """Everything that is done with alerts."""

    async def go_on(self) -> None:
        """Look at the rules that are due, then begin to deliver what is; for the server, every few seconds."""
        await self.watch()
        await self.begin()


__all__ = ["AlertService"]
