"""What a project masks, and the masker that every way in passes."""

from __future__ import annotations

import contextlib
import json
import re
import secrets
import time
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit.repository import AuditTrail
from backend.audit.types import Target
from backend.columns import storable, utc_now
from backend.errors import InvalidInput
from backend.ids import new_id
from backend.masking.finding import Looked, found_in
from backend.masking.masker import CUT, OFF, Masker, masked_name, name_end
from backend.masking.models import MaskingRow
from backend.masking.repository import MaskingRepository
from backend.masking.types import (
    MAX_NAME,
    MAX_PATTERN,
    MAX_PATTERNS,
    MAX_REGIONS,
    MAX_TRIED,
    NOTHING,
    Kind,
    MaskCount,
    MaskingRules,
    OwnPattern,
    Tried,
    Way,
)
from backend.operator import Operator, Permission
from backend.ports.database import OfProject
from backend.ports.masking import Finders
from backend.ports.sealing import SealBroken, Sealer
from backend.unit_of_work import Units, Work

SALT_BYTES = 32
MAX_DAYS = 365
# Where nothing is masked, a question costs no look at the rules; another process hears of new ones as late as this.
OFF_SECONDS = 2.0
NAME = re.compile(rf"[^\W_][\w -]{{0,{MAX_NAME - 1}}}")


