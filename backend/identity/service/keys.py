"""Who holds an API key."""

from __future__ import annotations

import asyncio
import hmac
import logging
from datetime import datetime

from backend.columns import utc_now
from backend.errors import Forbidden, NotFound, SignInNeeded
from backend.identity.errors import ProjectNeeded
from backend.identity.models import ApiKeyRow
from backend.identity.repository import Keys, People
from backend.identity.service.base import TOUCH_AFTER, WHO_ASKS, Base, operator_of
from backend.identity.tokens import hash_of, is_misspelt, public_id_of
from backend.operator import Operator, Permission
from backend.ports.mail import Mail
from backend.unit_of_work import Units

KNOWN_SCOPES = frozenset(Permission)
logger = logging.getLogger(__name__)


class KeyUse(Base):
    """Keys stand for their maker, with less rights or as many."""

    def __init__(self, units: Units, *, mail: Mail | None = None, public_url: str = "") -> None:
        super().__init__(units, mail=mail, public_url=public_url)
        self._touching: set[asyncio.Task[None]] = set()

    async def by_key(self, secret: str, project_id: str = "") -> Operator:
        """Return who holds the API key: its scopes and its maker's rights, whichever is less.

        `project_id` is the one that the call names. Raise SignInNeeded where the key is not valid, Forbidden where it
        is another project's, ProjectNeeded where a key of the organisation names none, NotFound where it has no such.
        """
        secret_hash = hash_of(secret)
        if known := self._key_verdicts.get(secret_hash, project_id):
            return known
        if is_misspelt(secret):
            raise _invalid()
        now, public_id = utc_now(), public_id_of(secret)
        async with self._units.read(WHO_ASKS) as reading:
            keys = Keys(reading)
            key = await (keys.by_public_id(public_id) if public_id else keys.by_hash(secret_hash))
            if key is None or not _is_good(key, secret_hash, now):
                raise _invalid()
            seat = await People(reading).seat(key.user_id, _project_of(key, project_id))
        if seat is None or seat[2].organisation_id != key.organisation_id:
            raise NotFound("There is no project of that id.") if key.project_id is None else _invalid()
        if key.last_used_at is None or now - key.last_used_at > TOUCH_AFTER:
            self._touch(key.id, now)
        scopes = frozenset(Permission(scope) for scope in key.scopes if scope in KNOWN_SCOPES)
        operator = operator_of(seat, "key", scopes, key_id=key.id)
        return self._key_verdicts.keep(secret_hash, operator, project_id)

    def _touch(self, key_id: str, moment: datetime) -> None:
        """Note the use beside the call, which must not wait for a writer."""

        async def touch() -> None:
            async with self._units.write(WHO_ASKS) as work:
                await Keys(work.session).touch(key_id, moment)

        def done(task: asyncio.Task[None]) -> None:
            self._touching.discard(task)
            if not task.cancelled() and (error := task.exception()):
                logger.warning("the last use of a key could not be noted", exc_info=error)

        task = asyncio.create_task(touch())
        self._touching.add(task)
        task.add_done_callback(done)

    async def settle(self) -> None:
        """Wait until what was noted beside the calls is written."""
        await asyncio.gather(*self._touching, return_exceptions=True)


def _is_good(key: ApiKeyRow, secret_hash: str, now: datetime) -> bool:
    if key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= now):
        return False
    if hmac.compare_digest(key.secret_hash, secret_hash):
        return True
    if key.previous_hash is None or key.previous_until is None or key.previous_until <= now:
        return False
    return hmac.compare_digest(key.previous_hash, secret_hash)


def _project_of(key: ApiKeyRow, named: str) -> str:
    if key.project_id is None:
        if not named:
            raise ProjectNeeded("This key is good for several projects.", hint="Name one in the header X-Project-Id.")
        return named
    if named and named != key.project_id:
        raise Forbidden("This key belongs to another project.")
    return key.project_id


def _invalid() -> SignInNeeded:
    return SignInNeeded("This API key is not valid.")
