"""Connect providers, change them, remove them and take them back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from backend.audit.repository import AuditTrail
from backend.audit.types import Target, Values
from backend.columns import utc_now
from backend.ids import new_id
from backend.operator import Operator, Permission
from backend.paging import Listed, Page
from backend.providers.checks import checked, may_be_saved, slug_of
from backend.providers.errors import KeyNeeded, StaleProvider, WrittenInFile
from backend.providers.listed import names_listed
from backend.providers.models import ProviderRow
from backend.providers.repository import ProviderRepository
from backend.providers.service.base import Base, place_of
from backend.providers.shapes import test_as_json
from backend.providers.types import (
    SHOWN_KEY_CHARACTERS,
    WRITTEN_BY,
    Provider,
    ProviderDraft,
    Source,
)

UNDO_TIME = timedelta(minutes=15)
UNNAMED = "New provider"


class Connecting(Base):
    """The providers themselves."""

    async def list(self, operator: Operator, page: Page | None = None) -> Listed[Provider]:
        """Return the connected providers, without the built-in one."""
        operator.require(Permission.MODELS_READ)
        async with self._units.read(operator) as session:
            return await ProviderRepository(session, operator.project_id).page(page or Page())

    async def get(self, operator: Operator, provider_id: str) -> Provider:
        operator.require(Permission.MODELS_READ)
        async with self._units.read(operator) as session:
            return (await ProviderRepository(session, operator.project_id).read(provider_id))[1]

    async def offered(self, operator: Operator, draft: ProviderDraft, provider_id: str = "") -> Sequence[str]:
        """Return the names of the models that an address lists, before it is saved; of `draft` the models do not count.

        A stored key goes only to the address that it was given for. Raise InvalidInput, KeyNeeded, AddressRefused,
        Unavailable, or Forbidden for a private address.
        """
        operator.require(Permission.MODELS_EDIT)
        draft = checked(replace(draft, name=draft.name.strip() or UNNAMED, models=()))
        row: ProviderRow | None = None
        if provider_id:
            async with self._units.read(operator) as session:
                row, _ = await ProviderRepository(session, operator.project_id).read(provider_id)
        known = row if row and row.base_url == draft.base_url else None
        if draft.allow_private_address and not (known and known.allow_private_address):
            operator.require(Permission.MODELS_PRIVATE)
        key = draft.api_key or ""
        if draft.api_key is None and row and row.sealed_key:
            if known is None:
                raise KeyNeeded
            key = self._sealer.open(row.sealed_key, place_of(row))
        await may_be_saved(self._http, draft)
        return await names_listed(self._http, draft, key)

    async def create(self, operator: Operator, draft: ProviderDraft) -> Provider:
        """Connect a provider. Raise InvalidInput, AddressRefused, or Forbidden for a private address."""
        operator.require(Permission.MODELS_EDIT)
        if draft.allow_private_address:
            operator.require(Permission.MODELS_PRIVATE)
        draft = checked(draft)
        await may_be_saved(self._http, draft)
        row = self._new_row(operator, source="console")
        self._write(row, draft, operator)
        async with self._units.write(operator) as work:
            rows = ProviderRepository(work.session, operator.project_id)
            row.slug = slug_of(draft.name, await rows.slugs())
            await rows.add(row, draft.models)
            await AuditTrail(work.session).record(operator, "provider.connect", _target(row), after=_told(row))
            return (await rows.read(row.id))[1]

    async def update(self, operator: Operator, provider_id: str, draft: ProviderDraft, version: int) -> Provider:
        """Change a provider that was read at `version`. Raise StaleProvider, KeyNeeded or WrittenInFile."""
        operator.require(Permission.MODELS_EDIT)
        draft = checked(draft)
        await may_be_saved(self._http, draft)
        async with self._units.write(operator) as work:
            rows = ProviderRepository(work.session, operator.project_id)
            row, known = await rows.get(provider_id)
            if row.source == "file":
                raise WrittenInFile
            if row.version != version:
                raise StaleProvider
            moved = draft.base_url != row.base_url
            if moved and row.sealed_key and draft.api_key is None:
                raise KeyNeeded
            if draft.allow_private_address and (moved or not row.allow_private_address):
                operator.require(Permission.MODELS_PRIVATE)
            speaks = not moved and draft.api_key is None
            before = _told(row)
            self._write(row, draft, operator)
            after = {**_told(row), "key_changed": draft.api_key is not None}
            await AuditTrail(work.session).record(operator, "provider.change", _target(row), before=before, after=after)
            row.version += 1
            tests = {model.name: test_as_json(model.last_test) for model in known.models if model.last_test and speaks}
            await work.session.flush()
            await rows.replace_models(row.id, draft.models, tests)
            return (await rows.read(row.id))[1]

    def _new_row(self, operator: Operator, source: Source) -> ProviderRow:
        project = operator.project_id
        return ProviderRow(id=new_id("prov"), project_id=project, slug="", name="", base_url="", source=source)

    def _write(self, row: ProviderRow, draft: ProviderDraft, operator: Operator) -> None:
        """Put the draft into the row. The time and name of a private address are those of its last change."""
        newly_private = draft.allow_private_address and (
            not row.allow_private_address or row.base_url != draft.base_url
        )
        if newly_private:
            row.private_allowed_by, row.private_allowed_at = operator.name, utc_now()
        if not draft.allow_private_address:
            row.private_allowed_by, row.private_allowed_at = "", None
        row.name, row.base_url, row.organisation = draft.name, draft.base_url, draft.organisation
        row.allow_private_address = draft.allow_private_address
        row.updated_at = utc_now()
        if draft.api_key is not None:
            row.sealed_key = self._sealer.seal(draft.api_key, place_of(row)) if draft.api_key else ""
            row.key_hint = (
                draft.api_key[-SHOWN_KEY_CHARACTERS:] if len(draft.api_key) > 2 * SHOWN_KEY_CHARACTERS else ""
            )
            if draft.api_key and not row.key_hint:
                row.key_hint = "****"

    async def delete(self, operator: Operator, provider_id: str) -> None:
        """Remove a provider; `restore` takes it back within 15 minutes, then its key goes for good."""
        operator.require(Permission.MODELS_EDIT)
        async with self._units.write(operator) as work:
            rows = ProviderRepository(work.session, operator.project_id)
            await rows.purge(utc_now() - UNDO_TIME)
            row, _ = await rows.get(provider_id)
            if row.source == "file":
                raise WrittenInFile
            row.deleted_at = utc_now()
            await AuditTrail(work.session).record(operator, "provider.remove", _target(row), before=_told(row))

    async def restore(self, operator: Operator, provider_id: str) -> Provider:
        """Undo a removal."""
        operator.require(Permission.MODELS_EDIT)
        async with self._units.write(operator) as work:
            rows = ProviderRepository(work.session, operator.project_id)
            row = await rows.deleted(provider_id)
            row.deleted_at = None
            await work.session.flush()
            await AuditTrail(work.session).record(operator, "provider.restore", _target(row), after=_told(row))
            return (await rows.read(provider_id))[1]

    async def take_from_file(self, operator: Operator, drafts: Sequence[ProviderDraft]) -> None:
        """Make the providers of `custom_models.json` what the file says, and remove those that left it.

        Raise InvalidInput for a draft that the console would refuse too; then nothing changes.
        """
        operator.require(Permission.MODELS_PRIVATE)
        wanted = {draft.name: draft for draft in map(checked, drafts)}
        for draft in wanted.values():
            await may_be_saved(self._http, draft)
        async with self._units.write(operator) as work:
            rows = ProviderRepository(work.session, operator.project_id)
            known = {row.name: row for row in await rows.of_source("file")}
            trail = AuditTrail(work.session)
            for name, row in known.items():
                if name not in wanted:
                    row.deleted_at = utc_now()
                    await trail.record(operator, "provider.remove", _target(row), before=_told(row))
            for name, draft in wanted.items():
                row = known.get(name) or self._new_row(operator, source="file")
                before = _told(row)
                self._write(row, draft, replace(operator, name=WRITTEN_BY))
                if name in known:
                    await work.session.flush()
                    await rows.replace_models(row.id, draft.models, {})
                    if _told(row) != before:
                        await trail.record(operator, "provider.change", _target(row), before=before, after=_told(row))
                else:
                    row.slug = slug_of(draft.name, await rows.slugs())
                    await rows.add(row, draft.models)
                    await trail.record(operator, "provider.connect", _target(row), after=_told(row))


def _target(row: ProviderRow) -> Target:
    return Target("provider", row.id, row.name)


def _told(row: ProviderRow) -> Values:
    """Return what the log keeps of a provider: of its key, whether there is one."""
    return {
        "name": row.name,
        "base_url": row.base_url,
        "organisation": row.organisation,
        "key": "****" if row.sealed_key else "",
        "allow_private_address": row.allow_private_address,
    }
