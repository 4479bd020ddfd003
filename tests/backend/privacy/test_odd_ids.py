"""A person is found by the id that was sent, however it is kept."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest

from backend.bootstrap import Services
from backend.columns import storable, utc_now
from backend.conversations.reports import Report, Told
from backend.conversations.types import Role
from backend.errors import NotFound
from backend.flows.types import RunWish, Trigger
from backend.masking.types import Kind, MaskingRules, OwnPattern
from backend.operator import Operator
from backend.ports.traces import Span
from tests.backend.privacy.conftest import BEFORE, MEANWHILE, asked, removed
from tests.factories.flows import chat
from tests.planting import columns_with

# As systems send them: kept on one line, cut, and without what no database holds.
ODD = (
    "x" * 250, "word " * 50, "ada  lovelace", "ada\u200blove", "ada\u00a0byron", "a\tb", "\u202eada", "a\u0308da",
    "a%d_a\\", 'a"d\'a', "a\0da", "a\ud800da", "ADA@Example.ORG", '{"a": 1}', " ada ", "4711", "\u200b",
)  # fmt: skip


@pytest.mark.parametrize("rules", [MaskingRules(), MaskingRules(frozenset(Kind))], ids=["plain", "masked"])
async def test_a_person_is_found_by_the_id_that_was_sent(
    house: Services, operator: Operator, tmp_path: Path, rules: MaskingRules
) -> None:
    log, path = house.conversations, tmp_path / "talks.jsonl"
    await house.masking.set_rules(operator, rules)
    nobodys = Report("s", "a", "A", messages=(Told(Role.USER, MEANWHILE),))
    await log.report(operator, nobodys)
    rows = [{"id": f"i{number}", "text": BEFORE, "user_id": who} for number, who in enumerate(ODD[:-1])]
    path.write_text("\n".join(map(json.dumps, rows)))
    await log.import_file(operator, path, path.name)
    path.unlink()
    for number, who in enumerate(ODD[:-1]):
        await log.report(operator, Report(f"r{number}", "a", "A", messages=(Told(Role.USER, BEFORE),), person=who))
        told: dict[str, Any] = {"user.id": int(who) if who.isdecimal() else storable(who)}
        await log.take_spans(operator, [asked(2 * number + 1, 1, BEFORE, **told)])
        embeds = {"gen_ai.operation.name": "embeddings", "input.value": [BEFORE], **told}
        await log.take_spans(
            operator, [Span(f"{2 * number + 2:032x}", f"{1:016x}", "", "embed", utc_now(), utc_now(), embeds)]
        )
    for who in ODD:
        with contextlib.suppress(NotFound):
            await removed(house, operator, who)
    assert await columns_with(house.units, BEFORE) == []
    assert await columns_with(house.units, MEANWHILE) != []  # who has no name is nobody's


async def test_a_person_who_was_masked_by_a_rule_that_is_gone_is_found(house: Services, operator: Operator) -> None:
    rules = MaskingRules(patterns=(OwnPattern("customer", r"cust-\d+"),))
    await house.masking.set_rules(operator, rules)
    await house.flows.create(operator, "Chat", document=chat())
    await house.flows.publish(operator, "chat")
    for who in ("cust-17", "cust-18"):
        said = (Told(Role.USER, BEFORE if who == "cust-17" else MEANWHILE),)
        await house.conversations.report(operator, Report("s", "a", "A", messages=said, person=who))
    await house.runs.run(operator, "chat", RunWish({"message": BEFORE}, person="cust-17", trigger=Trigger.API))
    assert await columns_with(house.units, "cust-1") == []
    await house.masking.set_rules(operator, MaskingRules())
    assert (await house.privacy.going(operator, "cust-17")).num_conversations == 2
    await removed(house, operator, "cust-17")
    assert await columns_with(house.units, BEFORE) == []
    assert await columns_with(house.units, MEANWHILE) != []