class MaskingService:
    """One for the process."""

    def __init__(self, units: Units, sealer: Sealer, finders: Finders) -> None:
        self._units, self._sealer, self._finders = units, sealer, finders
        self._seen_off: dict[str, float] = {}

    async def rules(self, operator: Operator) -> MaskingRules:
        """Return what the operator's project masks."""
        operator.require(Permission.PROJECT_MANAGE)
        async with self._units.read(operator) as session:
            return _rules(await MaskingRepository(session, operator.project_id).rules())

    async def set_rules(self, operator: Operator, rules: MaskingRules) -> MaskingRules:
        """Mask so from now on; what is stored stays as it is. Raise InvalidInput."""
        operator.require(Permission.PROJECT_MANAGE)
        rules = self._checked(rules)
        async with self._units.write(operator) as work:
            row = await self._row(work.session, operator.project_id)
            before = _told(_rules(row))
            row.kinds, row.regions = sorted(rules.kinds), list(rules.regions)
            row.patterns = [{"name": one.name, "pattern": one.pattern} for one in rules.patterns]
            row.updated_at, row.updated_by = utc_now(), operator.name
            work.session.add(row)
            work.after_commit(partial(self._changed, operator.project_id))
            await AuditTrail(work.session).record(
                operator, "masking.change", Target("masking", operator.project_id), before=before, after=_told(rules)
            )
        return rules

    async def try_on(self, operator: Operator, text: str, rules: MaskingRules | None = None) -> Tried:
        """Return what would be kept of a text, under the project's rules or others. Raise InvalidInput."""
        operator.require(Permission.PROJECT_MANAGE)
        if len(text) > MAX_TRIED:
            raise InvalidInput(f"Try a text of at most {MAX_TRIED:,} characters.", fields={"text": "It is too long."})
        looked = self._looked(self._checked(rules) if rules else await self.rules(operator))
        masker = Masker(looked, salt=secrets.token_bytes(SALT_BYTES))
        text = str(storable(text))
        return Tried(await masker.kept(text), tuple(found_in(text, looked)))

    async def counts(self, operator: Operator, days: int = 30) -> list[MaskCount]:
        """Return what was masked on the last days, today (UTC) among them, the newest first."""
        operator.require(Permission.PROJECT_MANAGE)
        since = utc_now().date() - timedelta(days=min(max(days, 1), MAX_DAYS) - 1)
        async with self._units.read(operator) as session:
            rows = await MaskingRepository(session, operator.project_id).counts(since)
        return [MaskCount(date.fromisoformat(row.day), Way(row.way), row.kind, row.num) for row in rows]

    async def open(
        self, session: AsyncSession, project_id: str, scope: str, way: Way, *, run_id: str = "", resumes: bool = False
    ) -> Masker:
        """Return what masks the texts of a conversation, `scope`; of a run that belongs to none, its id.

        The one way in: whoever stores words of a person passes them through the masker before they are folded, cut or
        written, and gives it to `save` in the same unit. With `run_id` the masker also knows the words behind the
        placeholders, until the run ends; one that `resumes` has some from before.
        """
        if not resumes and self.is_off(project_id):
            return OFF
        rows = MaskingRepository(session, project_id)
        row = await rows.rules()
        rules = _rules(row)
        if row is None or not (rules.is_on or resumes):
            self._seen_off[project_id] = time.monotonic()
            return OFF
        looked = self._looked(rules)
        masker = Masker(looked, bytes.fromhex(row.salt), project_id, scope, way, run_id)
        for known in await rows.values(scope) if scope else ():
            masker.numbers[known.kind, known.digest] = known.number
            masker.last[known.kind] = max(masker.last[known.kind], known.number)
            if run_id and known.sealed:
                masker.vault[f"[{known.kind} {known.number}]"] = self._opened(known.sealed, project_id, known.id)
        return masker

    async def is_on(self, operator: Operator) -> bool:
        """Tell whether anything of the operator's project is masked."""
        return (await self._peek(operator, "")).is_on

    async def as_kept(self, operator: Operator, value: Any, scope: str = "") -> Any:
        """Return what a JSON value is kept as in a conversation, `scope`; nothing is written down."""
        return await (await self._peek(operator, scope)).kept(value)

    async def _peek(self, operator: Operator, scope: str) -> Masker:
        operator.require(Permission.FLOWS_READ)
        if self.is_off(operator.project_id):
            return OFF
        async with self._units.read(operator) as session:
            return await self.open(session, operator.project_id, scope, Way.CONSOLE)

    async def stands_in(self, session: AsyncSession, project_id: str, scope: str, value: Any) -> bool:
        """Tell whether a placeholder of a conversation, `scope`, stands in a JSON value that was kept."""
        known = await MaskingRepository(session, project_id).values(scope)
        kept = json.dumps(value, ensure_ascii=False, default=str) if known else ""
        return any(f"[{one.kind} {one.number}]" in kept for one in known)

    def is_off(self, project_id: str) -> bool:
        """Tell whether nothing was masked in the project a moment ago, without a look at the database."""
        return time.monotonic() - self._seen_off.get(project_id, -OFF_SECONDS) < OFF_SECONDS

    async def _changed(self, project_id: str) -> None:
        self._seen_off.pop(project_id, None)

    async def save(self, work: Work, masker: Masker) -> None:
        """Write down what the masker met first; nothing where it met nothing."""
        if not (new := masker.take_new()):
            return
        rows = MaskingRepository(work.session, masker.project_id)
        values = []
        for one in new:
            identifier = new_id("mask")
            sealed = self._sealer.seal(one.word, _place(masker.project_id, identifier)) if masker.run_id else ""
            values.append(
                {
                    "id": identifier, "project_id": masker.project_id, "scope": masker.scope, "kind": one.kind,
                    "digest": one.digest, "number": one.number, "run_id": masker.run_id if sealed else "",
                    "sealed": sealed,
                }
            )  # fmt: skip
        await rows.keep(values)
        first = Counter(one.kind for one in new if one.is_first)
        if first:
            await rows.count(utc_now().date(), masker.way, first)

    async def save_alone(self, masker: Masker) -> None:
        """Write it down in a unit of its own, before what stands in another engine's."""
        if masker.new:
            async with self._units.write(OfProject(masker.project_id)) as work:
                await self.save(work, masker)

    async def forget(self, project_id: str, run_ids: Sequence[str]) -> None:
        """Let go of the words that were sealed for runs which ended."""
        async with self._units.write(OfProject(project_id)) as work:
            await MaskingRepository(work.session, project_id).forget_words(run_ids)

    async def purge(self, work: Work, project_id: str, scopes: Sequence[str], run_ids: Sequence[str]) -> None:
        """Remove what is known of conversations and runs, in the unit that removes them."""
        await MaskingRepository(work.session, project_id).purge(scopes, run_ids)

    async def names_of(self, session: AsyncSession, project_id: str, person: str) -> list[str]:
        """Return under which names conversations of a person may stand: as given, and as masked before it was kept."""
        row = await MaskingRepository(session, project_id).rules()
        if row is None:
            return [person]
        kinds = [*(one.value for one in Kind), *(one["name"] for one in row.patterns), CUT]
        salt = bytes.fromhex(row.salt)
        return [person, *(masked_name(salt, kind, person) for kind in kinds)]

    async def name_end(self, session: AsyncSession, project_id: str, person: str) -> str:
        """Return how every masked name of a person ends, empty where the project never masked anything."""
        row = await MaskingRepository(session, project_id).rules()
        return name_end(bytes.fromhex(row.salt), person) if row else ""

    async def _row(self, session: AsyncSession, project_id: str) -> MaskingRow:
        row = await MaskingRepository(session, project_id).rules(lock=True)
        return row or MaskingRow(project_id=project_id, salt=secrets.token_hex(SALT_BYTES))

    def _looked(self, rules: MaskingRules) -> Looked:
        own = {one.name: self._finders.expression(one.pattern) for one in rules.patterns}
        return Looked(rules.kinds, self._finders, rules.regions, own)

    def _opened(self, sealed: str, project_id: str, identifier: str) -> str:
        with contextlib.suppress(SealBroken):
            return self._sealer.open(sealed, _place(project_id, identifier))
        return ""

    def _checked(self, rules: MaskingRules) -> MaskingRules:
        """Return the rules as they are kept. Raise InvalidInput."""
        if len(rules.patterns) > MAX_PATTERNS:
            raise _wrong("patterns", f"A project has at most {MAX_PATTERNS} expressions of its own.")
        regions = tuple(dict.fromkeys(one.strip().upper() for one in rules.regions if one.strip()))
        if len(regions) > MAX_REGIONS:
            raise _wrong("regions", f"Name at most {MAX_REGIONS} regions.")
        for region in regions:
            if not self._finders.is_region(region):
                raise _wrong("regions", f"“{region[:10]}” is no region: write two letters, such as DE or US.")
        names = [one.name.casefold() for one in rules.patterns]
        for one in rules.patterns:
            if not NAME.fullmatch(one.name) or names.count(one.name.casefold()) > 1 or one.name in set(Kind):
                raise _wrong(
                    "patterns", f"“{one.name[:MAX_NAME]}” is no name, or stands there twice: use letters and digits."
                )
            if not 1 <= len(one.pattern) <= MAX_PATTERN:
                raise _wrong("patterns", f"An expression has 1 to {MAX_PATTERN} characters.")
            try:
                self._finders.expression(one.pattern)
            except InvalidInput as error:
                raise _wrong("patterns", f"{one.name}: {error.message}") from error
        return MaskingRules(rules.kinds, rules.patterns, regions)


def _rules(row: MaskingRow | None) -> MaskingRules:
    if row is None:
        return NOTHING
    patterns = tuple(OwnPattern(one["name"], one["pattern"]) for one in row.patterns)
    return MaskingRules(frozenset(map(Kind, row.kinds)), patterns, tuple(row.regions))


def _told(rules: MaskingRules) -> dict[str, object]:
    return {"kinds": sorted(rules.kinds), "own": [one.name for one in rules.patterns], "regions": list(rules.regions)}


def _place(project_id: str, identifier: str) -> str:
    return f"{project_id}:{identifier}"


def _wrong(name: str, words: str) -> InvalidInput:
    return InvalidInput(words, fields={name: words})
