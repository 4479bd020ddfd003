"""A call that another system told of, from its trace to a prompt."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.bootstrap import Services
from backend.conversations.types import Filters
from backend.errors import Forbidden, NotFound
from backend.operator import Permission
from backend.paging import Page
from backend.ports.database import OfProject
from backend.prompts.types import VersionRef
from console.state.prompts import PromptsState
from console.state.trace import TraceState
from tests.console.tab import Tab, tab
from tests.factories.traces import agent, delivery, genai, tracing
from tests.planting import columns_with

__all__ = ["tab"]


async def test_the_call_that_another_system_told_of_becomes_a_prompt(services: Services, tab: Tab) -> None:
    owner = await services.identity.ensure_owner()
    tracer, kept = tracing()
    genai(tracer, session="told", question="Is {{ this }} {% endraw %} one?", answer="Yes.")
    agent(tracer, session="agent", question="Where?", answer="Here.")
    delivered = (await services.traces.read(delivery(kept.get_finished_spans()), "protobuf", gzipped=False)).spans
    await services.conversations.take_spans(owner, delivered)
    found = (await services.conversations.list(owner, Filters(), Page())).items
    by_session = {one.session_id: one.id for one in found}
    trace = tab.at("/conversations").state(TraceState)
    told = next(one for one in delivered if one.name == "chat gpt-4o")
    await trace.show_spans(by_session["told"], told.trace_id)
    listed = tab.at(trace.node.play).state(PromptsState)
    await listed.load()
    assert listed.creating
    assert listed.call == (
        "Of the call of chat gpt-4o, told by another system. "
        "gpt-4o-2024-08-06 is not connected here, so the project's default model answers."
    )
    await listed.create({"name": "Of a span", "folder": ""})
    made = (await services.prompts.render(owner, "of-a-span", VersionRef("latest"), {}, {})).messages
    assert [(one.role, one.content) for one in made] == [
        ("user", "Earlier"), ("assistant", "Yes?"), ("user", "Is {{ this }} {% endraw %} one?"),
    ]  # fmt: skip
    await services.prompts.delete(owner, "of-a-span")
    async with services.units.write(OfProject(owner.project_id)) as work:
        await services.conversations.purge(work, owner.project_id, [by_session["told"]])
    assert await columns_with(services.units, "endraw") == []  # also in the prompt that was made of it
    asked = next(one for one in delivered if one.name == "support")
    await trace.show_spans(by_session["agent"], asked.trace_id)
    assert [bool(one.is_call) for one in trace._spans.values()].count(True) == 1
    for span in (asked.span_id, "nobody"):
        with pytest.raises(NotFound):
            await services.conversations.logged_call(owner, by_session["agent"], asked.trace_id, span)
    nobody = replace(owner, permissions=owner.permissions - {Permission.CONVERSATIONS_READ})
    with pytest.raises(Forbidden):
        await services.conversations.logged_call(nobody, by_session["agent"], asked.trace_id, asked.span_id)
