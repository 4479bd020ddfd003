"""The playground: columns over one set of values, stopped, shared, kept."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from backend.bootstrap import Services
from backend.datasets.types import About, SourceKind
from backend.errors import Forbidden, InvalidInput
from backend.flows.types import RunWish
from backend.identity.permissions import Role
from backend.operator import Operator
from backend.prompts.types import Content, NewPrompt, PlayDone, PlayFailed, PlayText, PlayTool, Prompt
from console.state.privacy import PrivacyState
from console.state.prompt import PromptState
from console.state.prompt_draft import PromptDraftState
from console.state.prompt_edit import PromptEditState
from console.state.prompt_play import PromptPlayState
from console.state.prompt_play_load import PromptPlayLoadState
from console.state.prompt_play_row import PromptPlayRowState
from console.state.prompt_play_rows import (
    SAID,
    ColumnLine,
    begun,
    escaped,
    heard,
    lettered,
    stopped,
    total,
    tried,
)
from console.state.prompts import PromptsState
from console.state.run_page import RunPageState
from tests.console.tab import Tab, refused, tab
from tests.factories import flows
from tests.factories.people import join

__all__ = ["tab"]


@pytest.fixture
async def owner(services: Services) -> Operator:
    return await services.identity.ensure_owner()


@pytest.fixture
async def answer(services: Services, owner: Operator) -> Prompt:
    made = await services.prompts.create(owner, NewPrompt("Answer", Content(text="Answer {{ question }}.")))
    await services.prompts.set_label(owner, made.id, "production", 1)
    await services.prompts.save_version(owner, made.id, Content(text="Answer {{ question }} for {{ name }}."))
    return await services.prompts.get(owner, made.id)


async def opened(tab: Tab, prompt: Prompt, query: str = "") -> tuple[Any, Any]:
    tab.at(f"/prompts/{prompt.id}{query}")
    states = [tab.state(kind) for kind in (PromptState, PromptEditState, PromptPlayState)]
    for state in states:
        await state.load()
    return states[0], states[2]


async def run(play: Any) -> None:
    assert await play.send() == PromptPlayState.run
    await PromptPlayState.event_handlers["run"].fn(play)


async def test_an_anonymous_tab_reaches_no_handler(services: Services) -> None:
    await refused(PromptPlayState, {})


async def test_production_stands_beside_the_newest_and_both_answer(answer: Prompt, tab: Tab) -> None:
    _, play = await opened(tab, answer)
    assert [(one.letter, one.version) for one in play.columns] == [("A", "1"), ("B", "2")]
    assert [(one.name, one.columns) for one in play.needs] == [(SAID, ""), ("question", ""), ("name", "of B")]
    await play.set_value("question", "why")
    await play.set_value("name", "Ada")
    await run(play)
    assert [one.text for one in play.columns] == ["You said: Answer why.", "You said: Answer why for Ada."]
    assert all(one.state == "ok" and one.time and one.tokens for one in play.columns)
    assert (play.running, play.total) == (False, "2 of 2 done, $0")
    assert play.is_small, "the built-in model answered: the page says that it can only quote"


async def test_columns_are_added_changed_and_removed(answer: Prompt, tab: Tab) -> None:
    _, play = await opened(tab, answer)
    for _ in range(12):
        await play.add()
    assert "".join(one.letter for one in play.columns) == "ABCDEFGHIJ"
    await play.set_column("J", "temperature", "0.1")
    await play.set_column("J", "letter", "Z")
    for letter in "AAAAAAAAAA":
        await play.remove(letter)
    assert [(one.letter, one.temperature) for one in play.columns] == [("A", "0.1")]
    await play.set_column("A", "temperature", "hot")
    await play.send()
    assert "Column A" in play.errors[""]


async def test_stop_lets_every_column_go(answer: Prompt, tab: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    _, play = await opened(tab, answer)
    await play.send()
    play._stop = True
    await asyncio.wait_for(PromptPlayState.event_handlers["run"].fn(play), 20)
    assert ({one.words for one in play.columns}, play.running) == ({"Stopped"}, False)


async def test_what_is_edited_is_played_and_a_column_becomes_a_draft(answer: Prompt, tab: Tab) -> None:
    page, play = await opened(tab, answer)
    draft, edit = tab.state(PromptDraftState), tab.state(PromptEditState)
    await edit.edit({"text": "Say {{ question }}!", "messages": [], "revision": draft.revision})
    await play.set_column("B", "version", "0")
    await play.set_value("question", "hi")
    await run(play)
    assert play.columns[1].text == "You said: Say hi!"
    await edit.discard()
    await page.end(2)
    await play.set_column("A", "temperature", "0.3")
    assert await play.adopt("A")
    assert (draft.dirty, draft._content.text, draft._content.temperature) == (True, "Answer {{ question }}.", 0.3)


async def test_a_column_has_parameters_of_its_own(answer: Prompt, tab: Tab, services: Services) -> None:
    _, play = await opened(tab, answer)
    tools = '[{"name": "look", "description": "Look it up."}]'
    for name, text in (("max_tokens", "77"), ("response_schema", '{"type": "object"}'), ("tools", tools)):
        await play.set_column("A", name, text)
    await play.set_column("A", "state", "ok")
    asked = tried(await play._content(await services.identity.ensure_owner(), play.columns[0]), play.columns[0])
    assert (asked.max_tokens, asked.response_schema, asked.tools[0].name) == (77, {"type": "object"}, "look")
    assert play.columns[0].state == "queued"
    await play.set_column("A", "tools", '[{"name": "look up"}]')
    await play.send()
    assert play.errors[""].startswith("Column A, tools: ")
    assert not play.running
    await play.share()
    assert (play.shared, play.errors[""].startswith("Column A, tools: ")) == ("", True)


async def test_columns_follow_what_was_saved_also_after_a_refusal(
    answer: Prompt, tab: Tab, services: Services, owner: Operator
) -> None:
    _, play = await opened(tab, answer)
    edit = tab.state(PromptEditState)
    await edit.load()
    await play.add()
    await play.set_column("A", "max_tokens", "77")
    await play.set_value("question", "hi")
    await run(play)
    said = play.columns[0].text
    await play.adopt("A")
    await play.set_column("C", "version", "0")
    await services.prompts.save_version(owner, answer.id, Content(text="Somebody else's {{ question }}."))
    await edit.save({"comment": ""})
    assert edit.stale.words
    assert [one.version for one in play.columns] == ["1", "2", "0"]
    await edit.save_over({"comment": ""})
    assert [(one.version, one.max_tokens) for one in play.columns] == [("4", ""), ("2", ""), ("4", "")]
    assert (play.columns[0].text, play.columns[2].text) == (said, "")
    assert (await services.prompts.get(owner, answer.id)).content.max_tokens == 77


async def test_a_shared_address_opens_the_same(answer: Prompt, tab: Tab, services: Services, owner: Operator) -> None:
    _, play = await opened(tab, answer)
    await play.set_column("A", "temperature", "0.3")
    await play.set_column("A", "max_tokens", "77")
    await play.set_column("A", "response_schema", '{"type": "object"}')
    await play.set_value("question", "why")
    await play.share()
    address, _, identifier = play.shared.partition("?play=")
    assert address.endswith(f"/prompts/{answer.id}")
    viewer = Tab(await join(services.units, owner, "Vera", Role.VIEWER))
    _, theirs = await opened(viewer, answer, f"?play={identifier}")
    assert [(one.version, one.temperature) for one in theirs.columns] == [("1", "0.3"), ("2", "")]
    assert [(one.max_tokens, one.response_schema) for one in theirs.columns] == [("77", '{"type": "object"}'), ("", "")]
    assert (theirs.values["question"], theirs.may_run) == ("why", False)
    assert "playground" in str(await theirs.load())  # it stands below the text
    assert await play.load() is None
    with pytest.raises(Forbidden):
        await theirs.send()


async def test_the_call_of_a_run_opens_with_its_values(
    services: Services, owner: Operator, answer: Prompt, tab: Tab
) -> None:
    given = {"slug": answer.slug, "version": 2, "values": {"question": "{{ start.question }}", "name": "Ada"}}
    nodes = [
        flows.node("start", "input", flows.form("question")),
        flows.node("say", "llm", {"prompt": given, "user": "Hello", "temperature": 0.3, "max_tokens": 50}),
        flows.node("bare", "llm", {"user": "{{ '{{' }} {{ start.question }}", "temperature": 0, "max_tokens": 60}),
        flows.node("act", "agent", {"prompt": given, "user": "Go", "temperature": 0.25}),
        flows.node("end", "output"),
    ]
    tracks = [("start.question", "say.prompt"), ("start.question", "bare.prompt"), ("say.text", "end.value"),
              ("start.question", "act.prompt")]  # fmt: skip
    flow = await services.flows.create(owner, "Calls", document=flows.document(nodes, tracks))
    await services.flows.publish(owner, flow.id)
    ran = await services.runs.run(owner, flow.id, RunWish({"question": "Why?"}, person="ada"))
    page = tab.at(f"/runs/{ran.run_id}").state(RunPageState)
    page.run_id = ran.run_id
    await page.choose("say")
    assert page.node.play == f"/prompts/{answer.slug}?run={ran.run_id}&node=say"
    _, play = await opened(tab, answer, f"?run={ran.run_id}&node=say")
    shown = [(one.version, one.model, one.temperature, one.max_tokens) for one in play.columns]
    assert shown == [("2", "scripted:scripted", "0.3", "50")], "the node's own, not the version's"
    _, acted = await opened(tab, answer, f"?run={ran.run_id}&node=act")
    assert [(one.temperature, one.max_tokens) for one in acted.columns] == [("0.25", "")]
    _, play = await opened(tab, answer, f"?run={ran.run_id}&node=say")
    assert {name: play.values[name] for name in ("question", "name", SAID)} == {
        "question": "Why?", "name": "Ada", SAID: "Hello",
    }  # fmt: skip
    await page.choose("bare")
    assert page.node.play == f"/prompts?run={ran.run_id}&node=bare"
    listed = tab.at(page.node.play).state(PromptsState)
    await listed.load()
    assert listed.creating
    await listed.create({"name": "Of a call", "folder": ""})
    made = await services.prompts.get(owner, "of-a-call")
    assert [(one.role, one.content) for one in made.content.messages] == [("user", "{% raw %}{{ Why?{% endraw %}")]
    assert (made.content.temperature, made.content.max_tokens) == (0, 60)
    await play.share()
    dataset = await services.datasets.create(owner, About("Tried"))
    row, load = tab.state(PromptPlayRowState), tab.state(PromptPlayLoadState)
    await row.choose(dataset.id)
    await row.save({"dataset_id": dataset.id, "expected": "Because."})
    _, play = await opened(tab, answer)  # the row's words come back by the row
    await load.send({"dataset_id": dataset.id, "row": "1"})
    await play.share()
    privacy = tab.state(PrivacyState)
    await privacy.look({"user": "ada"})
    assert privacy.going == "1 run, 1 dataset row, 2 shared playgrounds"
    assert "Of a call. Delete those first" in privacy.staying


def test_a_column_hears_what_its_model_says() -> None:
    column = begun(ColumnLine("A", "1"), Content())
    column = heard(heard(column, PlayText("Let me ")), PlayText("see."))
    assert (column.text, column.state) == ("Let me see.", "run")
    column = heard(column, PlayTool("weather", {"city": "Köln"}, "sunny"))
    assert (column.calls, column.text) == (['weather({"city": "Köln"}) gives sunny'], "")
    done = PlayDone('{"a": 1}', "m", 1900, 96, Decimal("0.0121"), 100, 4400, value={"a": 1})
    ended = heard(column, done)
    assert (ended.time, ended.tokens, ended.cost, ended.value) == (
        "4.4 s", "1,900 in, 96 out", "$12.10 per 1,000", '{\n  "a": 1\n}',
    )  # fmt: skip
    failed = heard(column, PlayFailed("It broke.", "Try again."))
    assert (failed.state, failed.words) == ("fail", "It broke. Try again.")
    assert stopped(column).words == "Stopped"
    assert total(lettered([ended, failed])) == "1 of 2 done, $0.0121"
    assert total([column]) == ""


def test_a_text_that_was_sent_is_no_template() -> None:
    assert escaped("plain") == "plain"
    assert escaped("{{ x }}") == "{% raw %}{{ x }}{% endraw %}"
    with pytest.raises(InvalidInput):
        tried(Content(), ColumnLine("A", "1", temperature="3"))


async def test_an_answer_becomes_a_row_that_fills_the_prompt_again(
    answer: Prompt, tab: Tab, services: Services, owner: Operator
) -> None:
    dataset = await services.datasets.create(owner, About("Returns"))
    _, play = await opened(tab, answer)
    await play.set_value("question", "why")
    await play.set_value("name", "Ada")
    await run(play)
    row = tab.state(PromptPlayRowState)
    await row.open("B")
    assert (row.opened, row.answer, row.chosen) == (True, "You said: Answer why for Ada.", "")
    await row.choose(dataset.id)
    await row.save({"dataset_id": dataset.id, "expected": "Because.", "split": "test"})
    item = (await services.datasets.all_items(owner, dataset.id))[0]
    assert (item.input, item.expected_output, item.split) == ({"question": "why", "name": "Ada"}, "Because.", "test")
    assert (item.source.kind, item.source.name, row.opened) == (SourceKind.PLAYGROUND, "Answer", False)
    await row.open("B")
    assert row.fit == "This input stands in row 0001 already."
    await row.choose("")
    await row.save({"name": "Never", "expected": "Because.", "split": "x" * 500})
    assert ("cannot be taken" in row.errors[""], row.opened) == (True, True)
    assert [one.name for one in (await services.datasets.list(owner)).items] == ["Returns"]
