"""A conversation with a flow names the version of the prompt that answered, and the dashboards count it by that."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from backend.bootstrap import Services
from backend.columns import utc_now
from backend.conversations.figure_types import FigureWish, Split
from backend.conversations.types import Channel, Filters, prompt_choice
from backend.flows.document import FlowDocument
from backend.flows.engine.chat import Chat
from backend.flows.engine.loader import Loader
from backend.flows.nodes.registry import KINDS
from backend.flows.service.run_log import RunLog
from backend.flows.types import RunStatus, RunWish, Trigger
from backend.operator import Operator
from backend.paging import Page
from backend.prompts.types import Content, NewPrompt
from tests.factories.flows import document, node


@pytest.fixture
async def owner(services: Services) -> Operator:
    return await services.identity.ensure_owner()


@pytest.fixture
async def prompt_id(services: Services, owner: Operator) -> str:
    """Return a prompt with two versions, of which production is the first."""
    made = await services.prompts.create(owner, NewPrompt("Answer", Content(text="One {{ name }}.")))
    await services.prompts.save_version(owner, made.id, Content(text="Two {{ name }}."))
    await services.prompts.set_label(owner, made.id, "production", 1)
    return made.id


def asking(mode: str, **prompt: Any) -> FlowDocument:
    """Return a flow whose second node is told by a prompt that is kept elsewhere."""
    given = {"slug": "answer", "values": {"name": "{{ start.question }}"}, **prompt}
    nodes = [
        node("start", "input", {"mode": mode, "fields": [{"name": "question"}]}),
        node("say", "llm", {"prompt": given, "user": "{{ start.question }}"}),
        node("end", "output"),
    ]
    return document(nodes, [("start.question", "say.prompt"), ("say.text", "end.value")])


async def ran(services: Services, owner: Operator, slug: str, trigger: Trigger = Trigger.API) -> None:
    """Run a flow, and let the log catch up with what is no chat."""
    result = await services.runs.run(owner, slug, RunWish({"question": "Why?"}, trigger=trigger))
    assert result.status is RunStatus.DONE
    talks = services.conversations
    chat = Chat(services.units, talks)
    log = RunLog(services.units, talks, Loader(services.units, services.rooms.templates, KINDS, chat))
    await log.write()
    await log.write(experiments=True)


async def told(services: Services, owner: Operator) -> list[tuple[str, int]]:
    """Return what each conversation names, the oldest first."""
    filters = Filters(channels=tuple(Channel))
    found = (await services.conversations.list(owner, filters, Page())).items
    return [(one.prompt_name, one.prompt_version) for one in reversed(found)]


@pytest.mark.parametrize("mode", ["chat", "form"])
async def test_a_conversation_names_the_version_that_its_label_meant(
    services: Services, owner: Operator, prompt_id: str, mode: str
) -> None:
    flow = await services.flows.create(owner, "Asking", document=asking(mode))
    await services.flows.publish(owner, flow.id)
    await ran(services, owner, flow.slug)
    assert await told(services, owner) == [("answer", 1)]
    await services.prompts.set_label(owner, prompt_id, "production", 2)
    for _ in range(2):
        await ran(services, owner, flow.slug)
    assert await told(services, owner) == [("answer", 1), ("answer", 2), ("answer", 2)]
    week = Filters(since=utc_now() - timedelta(days=6), until=utc_now() + timedelta(days=1))
    found = await services.conversations.dashboard(owner, FigureWish(week, Split.PROMPT))
    assert {line.name: line.figures.num for line in found.lines} == {"answer v1": 1, "answer v2": 2}
    second = Filters(prompts=(prompt_choice("answer", 2),))
    assert (await services.conversations.browse(owner, second, Page())).facets.matching == 2


@pytest.mark.usefixtures("prompt_id")
@pytest.mark.parametrize("trigger", [Trigger.API, Trigger.CONSOLE, Trigger.EXPERIMENT])
async def test_whoever_asks_a_version_is_named_that_stays(
    services: Services, owner: Operator, trigger: Trigger
) -> None:
    flow = await services.flows.create(owner, "Asking", document=asking("form", version=2))
    await services.flows.publish(owner, flow.id)
    await ran(services, owner, flow.slug, trigger)
    assert await told(services, owner) == [("answer", 2)]
