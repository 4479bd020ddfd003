"""Conversations by what their metadata says: found, counted, split, exported and gone with them."""

from __future__ import annotations

import csv
import json
from typing import Any

import pytest

from backend.conversations.details import values_in
from backend.conversations.figure_types import FigureWish, Split
from backend.conversations.models import ConversationDetailRow
from backend.conversations.reports import Report
from backend.conversations.repository import FigureRepository
from backend.conversations.repository.details import Details
from backend.conversations.service import ConversationService
from backend.conversations.types import Filters
from backend.errors import InvalidInput
from backend.identity.service import IdentityService
from backend.operator import Operator
from backend.paging import Page
from backend.ports.database import Database
from backend.unit_of_work import Units
from tests.planting import columns_with


@pytest.mark.parametrize(
    ("details", "values"),
    [
        ({"plan": "p", "seats": 3, "new": True, "at": 0.5}, {"plan": "p", "seats": "3", "new": "true", "at": "0.5"}),
        ({"shop": {"city": {"name": "Köln", "at": {"zip": 1}}}}, {"shop.city.name": "Köln"}),
        ({"tags": ["a", 2, None, {"b": 1}]}, {"tags": "a, 2"}),
        ({"a": "", "b": None, "c": "x" * 121, "d" * 61: 1, "e=": 1, "f": "two\nlines", "": 1, "g": float("nan")}, {}),
        ({str(number): 1 for number in range(60)}, {str(number): "1" for number in range(50)}),
        (None, {}),
    ],
)  # fmt: skip
def test_what_metadata_says_in_a_word(details: dict[str, Any] | None, values: dict[str, str]) -> None:
    assert values_in(details) == values


async def put(units: Units) -> tuple[ConversationService, Operator, dict[str, str]]:
    """Report four conversations, of which one has no plan; return their ids by their sessions."""
    log, owner = ConversationService(units), await IdentityService(units).ensure_owner()
    ids = {}
    for session_id, details in (
        ("a", {"plan": "pro", "country": "DE"}), ("b", {"plan": "free", "country": "DE"}),
        ("c", {"plan": "pro", "country": "AT", "Plan": "x"}), ("d", None),
    ):  # fmt: skip
        made = await log.report(owner, Report(session_id, "x", "A", details=details))
        ids[session_id] = made.conversation.id
    return log, owner, ids


async def test_of_many_values_the_most_frequent_are_told_apart(
    any_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, owner, _ = await put(Units(any_database))
    wish = FigureWish(split=Split.METADATA, key="plan")
    every, num_groups, real = await log.dashboard(owner, wish), list[int](), FigureRepository.told

    async def told(*given: Any, **more: Any) -> Any:
        found = await real(*given, **more)
        num_groups.append(len({one.value for one in found}))
        return found

    monkeypatch.setattr(FigureRepository, "told", told)
    monkeypatch.setattr("backend.conversations.repository.figures.FEW", 1)
    monkeypatch.setattr("backend.conversations.service.measuring.MAX_LINES", 1)
    board = await log.dashboard(owner, wish)
    assert (board.lines, max(num_groups)) == (every.lines[:1], 2)
    assert (board.num_lines, board.whole, board.nums) == (every.num_lines, every.whole, every.nums)


async def test_both_databases_find_count_and_split_by_a_name(any_database: Database) -> None:
    units = Units(any_database)
    log, owner, ids = await put(units)

    async def shown(*metadata: str) -> str:
        found = await log.browse(owner, Filters(metadata=metadata), Page())
        assert found.facets.matching == len(found.listed.items)
        assert (await log.figures(owner, Filters(metadata=metadata))).num == len(found.listed.items)
        return "".join(sorted(one.session_id for one in found.listed.items))

    for metadata, sessions in (
        (("plan=pro",), "ac"), (("plan=pro", "plan=free"), "abc"), (("plan",), "abc"), (("plan=",), "d"),
        (("plan=", "plan=free"), "bd"), (("plan=pro", "country=DE"), "a"), (("plan=PRO",), ""), (("mood",), ""),
        (("plan", "plan=free"), "b"), (("Plan=x",), "c"),
    ):  # fmt: skip
        assert await shown(*metadata) == sessions, metadata

    facets = (await log.browse(owner, Filters(metadata=("country=DE", "plan")), Page())).facets
    assert [(one.name, [(line.value, line.count) for line in one.values]) for one in facets.metadata] == [
        ("country", [("country=DE", 2), ("country=AT", 1)]), ("plan", [("plan=free", 1), ("plan=pro", 1)]),
    ]  # fmt: skip
    assert sorted(facets.metadata_names) == ["Plan", "country", "plan"]

    board = await log.dashboard(owner, FigureWish(split=Split.METADATA, key="plan"))
    assert [(one.value, one.name, one.figures.num) for one in board.lines] == [
        ("plan=pro", "pro", 2), ("plan=", "", 1), ("plan=free", "free", 1),
    ]  # fmt: skip
    assert (board.whole.num, board.nums[-1]) == (4, 4)
    for line in board.lines:
        assert len(await shown(line.value)) == line.figures.num
    with pytest.raises(InvalidInput):
        await log.dashboard(owner, FigureWish(split=Split.METADATA))

    # A later turn says more, and something else.
    async with units.write(owner) as work:
        await Details(work.session, owner.project_id).add(ids["b"], {"plan": "pro", "seats": 4})
    assert (await shown("plan=free"), await shown("plan=pro"), await shown("seats=4", "country=DE")) == ("", "abc", "b")
    told = await log.metadata_of(owner, [ids["b"], ids["d"]], ["plan", "seats", "none"])
    assert told == {ids["b"]: {"plan": "pro", "seats": "4"}}

    lines = "".join([line async for line in await log.export(owner, Filters(metadata=("seats",)))]).splitlines()
    [row] = csv.DictReader(lines)
    assert {name: row[name] for name in row if name.startswith("metadata.")} == {
        "metadata.Plan": "", "metadata.country": "DE", "metadata.plan": "pro", "metadata.seats": "4",
    }  # fmt: skip
    assert json.loads(row["metadata"]) == {"plan": "pro", "country": "DE", "seats": 4}

    async with units.write(owner) as work:
        await log.remove(work, owner, list(ids.values()))
    assert not [one for one in await columns_with(units, "pro") if one.startswith(ConversationDetailRow.__tablename__)]
    assert (await log.browse(owner, Filters(), Page())).facets.metadata_names == ()
