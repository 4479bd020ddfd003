"""Addresses of the playground that lead to what is gone or another's, and clicks of a tab that is behind."""

from __future__ import annotations

import pytest

from backend.bootstrap import Services
from backend.flows.types import RunWish
from backend.operator import Operator
from backend.prompts.types import Content, NewPrompt, PlayColumn, PlayDocument, Prompt
from console.state.prompt_play_row import PromptPlayRowState
from tests.console.state.test_prompt_play import answer, opened, owner, run
from tests.console.tab import Tab, tab
from tests.factories import flows

__all__ = ["answer", "owner", "tab"]


async def test_an_address_that_leads_nowhere_opens_the_prompt_as_it_stands(
    answer: Prompt, tab: Tab, services: Services, owner: Operator
) -> None:
    other = await services.prompts.create(owner, NewPrompt("Other", Content(text="Say {{ secret }}.")))
    columns = (PlayColumn(version=1),)
    theirs = (await services.prompts.share(owner, other.id, PlayDocument(columns=columns, values={"secret": "x"}))).id
    late = PlayDocument(columns=(PlayColumn(version=99),))
    newer = (await services.prompts.share(owner, answer.id, late)).id
    nothing = (await services.prompts.share(owner, answer.id, PlayDocument())).id
    gone = ("play=play_gone", f"play={theirs}", f"play={newer}", f"play={nothing}", "run=run_gone&node=say", "play=%00")
    for query in gone:
        _, play = await opened(tab, answer, f"?{query}")
        assert [one.version for one in play.columns] == ["1", "2"], query
        assert play.values == {}, query
        assert "secret" not in [one.name for one in play.needs]


async def test_a_call_with_another_prompt_is_not_taken_for_one_with_this(
    answer: Prompt, tab: Tab, services: Services, owner: Operator
) -> None:
    other = await services.prompts.create(owner, NewPrompt("Other", Content(text="Say {{ secret }}.")))
    given = {"slug": other.slug, "version": 1, "values": {"secret": "x"}}
    nodes = [flows.node("start", "input", flows.form("question")),
             flows.node("say", "llm", {"prompt": given, "user": "Hello"}), flows.node("end", "output")]  # fmt: skip
    flow = await services.flows.create(
        owner, "Calls", document=flows.document(nodes, [("start.question", "say.prompt"), ("say.text", "end.value")])
    )
    await services.flows.publish(owner, flow.id)
    ran = await services.runs.run(owner, flow.id, RunWish({"question": "Why?"}))
    for node in ("say", "nobody"):
        _, play = await opened(tab, answer, f"?run={ran.run_id}&node={node}")
        assert ([one.version for one in play.columns], play.values) == (["1", "2"], {})


async def test_clicks_of_a_tab_that_is_behind_do_nothing(answer: Prompt, tab: Tab) -> None:
    _, play = await opened(tab, answer)
    for version in ("3", "-1", "", "one", "9" * 5_000):
        await play.set_column("A", "version", version)
        assert play.columns[0].version == "1", version[:9]
    assert await play.adopt("J") is None
    row = tab.state(PromptPlayRowState)
    await row.open("J")
    assert row.opened is False


@pytest.mark.parametrize("name", ["value", "response_schema", "tools"])
async def test_what_is_too_long_to_be_shared_says_so(answer: Prompt, tab: Tab, name: str) -> None:
    _, play = await opened(tab, answer)
    long = "[" + " " * 5_000_000 + "]" if name == "tools" else "{" + " " * 5_000_000 + "}"
    if name == "value":
        await play.set_value("question", long)
    else:
        await play.set_column("A", name, long)
    await play.share()
    assert play.shared == ""
    assert "long" in str(list(play.errors.values()))
    await play.set_value("question", "short")
    await play.set_column("A", name, "")
    await play.share()
    assert "?play=" in play.shared
    await run(play)
