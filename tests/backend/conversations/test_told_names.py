"""Names that others told may hold any sign: what the filters count under one, the list finds by it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.conversations.reports import Report
from backend.conversations.service import ConversationService
from backend.conversations.types import Facet, Filters
from backend.identity.service import IdentityService
from backend.operator import Operator
from backend.paging import Page
from backend.ports.database import Database
from backend.unit_of_work import Units
from tests.factories.conversations import chat

BETWEEN = "\x1f"
NAMES = (f"a{BETWEEN}b", BETWEEN, f"x{BETWEEN}v3", "a b", "tab\tname", "line\nname", "bell\x07", "m, n")


async def told(log: ConversationService, units: Units, owner: Operator) -> None:
    for name in NAMES:
        await chat(log, units, owner, reply={"prompt_name": name, "prompt_version": 3, "model": name})
        report = Report(name, name, name, person=name, transcript={}, details={"shop": name})
        await log.report(owner, report)


async def num_found(log: ConversationService, owner: Operator, name: str, value: str) -> int:
    return len((await log.list(owner, replace(Filters(), **{name: (value,)}), Page(100))).items)


@pytest.mark.parametrize("name", ["prompts", "models", "flows", "versions", "tags"])
async def test_as_many_are_listed_by_a_name_as_are_counted_under_it(any_database: Database, name: str) -> None:
    units = Units(any_database)
    log, owner = ConversationService(units), await IdentityService(units).ensure_owner()
    await told(log, units, owner)
    some = (await log.list(owner, Filters(), Page(100))).items[:3]
    await log.tag_some(owner, [one.id for one in some], f"late{BETWEEN}reply")
    counted: tuple[Facet, ...] = getattr((await log.browse(owner, Filters(), Page())).facets, name)
    field = "flow_ids" if name == "flows" else name
    assert counted or name == "versions"
    found = {one.value: await num_found(log, owner, field, one.value) for one in counted}
    assert found == {one.value: one.count for one in counted}


async def test_as_many_are_listed_by_metadata_as_are_counted_under_it(any_database: Database) -> None:
    units = Units(any_database)
    log, owner = ConversationService(units), await IdentityService(units).ensure_owner()
    await told(log, units, owner)
    shown = (await log.browse(owner, Filters(metadata=("shop",)), Page())).facets
    (shop,) = shown.metadata
    found = {one.value: await num_found(log, owner, "metadata", one.value) for one in shop.values}
    assert found == {one.value: one.count for one in shop.values}
    assert set(found) == {"shop=a b", "shop=m, n"}, "a value with a sign that no filter can write is no choice"
