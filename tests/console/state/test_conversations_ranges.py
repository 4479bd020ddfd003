"""Ranges of the log as they are typed, shown, kept in views and addresses, and taken away."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from backend.bootstrap import Services
from backend.conversations.range_types import Measured
from backend.conversations.reports import Report
from console.state.conversation_views import ConversationViewsState
from console.state.conversations import ConversationsState
from console.state.conversations_filters import asked_of, filters_of, log_address, own_address, pairs_of
from console.state.conversations_ranges import range_words, typed_range
from tests.console.tab import Tab, spent, tab
from tests.factories.conversations import chat

__all__ = ["tab"]


@pytest.mark.parametrize(
    ("of", "least", "most", "span", "words"),
    [
        ("latency", "1.5", "", "1500..", "at least 1.5 s"),
        ("latency", "0.0005", "2", "0.5..2000", "0.0005 s to 2 s"),
        ("cost", "", "1000", "..1000", "at most $1,000"),
        ("cost", "1e-3", "", "0.001..", "at least $0.001"),
        ("turns", " 3 ", "3", "3..3", "3 to 3"),
        ("tokens", "", "", None, ""),
        ("tokens", "many", "", None, ""),
        ("tokens", "-1", "", None, ""),
        ("tokens", "1e12", "", None, ""),
        ("tokens", "NaN", "", None, ""),
        ("tokens", "1e999999999", "", None, ""),
        ("cost", "1e-999999999", "", "0..", "at least $0"),
        ("mood", "1", "2", None, ""),
    ],
)
def test_what_is_typed_is_what_is_said(of: str, least: str, most: str, span: str | None, words: str) -> None:
    found = typed_range(of, least, most)
    assert (found.span if found else None, range_words(found) if found else "") == (span, words)


async def test_a_range_narrows_the_list_and_stands_among_its_filters(services: Services, tab: Tab) -> None:
    owner = await services.identity.ensure_owner()
    await chat(services.conversations, services.units, owner, reply={"cost": Decimal(2)})
    await chat(services.conversations, services.units, owner, reply={"cost": Decimal("0.5")})
    state = tab.at("/conversations").state(ConversationsState)
    await state.load()
    await state.narrow({"of": "cost", "least": "1"})
    assert (len(state.rows), state.num_filters, state.total) == (1, 1, "1 match")
    assert [(one.key, one.words) for one in state.chips] == [("cost", "Cost: at least $1")]
    await state.narrow({"of": "cost", "least": "", "most": "0.5"})  # in the place of the one before
    assert [one.words for one in state.chips] == ["Cost: at most $0.5"]
    assert parse_qs(urlsplit(state.export_href).query)["cost"] == ["..0.5"]
    await state.narrow({"of": "cost"})
    assert len(state.rows) == 1
    views = tab.state(ConversationViewsState)
    await views.save({"name": "Cheap"})
    await state.clear()
    assert len(state.rows) == 2
    await views.choose(views.views[0].value)
    assert (len(state.rows), [one.words for one in state.chips]) == (1, ["Cost: at most $0.5"])
    await spent(state.toggle("cost", "..0.5"))
    assert (len(state.rows), state.chips) == (2, [])


def test_an_address_brings_ranges_and_versions_back() -> None:
    chosen = (("version", "flow_1 v3"), (Measured.TURNS.value, "2.."), (Measured.LATENCY.value, "..1500"))
    query = {key: one[0] for key, one in parse_qs(urlsplit(log_address(chosen)).query).items()}
    assert {*asked_of(query)} == {*chosen}
    assert {*pairs_of(filters_of("", chosen))} == {*chosen}
    assert asked_of({"turns": "2..'; --", "cost": ""}) == ()


async def test_metadata_narrows_the_list_and_stands_in_its_columns(services: Services, tab: Tab) -> None:
    owner = await services.identity.ensure_owner()
    for plan in ("pro", "free & easy", ""):
        details = {"plan": plan} if plan else None
        await services.conversations.report(owner, Report(f"s {plan}", "x", "A", details=details))
    state = tab.at("/conversations").state(ConversationsState)
    await state.load()
    assert [one.label for one in state.metadata_names] == ["plan"]
    await state.toggle_column("metadata.plan")
    await state.toggle_column("metadata.mood")
    assert state.columns == ["flow", "metadata.plan"]
    assert [row.cells["metadata.plan"] for row in state.rows] == ["", "plan: free & easy", "plan: pro"]
    await state.narrow_metadata({"name": "plan"})
    assert (len(state.rows), state.total) == (2, "2 match")
    assert [one.words for one in state.chips] == ["Metadata plan: any"]
    [lines] = [
        (one.title, [(line.name, line.count) for line in one.lines]) for one in state.filters if one.key == "metadata"
    ]
    assert lines == ("Metadata plan", [("free & easy", "1"), ("pro", "1")])
    await spent(state.toggle("metadata", "plan=free & easy"))
    assert [row.cells["metadata.plan"] for row in state.rows] == ["plan: free & easy"]
    assert [one.words for one in state.chips] == ["Metadata plan: free & easy", "Metadata plan: any"]
    assert parse_qs(urlsplit(state.export_href).query)["metadata"] == ["plan", "plan=free & easy"]
    address = {key: one[0] for key, one in parse_qs(urlsplit(log_address(state._chosen)).query).items()}
    assert asked_of(address) == state._chosen
    assert pairs_of(filters_of("", state._chosen)) == state._chosen
    views = tab.state(ConversationViewsState)
    await views.save({"name": "Easy"})
    await state.clear()
    await state.toggle_column("metadata.plan")
    await views.choose(views.views[0].value)
    assert (len(state.rows), state.columns) == (1, ["flow", "metadata.plan"])
    await state.clear()
    await state.narrow_metadata({"name": "plan", "value": " pro "})
    await state.narrow_metadata({"name": "pl=an", "value": "pro"})
    assert [one.words for one in state.chips] == ["Metadata plan: pro"]


async def test_every_filter_of_an_address_is_said_and_can_be_taken_away(services: Services, tab: Tab) -> None:
    owner = await services.identity.ensure_owner()
    await chat(services.conversations, services.units, owner, said="Hello")
    address = "/conversations?flow=x&model=gone&prompt=%1F&state=odd&rating=none"
    state = tab.at(address).state(ConversationsState)
    await state.load()
    assert (state.rows, state.num_filters) == ([], 5)
    assert [one.words for one in state.chips] == [
        "Feedback: None", "Flow or agent: x, no conversations", "Last turn: odd, not known", "Model: gone",
        "Prompt: none",
    ]  # fmt: skip
    for chip in state.chips:
        await spent(state.toggle(chip.key, chip.value))
    assert (len(state.rows), state.chips, state.num_filters, state.left_out) == (1, [], 0, "")
    state = tab.at("/conversations?cost=much&since=yesterday").state(ConversationsState)
    await state.load()
    assert state.left_out == (
        "The address also asks for cost “much” and since “yesterday”, which cannot be read: the list is not narrowed "
        "by it."
    )
    assert len(state.rows) == 1


def test_an_address_that_is_handed_on_names_its_project() -> None:
    chosen = (("rating", "down"),)
    found = own_address("/conversations", {"rating": "up", "at": "m"}, "sofa", chosen, "proj_1")
    assert dict(parse_qsl(urlsplit(found).query)) == {
        "rating": "down", "at": "m", "text": "sofa", "project": "proj_1",
    }  # fmt: skip
    assert own_address("/conversations", {"project": "proj_1"}, "", (), "proj_1") == "/conversations"


async def test_more_names_in_metadata_than_are_counted_are_refused_in_words(services: Services, tab: Tab) -> None:
    await services.identity.ensure_owner()
    state = tab.at("/conversations?metadata=" + "%1F".join(f"k{number}" for number in range(9))).state(
        ConversationsState
    )
    await state.load()
    assert (state.num_filters, state.left_out) == (8, "The log is filtered by at most 8 names in metadata at once.")
    assert "at most 8 names" in str(await state.narrow_metadata({"name": "plan"}))
    assert state.num_filters == 8
