"""What a project masks before it is kept, over REST: the rules, a trial of them, and how much was masked."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from backend.api.access import allowed
from backend.api.bodies import Strict
from backend.api.idempotent import SecretRoute
from backend.bootstrap import services
from backend.masking.service import MAX_DAYS
from backend.masking.types import Kind, MaskCount, MaskingRules, OwnPattern, Tried, Way
from backend.operator import Operator, Permission

# What is tried is a person's words: nothing of it is remembered.
router = APIRouter(prefix="/api/masking", tags=["privacy"], route_class=SecretRoute)
Keeper = Annotated[Operator, allowed(Permission.PROJECT_MANAGE)]


class OwnPatternBody(Strict):
    """An expression in the syntax of RE2; `name` stands in its placeholders."""

    name: str
    pattern: str


class MaskingBody(Strict):
    """`regions` are two letters each: phone numbers without a country's code are read as people there dial them."""

    kinds: list[Kind] = Field(default_factory=list)
    patterns: list[OwnPatternBody] = Field(default_factory=list)
    regions: list[str] = Field(default_factory=list)

    @classmethod
    def of(cls, rules: MaskingRules) -> MaskingBody:
        patterns = [OwnPatternBody(name=one.name, pattern=one.pattern) for one in rules.patterns]
        return cls(kinds=sorted(rules.kinds), patterns=patterns, regions=list(rules.regions))

    def rules(self) -> MaskingRules:
        patterns = tuple(OwnPattern(one.name, one.pattern) for one in self.patterns)
        return MaskingRules(frozenset(self.kinds), patterns, tuple(self.regions))


class TrialBody(Strict):
    """Without `rules`, those of the project."""

    text: str
    rules: MaskingBody | None = None


class FoundBody(BaseModel):
    start: int
    end: int
    kind: str


class TriedBody(BaseModel):
    """`text` is what would be kept; places count signs of the text that was sent."""

    text: str
    found: list[FoundBody]

    @classmethod
    def of(cls, tried: Tried) -> TriedBody:
        return cls(
            text=tried.text, found=[FoundBody(start=one.start, end=one.end, kind=one.kind) for one in tried.found]
        )


class MaskCountBody(BaseModel):
    """`num` values were met first in their conversation on this day (UTC)."""

    day: dt.date
    way: Way
    kind: str
    num: int

    @classmethod
    def of(cls, one: MaskCount) -> MaskCountBody:
        return cls(day=one.day, way=one.way, kind=one.kind, num=one.num)


class MaskCounts(BaseModel):
    counts: list[MaskCountBody]


@router.get("")
async def get_masking(operator: Keeper) -> MaskingBody:
    """Return what the project masks."""
    return MaskingBody.of(await services().masking.rules(operator))


@router.put("")
async def put_masking(operator: Keeper, body: MaskingBody) -> MaskingBody:
    """Mask so from now on; what is stored stays as it is."""
    return MaskingBody.of(await services().masking.set_rules(operator, body.rules()))


@router.post("/try")
async def try_masking(operator: Keeper, body: TrialBody) -> TriedBody:
    """Return what would be kept of a text; nothing is stored or counted."""
    rules = body.rules.rules() if body.rules else None
    return TriedBody.of(await services().masking.try_on(operator, body.text, rules))


@router.get("/counts")
async def masked_counts(operator: Keeper, days: Annotated[int, Query(ge=1, le=MAX_DAYS)] = 30) -> MaskCounts:
    """Return how much was masked, by day, way in and kind."""
    return MaskCounts(counts=[MaskCountBody.of(one) for one in await services().masking.counts(operator, days)])
