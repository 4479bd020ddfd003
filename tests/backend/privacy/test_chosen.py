"""What members chose to look at one person goes with the person, and the log of acts never held it."""

from __future__ import annotations

from typing import Any

from backend.alerts.shapes import filters_of
from backend.alerts.types import Comparison, Measure, NewAlert
from backend.audit.types import Filters as Searched
from backend.bootstrap import Services
from backend.conversations.reports import Report, Told
from backend.conversations.types import Filters, Role
from backend.masking.types import Kind, MaskingRules
from backend.operator import Operator
from backend.paging import Page
from tests.backend.privacy.conftest import removed
from tests.planting import columns_with

ADA, BOB = "quittenmus", "birnenmus"


def rule(name: str, **filters: Any) -> NewAlert:
    return NewAlert(name, Measure.FAILED, Comparison.ABOVE, 1, filters=filters_of(filters))


async def chosen(house: Services, operator: Operator, person: str, number: int) -> None:
    """Look for a person in every way in which a choice is kept."""
    said = (Told(Role.USER, f"I am {person}"),)
    report = Report("s", "a", "A", messages=said, person=person, details={"customer_id": person})
    await house.conversations.report(operator, report)
    log, metadata = house.conversations, [f"customer_id={person}"]
    await log.browse(operator, Filters(text=person, metadata=tuple(metadata)), Page())
    _ = [line async for line in await log.export(operator, Filters(text=person))]
    await log.save_view(operator, f"By id {number}", {"metadata": metadata})
    await log.save_view(operator, f"By search {number}", {"text": person.upper()})
    await house.alerts.create(operator, rule(f"Their failures {number}", metadata=metadata))
    made = await house.alerts.create(operator, rule(f"Their words {number}", text=person, tags=["vip"]))
    await house.alerts.change(operator, made.id, rule(f"Their words {number}", text=person, tags=["vip"]), made.version)
    for searched in (Searched(text=person), Searched(actor=person), Searched(target=person, action="alert.create")):
        _ = [one async for one in await house.audit.export(operator, searched)]


async def test_what_shows_one_person_alone_goes_with_them(house: Services, operator: Operator) -> None:
    await chosen(house, operator, ADA, 1)
    await chosen(house, operator, BOB, 2)
    await house.conversations.save_view(operator, "All of them", {"metadata": ["customer_id"]})
    await house.alerts.create(operator, rule("Everybody", metadata=["customer_id"]))
    assert not [one for one in await columns_with(house.units, ADA, BOB) if one.startswith("audit")]
    going = await house.privacy.going(operator, ADA)
    assert going.views == ("By id 1", "By search 1")
    assert going.alerts == ("Their failures 1", "Their words 1")
    others = await columns_with(house.units, BOB)
    await removed(house, operator, ADA)
    assert await columns_with(house.units, ADA) == []
    assert await columns_with(house.units, BOB) == others
    left = [one.name for one in await house.conversations.views(operator)]
    assert left == ["All of them", "By id 2", "By search 2"]
    listed = (await house.alerts.list(operator, Page())).items
    assert {one.rule.name for one in listed} == {"Everybody", "Their failures 2", "Their words 2"}


async def test_the_log_of_acts_says_that_something_was_searched(house: Services, operator: Operator) -> None:
    await chosen(house, operator, ADA, 1)
    acts = (await house.audit.list(operator, Searched(), Page())).items
    told = [one.after["filters"] for one in acts if one.after and "filters" in one.after]
    assert {"target": True, "action": "alert.create"} in told
    assert {"text": True, "tags": 1} in told
    assert {"metadata": ["customer_id"]} in told


async def test_a_choice_that_was_masked_is_found_by_the_id_as_it_is_sent(house: Services, operator: Operator) -> None:
    await house.masking.set_rules(operator, MaskingRules(frozenset({Kind.EMAIL})))
    report = Report("s", "a", "A", messages=(Told(Role.USER, "Hello"),), person="ada@example.com")
    kept = (await house.conversations.report(operator, report)).conversation.person
    assert kept != "ada@example.com"
    await house.conversations.save_view(operator, "As it stands", {"text": kept})
    await house.conversations.save_view(operator, "As it was sent", {"text": "ada@example.com"})
    assert (await house.privacy.going(operator, "ada@example.com")).views == ("As it stands", "As it was sent")
