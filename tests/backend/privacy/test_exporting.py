"""An export of a person holds every row in which their words stand, and nothing of others."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import String, cast, func, or_, select
from sqlmodel import SQLModel

from backend.annotations.configs import config_of
from backend.annotations.types import NewQueue, Target
from backend.audit.types import Filters
from backend.bootstrap import Services
from backend.conversations.reports import Report, Told
from backend.conversations.types import Role
from backend.flows.types import RunWish, Trigger
from backend.operator import Operator
from tests.backend.privacy.conftest import plant
from tests.tenancy import EVERYWHERE

WORD, OTHER = "zwiebelkuchen", "pfannkuchen"
# Where `person.json` tells the rows of a table.
TOLD = {
    "annotation": ("labels",), "approval": ("approvals",), "conversation": ("conversation",),
    "conversation_comment": ("comments",), "conversation_person": ("others",), "conversation_record": ("records",),
    "conversation_score": ("scores",), "dataset_item": ("dataset_rows",), "experiment_cell": ("answers", "judged"),
    "feedback": ("feedback",), "message": ("messages",), "node_run": ("steps",), "prompt_playground": ("playgrounds",),
    "prompt_version": ("prompts",), "run": ("runs",), "span": ("spans",),
}  # fmt: skip
# The metadata of a record once more, the words of the search, and an answer of a day that is a run's.
COPIES = {"conversation_detail", "conversation_word", "idempotency"}


async def rows_with(house: Services, word: str) -> dict[str, int]:
    """Return how many rows of each table hold a word, without those that hold none."""
    found = {}
    async with house.units.read(EVERYWHERE) as session:
        for table in SQLModel.metadata.sorted_tables:
            holds = or_(*(func.lower(cast(column, String)).contains(word) for column in table.columns))
            statement = select(func.count()).select_from(table).where(holds)
            statement = statement.execution_options(unscoped="a test looks into every row")
            found[table.name] = (await (await session.connection()).execute(statement)).scalar_one()
    return {name: num for name, num in found.items() if num}


def _rows(held: Any) -> list[Any]:
    return held if isinstance(held, list) else [held]


async def test_an_export_holds_everything_and_no_formula(house: Services, operator: Operator) -> None:
    planted = await plant(house, operator, "ada", f"={WORD}")
    await plant(house, operator, "bob", OTHER)
    queue = await house.annotations.create_queue(operator, NewQueue("Answers", (config_of({"name": "good"}),)))
    await house.annotations.add_items(operator, queue.id, [Target(planted["talk"])])
    turned = await house.annotations.take_next(operator, queue.id)
    assert turned.task
    await house.annotations.label(operator, queue.id, turned.task.item_id, "good", value=False)
    asked = RunWish({"message": f"I say ={WORD}"}, trigger=Trigger.EXPERIMENT, item_id=planted["item"])
    await house.runs.run(operator, "chat", asked)
    packed = b"".join([piece async for piece in await house.privacy.export(operator, "ada")])
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        told = json.loads(archive.read("person.json"))["conversations"]
        rows = archive.read("messages.csv").decode()
    assert OTHER not in json.dumps(told)
    rows_told = [(part, row) for one in told for part, held in one.items() for row in _rows(held)]
    parts = Counter(part for part, row in rows_told if WORD in json.dumps(row))
    stored = {table: num for table, num in (await rows_with(house, WORD)).items() if table not in COPIES}
    # A new table is told with the rest, or somebody decides that it holds what is told already.
    assert {table: sum(parts[part] for part in TOLD.get(table, ())) for table in stored} == stored
    assert set(parts) == {part for told_as in TOLD.values() for part in told_as}
    (talk,) = (one for one in told if one["conversation"]["id"] == planted["talk"])
    assert [one["values"] for one in talk["labels"]] == [{"why": f"it says ={WORD}"}, {"good": False}]
    assert len(talk["takeovers"]) == 1
    assert [one["trigger"] for one in talk["runs"]].count("replay") == 1
    assert f"'={WORD}" in rows
    assert f",={WORD}" not in rows
    act = (await house.audit.list(operator, Filters(kind="person"))).items[0]
    assert (act.action, act.after) == ("person.export", {"conversations": 3})
    assert "ada" not in str((act.target, act.before, act.after))  # other ids may hold these letters


async def test_an_export_that_breaks_off_stands_in_the_log_of_acts_and_can_be_asked_for_again(
    house: Services, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.conversations.report(operator, Report("s", "a", "A", messages=(Told(Role.USER, WORD),), person="ada"))

    async def broken(*_: object) -> object:
        raise OSError("full")

    pieces = await house.privacy.export(operator, "ada")
    with monkeypatch.context() as patch:
        patch.setattr("backend.privacy.service.exporting.Telling.of", broken)
        with pytest.raises(OSError, match="full"):
            b"".join([piece async for piece in pieces])
    assert b"".join([piece async for piece in await house.privacy.export(operator, "ada")])
    acts = [one.action for one in (await house.audit.list(operator, Filters(kind="person"))).items]
    assert acts == ["person.export", "person.export_failed", "person.export"]
