"""Masking: its finders are loaded where a project first masks or tries something."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import cast

from backend.bootstrap.engines import engine
from backend.idempotency.service import IdempotencyService
from backend.masking.service import MaskingService
from backend.masking.types import Way
from backend.ports.masking import Expression, Finders, Place
from backend.ports.sealing import Sealer
from backend.unit_of_work import Units, Work


class FindersAtFirstText:
    """The libraries take 6 MB and 50 ms: a house that masks nothing never loads them."""

    @cached_property
    def _made(self) -> Finders:
        return cast(Finders, engine("masking.finders", "LibraryFinders")())

    def expression(self, pattern: str) -> Expression:
        return self._made.expression(pattern)

    def phones(self, text: str, regions: Sequence[str]) -> Iterator[Place]:
        return self._made.phones(text, regions)

    def is_region(self, region: str) -> bool:
        return self._made.is_region(region)


def open_masking(units: Units, sealer: Sealer) -> MaskingService:
    return MaskingService(units, sealer, FindersAtFirstText())


def open_idempotency(units: Units, masking: MaskingService) -> IdempotencyService:
    """Remember answers as everything else is kept: a repeated request is answered with placeholders."""
    made = IdempotencyService(units)

    async def masked(work: Work, project_id: str, body: str) -> str:
        masker = await masking.open(work.session, project_id, "", Way.API)
        if not (masker.is_on and body):
            return body
        return json.dumps(await masker.kept(json.loads(body)), ensure_ascii=False)

    made.masked = masked
    return made
