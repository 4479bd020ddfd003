"""What becomes of columns while the prompt goes on."""

from __future__ import annotations

from backend.bootstrap import Services
from backend.operator import Operator
from backend.prompts.types import Content, NewPrompt, Prompt
from console.state.prompt_draft import PromptDraftState
from console.state.prompt_edit import PromptEditState
from console.state.prompt_play import PromptPlayState
from console.state.prompt_play_adding import unlike
from console.state.prompt_play_rows import SAID, ColumnLine
from tests.console.state.test_prompt_play import answer, opened, owner, run
from tests.console.tab import Tab, tab

__all__ = ["answer", "owner", "tab"]


async def test_columns_that_nobody_touched_follow_the_newest_version(
    answer: Prompt, tab: Tab, services: Services, owner: Operator
) -> None:
    made = await services.prompts.create(owner, NewPrompt("Begun", Content(text="One {{ question }}.")))
    page, play = await opened(tab, made)
    await play.set_value("question", "hi")
    assert [one.version for one in play.columns] == ["1"]
    await services.prompts.save_version(owner, made.id, Content(text="Two {{ name }}."))
    for state in (page, play):
        await state.load()
    assert ([one.version for one in play.columns], play.values["question"]) == (["2"], "hi")
    edit, draft = tab.state(PromptEditState), tab.state(PromptDraftState)
    typed = {"revision": draft.revision, "kind": "text", "text": "Three {{ town }}.", "messages": []}
    await edit.edit(typed)
    assert ([one.version for one in play.columns], [one.name for one in play.needs]) == (["0"], [SAID, "town"])
    await edit.edit({**typed, "text": "Two {{ name }}."})  # as it was saved
    assert [one.version for one in play.columns] == ["2"]
    await edit.edit(typed)
    assert PromptPlayState.refresh in await edit.save({"comment": ""})
    await page.end(3)
    await play.refresh()
    assert ([one.version for one in play.columns], [one.name for one in play.needs]) == (["3"], [SAID, "town"])
    await play.set_column("A", "version", "1")
    await services.prompts.save_version(owner, made.id, Content(text="Four."))
    for state in (page, play):
        await state.load()
    assert [one.version for one in play.columns] == ["1"]
    await edit.edit({**typed, "revision": draft.revision, "text": "Five."})
    assert [one.version for one in play.columns] == ["1", "0"]  # what was chosen stays


async def test_a_field_that_is_passed_through_leaves_the_answer(answer: Prompt, tab: Tab) -> None:
    _, play = await opened(tab, answer)
    await play.set_value("question", "hi")
    await run(play)
    said = play.columns[0].text
    await play.set_column("A", "temperature", "")
    assert play.columns[0].text == said != ""
    await play.set_column("A", "temperature", "0.1")
    assert play.columns[0].text == ""


async def test_columns_that_nobody_touched_follow_the_version_that_is_looked_at(
    services: Services, owner: Operator, answer: Prompt, tab: Tab
) -> None:
    await services.prompts.save_version(owner, answer.id, Content(text="Third {{ thing }}"))
    _, play = await opened(tab, answer)

    def columns() -> list[str]:
        return [one.version for one in play.columns]

    assert columns() == ["1", "3"]
    await play.follow(2)
    assert (columns(), [one.name for one in play.needs][1:]) == (["1", "2"], ["question", "name"])
    await play.follow(1)
    assert columns() == ["1", "3"]
    await play.follow(99)
    await play.set_column("B", "version", "2")
    await play.follow(3)
    assert columns() == ["1", "2"]


def test_one_more_column_asks_what_no_other_asks() -> None:
    first, second = ColumnLine("A", "1"), ColumnLine("B", "3")
    assert unlike([first, second], 3, ["lab:big"]) == {"version": "2"}
    assert unlike([first, second], 4, []) == {"version": "4"}
    both = [first, ColumnLine("B", "2")]
    assert unlike(both, 2, ["lab:big", "lab:small"]) == {"model": "lab:big"}
    assert unlike([*both, ColumnLine("C", "2", "lab:big")], 2, ["lab:big", "lab:small"]) == {"model": "lab:small"}
    assert unlike([*both, ColumnLine("C", "2", "lab:big")], 2, ["lab:big"]) == {}
