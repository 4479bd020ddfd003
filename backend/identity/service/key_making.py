"""Making, rotating and revoking API keys."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from backend.audit.repository import AuditTrail
from backend.audit.types import Target, Values
from backend.columns import utc_now
from backend.errors import Forbidden, InvalidInput, NotFound, QuotaExceeded
from backend.identity.models import ApiKeyRow
from backend.identity.repository import Keys, People
from backend.identity.service.base import Base, operator_of
from backend.identity.tokens import KEY_PREFIX, PUBLIC_CHARACTERS, hash_of, new_key
from backend.identity.types import MAX_OVERLAP, OVERLAP, ApiKey
from backend.ids import new_id
from backend.operator import Operator, Permission

MAX_KEYS = 200
MAX_NAME_CHARACTERS = 120
SHOWN_CHARACTERS = len(KEY_PREFIX) + 1 + PUBLIC_CHARACTERS


class KeyMaking(Base):
    """No key can do more than whoever makes it, be that a person or another key."""

    async def list_keys(self, operator: Operator) -> list[ApiKey]:
        """Return the living keys of the project and of the organisation, oldest first."""
        operator.require(Permission.KEYS_MANAGE)
        async with self._units.read(operator) as reading:
            found = await Keys(reading).living(operator.organisation_id, operator.project_id)
        return [_shown(row, made_by) for row, made_by in found]

    async def create_key(
        self,
        operator: Operator,
        name: str,
        *,
        scopes: Iterable[str] | None = None,
        expires_at: datetime | None = None,
        is_wide: bool = False,
    ) -> ApiKey:
        """Make a key; its secret is in the answer and nowhere else. `scopes` None takes all that its maker may do.

        `is_wide` makes a key of the whole organisation. Raise Forbidden, InvalidInput or QuotaExceeded.
        """
        operator.require(Permission.KEYS_MANAGE)
        if is_wide:
            operator.require(Permission.ORGANISATION_MANAGE)
        name, chosen = _name(name), _scopes(operator, scopes)
        _check_expiry(expires_at)
        secret, public_id = new_key()
        row = ApiKeyRow(
            id=new_id("key"),
            organisation_id=operator.organisation_id,
            project_id=None if is_wide else operator.project_id,
            user_id=operator.user_id,
            name=name,
            prefix=secret[:SHOWN_CHARACTERS],
            last_four=secret[-4:],
            public_id=public_id,
            secret_hash=hash_of(secret),
            scopes=chosen,
            expires_at=expires_at,
        )
        async with self._units.write(operator) as work:
            keys = Keys(work.session)
            if await keys.num_living(operator.organisation_id, operator.project_id) >= MAX_KEYS:
                raise QuotaExceeded(f"A project has at most {MAX_KEYS} keys.", hint="Revoke those that nobody uses.")
            await _check_parent(keys, operator, row)
            keys.add(row)
            await AuditTrail(work.session).record(operator, "api_key.create", _target(row), after=_told(row))
        return _shown(row, operator.name, secret)

    async def rotate_key(self, operator: Operator, key_id: str, overlap: timedelta = OVERLAP) -> ApiKey:
        """Give the key a new secret; the old one works on for `overlap`. Raise NotFound, Forbidden or InvalidInput.

        Only its maker may: the new secret acts in the maker's name.
        """
        operator.require(Permission.KEYS_MANAGE)
        if not timedelta(0) <= overlap <= MAX_OVERLAP:
            raise InvalidInput(f"The overlap lies between 0 and {MAX_OVERLAP.days} days.")
        secret, public_id = new_key()
        async with self._units.write(operator) as work:
            keys = Keys(work.session)
            row = await _found(keys, operator, key_id)
            if row.user_id != operator.user_id:
                raise Forbidden("Only whoever made a key may rotate it.", hint="Revoke it and make one of your own.")
            _scopes(operator, row.scopes)
            await _check_parent(keys, operator, row)
            self._key_verdicts.forget(row.secret_hash)
            if row.previous_hash:
                self._key_verdicts.forget(row.previous_hash)
            row.previous_hash, row.previous_public_id = row.secret_hash, row.public_id
            row.previous_until = utc_now() + overlap
            row.secret_hash, row.public_id = hash_of(secret), public_id
            row.prefix, row.last_four = secret[:SHOWN_CHARACTERS], secret[-4:]
            keys.add(row)
            told = {"previous_until": row.previous_until.isoformat()}
            await AuditTrail(work.session).record(operator, "api_key.rotate", _target(row), after=told)
        return _shown(row, operator.name, secret)

    async def revoke_key(self, operator: Operator, key_id: str) -> None:
        """End the key at once in this process, elsewhere once verdicts are read again. Raise NotFound."""
        operator.require(Permission.KEYS_MANAGE)
        async with self._units.write(operator) as work:
            keys = Keys(work.session)
            row = await _found(keys, operator, key_id)
            if row.project_id is None and row.user_id != operator.user_id:
                operator.require(Permission.ORGANISATION_MANAGE)
            row.revoked_at = utc_now()
            keys.add(row)
            await AuditTrail(work.session).record(operator, "api_key.revoke", _target(row), before=_told(row))
        self._key_verdicts.forget(row.secret_hash)
        if row.previous_hash:
            self._key_verdicts.forget(row.previous_hash)

    async def in_project(self, operator: Operator, project_id: str) -> Operator:
        """Return the same person in another project of their organisation. Raise NotFound; a key stays where it is."""
        if project_id == operator.project_id:
            return operator
        async with self._units.read(operator) as reading:
            seat = None if operator.key_id else await People(reading).seat(operator.user_id, project_id)
        if seat is None or seat[2].organisation_id != operator.organisation_id:
            raise NotFound("There is no project of that id.")
        return operator_of(seat, operator.via)


async def _found(keys: Keys, operator: Operator, key_id: str) -> ApiKeyRow:
    row = await keys.find(operator.organisation_id, operator.project_id, key_id)
    if row is None:
        raise NotFound("There is no API key of that id.")
    return row


async def _check_parent(keys: Keys, operator: Operator, row: ApiKeyRow) -> None:
    """Raise Forbidden where a key would make one that reaches further or lives longer than itself."""
    if not operator.key_id:
        return
    parent = await keys.find(operator.organisation_id, operator.project_id, operator.key_id)
    if parent is None:
        raise Forbidden("The key that asks was revoked.")
    if row.project_id is None and parent.project_id is not None:
        raise Forbidden("A key of one project makes no key of the organisation.")
    if parent.expires_at and (row.expires_at is None or row.expires_at > parent.expires_at):
        raise Forbidden(f"A key makes no key that outlives it: it ends at {parent.expires_at.isoformat()}.")


def _name(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= MAX_NAME_CHARACTERS or not name.isprintable():
        words = f"Say in 1 to {MAX_NAME_CHARACTERS} characters what the key is for."
        raise InvalidInput(words, fields={"name": words})
    return name


def _scopes(operator: Operator, wanted: Iterable[str] | None) -> list[str]:
    """Return the scopes in order. Raise InvalidInput for unknown ones, Forbidden for what the operator may not do."""
    if wanted is None:
        return sorted(operator.permissions)
    chosen = set(wanted)
    if not chosen:
        words = "Choose at least one scope: a key without any can do nothing."
        raise InvalidInput(words, fields={"scopes": words})
    if unknown := sorted(chosen - set(Permission)):
        words = f"There is no scope {unknown[0]!r}."
        raise InvalidInput(words, fields={"scopes": words})
    if wider := sorted(chosen - operator.permissions):
        raise Forbidden(f"You may not give {wider[0]}, because you do not have it.")
    return sorted(chosen)


def _check_expiry(expires_at: datetime | None) -> None:
    if expires_at is not None and (expires_at.tzinfo is None or expires_at <= utc_now()):
        words = "The end must lie in the future, with its time zone."
        raise InvalidInput(words, fields={"expires_at": words})


def _target(row: ApiKeyRow) -> Target:
    return Target("api_key", row.id, row.name)


def _told(row: ApiKeyRow) -> Values:
    return {
        "prefix": row.prefix,
        "scopes": row.scopes,
        "project_id": row.project_id,
        "expires_at": row.expires_at.isoformat() if row.expires_at else None,
    }


def _shown(row: ApiKeyRow, made_by: str, secret: str = "") -> ApiKey:
    return ApiKey(
        id=row.id,
        name=row.name,
        prefix=row.prefix,
        last_four=row.last_four,
        project_id=row.project_id,
        made_by=made_by,
        scopes=tuple(row.scopes),
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        previous_until=row.previous_until if row.previous_until and row.previous_until > utc_now() else None,
        secret=secret,
    )
