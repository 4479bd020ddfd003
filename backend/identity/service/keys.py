"""API keys: who holds one, and making them."""

from __future__ import annotations

from backend.columns import utc_now
from backend.errors import SignInNeeded
from backend.identity.models import ApiKeyRow
from backend.identity.repository import Keys, People
from backend.identity.service.base import TOUCH_AFTER, Base, operator_of, person_of
from backend.identity.tokens import SHOWN_CHARACTERS, hash_of, new_key
from backend.identity.types import ApiKey
from backend.ids import new_id
from backend.operator import Operator, Permission


class KeyUse(Base):
    """Keys stand for their maker, with less rights or as many."""

    async def by_key(self, secret: str) -> Operator:
        """Return who holds the API key: its scopes and its maker's rights, whichever is less. Raise SignInNeeded."""
        secret_hash = hash_of(secret)
        if known := self._verdicts.get(secret_hash):
            return known[0]
        now = utc_now()
        async with self._units.read() as reading:
            key = await Keys(reading).key(secret_hash)
            seat = await People(reading).seat(key.user_id, key.project_id) if key else None
        if key is None or seat is None or key.revoked_at is not None:
            raise SignInNeeded("This API key is not valid.")
        if key.last_used_at is None or now - key.last_used_at > TOUCH_AFTER:
            async with self._units.write() as work:
                await Keys(work.session).touch(key.id, now)
        operator = operator_of(seat, "key", frozenset(Permission(scope) for scope in key.scopes))
        return self._verdicts.keep(secret_hash, (operator, person_of(seat)))[0]

    async def create_key(self, operator: Operator, name: str) -> ApiKey:
        """Make a key with all rights of its maker; its secret is in the answer and nowhere else."""
        operator.require(Permission.KEYS_MANAGE)
        secret = new_key()
        row = ApiKeyRow(
            id=new_id("key"),
            project_id=operator.project_id,
            user_id=operator.user_id,
            name=name,
            prefix=secret[:SHOWN_CHARACTERS],
            secret_hash=hash_of(secret),
            scopes=sorted(operator.permissions),
        )
        async with self._units.write() as work:
            Keys(work.session).add(row)
        return ApiKey(row.id, name, row.prefix, tuple(row.scopes), row.created_at, None, secret)
