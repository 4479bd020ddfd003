"""Claim a key, answer again what it was answered, or let it go after a failure."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable

from backend.columns import utc_now
from backend.errors import Clash, Conflict, InvalidInput
from backend.idempotency.models import IdempotencyRow
from backend.idempotency.repository import IdempotencyRepository
from backend.idempotency.types import ABANDONED, KEPT, MAX_KEY_LENGTH, Answer
from backend.operator import Operator
from backend.unit_of_work import Units, Work

Mask = Callable[[Work, str, str], Awaitable[str]]
UNDER_WAY = "A request with this Idempotency-Key is still under way."


class IdempotencyService:
    """Keys belong to whoever sends them, in a project; a fingerprint tells whether the same thing is asked."""

    def __init__(self, units: Units) -> None:
        self._units = units
        self.masked: Mask | None = None
        """Takes an answer's body of a project, and gives back what may be kept of it."""

    async def claim(self, operator: Operator, key: str, fingerprint: str) -> Answer | None:
        """Return the earlier answer, or None when the caller is the first and must `keep` or `release`.

        Raise InvalidInput when the key stood for something else, Conflict while the first request is under way.
        """
        if not 1 <= len(key) <= MAX_KEY_LENGTH:
            raise InvalidInput(f"An Idempotency-Key has 1 to {MAX_KEY_LENGTH} characters.")
        now = utc_now()
        try:
            async with self._units.write(operator) as work:
                rows = IdempotencyRepository(work.session, operator.project_id)
                await rows.forget_before(now - KEPT)
                found = await rows.find(_own(operator, key))
                if found is None:
                    rows.add(
                        IdempotencyRow(project_id=operator.project_id, key=_own(operator, key), fingerprint=fingerprint)
                    )
                    return None
                asked, _, digest = found.fingerprint.partition(":")
                if asked != fingerprint:
                    raise InvalidInput("This Idempotency-Key was sent with a different request before.")
                if found.status:
                    return Answer(found.status, found.body, digest)
                if now - found.created_at < ABANDONED:
                    raise Conflict(UNDER_WAY, hint="Ask again in a moment.")
                found.created_at = now
                rows.add(found)
                return None
        except Clash as error:  # two first requests at once, on Postgres
            raise Conflict(UNDER_WAY, hint="Ask again in a moment.") from error

    async def keep(self, operator: Operator, key: str, answer: Answer) -> None:
        """Remember the answer for a day."""
        async with self._units.write(operator) as work:
            rows = IdempotencyRepository(work.session, operator.project_id)
            found = await rows.find(_own(operator, key))
            if found is not None:
                body = await self.masked(work, operator.project_id, answer.body) if self.masked else answer.body
                found.status, found.body = answer.status, body
                if answer.digest:
                    found.fingerprint += f":{answer.digest}"
                rows.add(found)

    async def release(self, operator: Operator, key: str) -> None:
        """Forget a request that made nothing, so that it may be sent again."""
        async with self._units.write(operator) as work:
            await IdempotencyRepository(work.session, operator.project_id).remove(_own(operator, key))


def _own(operator: Operator, key: str) -> str:
    """Return the key as it is stored: another person, or another API key, that sends the same one means its own."""
    return hashlib.sha256(f"{operator.user_id}/{operator.key_id}/{operator.support_id}/{key}".encode()).hexdigest()
