"""Somebody is found by a part of their name before their data is counted, on either database."""

from __future__ import annotations

from collections import Counter

from backend.bootstrap import Services
from backend.conversations.reports import Report, Told
from backend.conversations.types import Role
from backend.identity import permissions
from backend.masking.types import Kind, MaskingRules
from backend.operator import Operator
from tests.factories.conversations import chat
from tests.factories.people import join

TOLD = ("ada@example.org", "ada@example.org", "Ada Lovelace", "Jürgen Österling", "100% bob", "")


async def told(house: Services, operator: Operator, person: str, *others: str) -> None:
    said = (Told(Role.USER, "Hello ada"),)
    await house.conversations.report(operator, Report("s", "a", "A", messages=said, person=person, others=others))


async def test_people_are_found_by_a_part_of_their_name(house: Services, operator: Operator) -> None:
    async def found(text: str) -> list[tuple[str, int]]:
        people = [one for one in await house.privacy.people(operator, text) if not one.member]
        for one in people:
            assert (await house.privacy.going(operator, one.id)).num_conversations == one.num_conversations
        return [(one.id, one.num_conversations) for one in people]

    for person in TOLD:
        await told(house, operator, person)
    await told(house, operator, "100% bob", "ada@example.org")
    for text, people in {
        "ADA": [("ada@example.org", 3), ("Ada Lovelace", 1)], "lace ada": [("Ada Lovelace", 1)],
        "ÖSTERLING": [("Jürgen Österling", 1)], "jürg": [("Jürgen Österling", 1)], "0% ": [("100% bob", 2)],
        "a%a": [], "a": [], "a a a": [], " ": [], "": [], "x" * 1_001: [],
    }.items():  # fmt: skip
        assert await found(text) == people, text

    await chat(house.conversations, house.units, operator)
    [me] = [one for one in await house.privacy.people(operator, operator.name[:5].upper()) if one.member]
    assert (me.id, me.num_conversations) == (operator.user_id, 1)
    assert operator.name in me.member

    await house.masking.set_rules(operator, MaskingRules(frozenset({Kind.EMAIL})))
    await told(house, operator, "eve@example.org")
    assert await found("eve@exam") == []
    [(masked, num)] = await found("eve@example.org")
    assert (masked[:7], num) == ("[e-mail", 1)

    for number in range(25):
        await told(house, operator, f"crowd {number}")
    assert len(await house.privacy.people(operator, "crowd")) == 20
    for number in range(15):
        await join(house.units, operator, f"Crowd{number}", permissions.Role.VIEWER)
    assert Counter(bool(one.member) for one in await house.privacy.people(operator, "crowd")) == {True: 10, False: 10}
