"""What the filters count comes from one column: it says what the list finds, whatever stands in a row."""

from __future__ import annotations

import random
from dataclasses import replace

from sqlalchemy import insert, select, update

from backend.conversations.computed import MIX
from backend.conversations.mixes import BETWEEN, Mixes, mix_of
from backend.conversations.models import ConversationRow
from backend.conversations.service import ConversationService
from backend.conversations.tags import tags_text
from backend.conversations.types import FailedTools, FailedTurns, Filters, Outcome, Rating, Satisfaction
from backend.identity.service import IdentityService
from backend.paging import Page
from backend.ports.database import Database
from backend.unit_of_work import Units
from tests.tenancy import EVERYWHERE

FACETS = {
    "flow_ids": "flows", "states": "states", "failed_turns": "failed_turns", "failed_tools": "failed_tools",
    "ratings": "ratings", "channels": "channels", "models": "models", "prompts": "prompts", "outcomes": "outcomes",
    "satisfactions": "satisfactions", "tags": "tags", "versions": "versions",
}  # fmt: skip
CHOSEN = (
    Filters(),
    Filters(flow_ids=("flow_1",)),
    Filters(ratings=(Rating.UP, Rating.DOWN), outcomes=(Outcome.UNKNOWN,)),
    Filters(tags=("late",), models=("gpt-5-mini",), failed_turns=(FailedTurns.NONE,)),
    Filters(failed_tools=(FailedTools.SOME,), channels=("api", "console")),
    Filters(satisfactions=(Satisfaction.UNKNOWN, Satisfaction.FIVE), flow_ids=("flow_0", "flow_1")),
)
TEXT = {"flow_name": "Rück'gabe\x1f", "model": "a\x1fb", "prompt_name": "🛋\n", "tags": tags_text(["50%_off", "x\ty"])}


def row(place: int, draw: random.Random) -> dict[str, object]:
    flow = draw.randrange(3)
    values = {
        "id": f"conv_{place}", "title": "", "channel": draw.choice(("console", "api", "reported")),
        "state": draw.choice(("answered", "failed")), "flow_id": f"flow_{flow}", "flow_name": f"Flow {flow}",
        "has_failed": draw.choice((True, False)), "rating": draw.choice(("none", "up", "down")),
        "model": draw.choice(("", "gpt-5-mini", "gpt-5-mini, qwen3-8b")), "prompt_name": draw.choice(("", "answer")),
        "prompt_version": draw.randrange(3), "task_completed": draw.choice((True, False, None)),
        "satisfaction": draw.choice((None, 1, 5)), "version": draw.randrange(3),
        "has_failed_tool": draw.choice((True, False)),
        "tags": tags_text(draw.sample(("late", "vip", "lost"), draw.randrange(3))),
    }  # fmt: skip
    return ConversationRow(project_id="", **values).model_dump()


async def test_each_count_is_what_the_list_finds(any_database: Database) -> None:
    units, draw = Units(any_database), random.Random(4)
    log, owner = ConversationService(units), await IdentityService(units).ensure_owner()
    async with units.write(EVERYWHERE) as work:
        rows = [row(place, draw) | {"project_id": owner.project_id} for place in range(90)]
        await (await work.session.connection()).execute(insert(ConversationRow), rows)
    for filters in CHOSEN:
        facets = (await log.browse(owner, filters, Page())).facets
        assert facets.matching == len((await log.list(owner, filters, Page(100))).items)
        for name, told in FACETS.items():
            for facet in getattr(facets, told):
                alone = replace(filters, **{name: (facet.value,)})
                assert facet.count == len((await log.list(owner, alone, Page(100))).items), (filters, name, facet)


async def test_names_of_any_length_are_kept_and_counted(any_database: Database) -> None:
    """Postgres refuses a row that is too long for one of its indexes, and with it the answer that was to be kept."""
    units, draw = Units(any_database), random.Random(3)
    log, owner = ConversationService(units), await IdentityService(units).ensure_owner()

    def name(length: int) -> str:
        return "".join(chr(draw.randrange(0x20000, 0x2A000)) for _ in range(length))

    long = {"flow_name": name(120), "model": name(200), "prompt_name": name(255)}
    long |= {"tags": tags_text([name(40) for _ in range(20)]), "flow_id": "flow_1"}
    async with units.write(owner) as work:
        for place, told in enumerate((long, long, {"model": "gpt-5-mini", "tags": ""})):
            work.session.add(ConversationRow(**row(place, draw) | told | {"project_id": owner.project_id}))
    facets = (await log.browse(owner, Filters(), Page())).facets
    assert [(one.value, one.count) for one in facets.models] == [(long["model"], 2), ("gpt-5-mini", 1)]
    assert len(facets.tags) == 20


async def test_a_mix_follows_its_row_whatever_stands_there(any_database: Database) -> None:
    units, table = Units(any_database), ConversationRow.__table__  # type: ignore[attr-defined]
    log, owner = ConversationService(units), await IdentityService(units).ensure_owner()
    async with units.write(owner) as work:
        work.session.add(
            ConversationRow(id="conv", project_id=owner.project_id, title="", channel="api", state="answered")
        )
    assert [one.count for one in (await log.browse(owner, Filters(), Page())).facets.models] == []
    async with units.write(EVERYWHERE) as work:
        connection = await work.session.connection()
        await connection.execute(update(table).values(**TEXT, task_completed=False, satisfaction=None, version=-1))
        [mix] = (await connection.execute(select(MIX))).scalars()
    assert mix_of(mix)._asdict() == {
        "flow_ids": "", "flow_name": "Rück'gabe ", "states": "answered", "failed_turns": "none", "ratings": "none",
        "channels": "api", "models": "a b", "prompts": "🛋\n v0", "outcomes": "not_completed",
        "satisfactions": "unknown", "tags": TEXT["tags"], "versions": " v-1", "failed_tools": "none",
    }  # fmt: skip
    assert [one.value for one in (await log.browse(owner, Filters(), Page())).facets.tags] == ["50%_off", "x\ty"]


def test_mixes_are_read_once_and_forgotten_where_they_are_many() -> None:
    texts = [BETWEEN.join((f"flow_{at}", *("",) * 7, "0", "", "", "", "0", "")) for at in range(5)]
    mixes = Mixes(most=3)

    def flows(*places: int) -> list[str]:
        told = mixes.read([texts[place] for place in places]).flow_ids
        return [told.known[place] for place in told.places]

    assert flows(0, 1) == ["flow_0", "flow_1"]
    assert flows(1, 2, 0) == ["flow_1", "flow_2", "flow_0"]
    assert mixes.read(texts[:1]).flow_ids.present() == ["flow_0"]
    assert flows(*range(5)) == [f"flow_{at}" for at in range(5)]
    assert flows() == []
    assert mixes.read(texts[3:]).flow_ids.known == ("flow_3", "flow_4")
