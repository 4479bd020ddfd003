"""The playground is filled from a row of a dataset."""

from __future__ import annotations

from backend.bootstrap import Services
from backend.conversations.reports import Report, Told
from backend.conversations.types import Role
from backend.datasets.types import About, NewItem, Source, SourceKind
from backend.operator import Operator
from backend.prompts.types import Prompt
from console.state.prompt_play_load import PromptPlayLoadState, values_in
from console.state.prompt_play_rows import SAID, value_lines
from console.state.prompt_rows import HoleLine
from tests.console.state.test_prompt_play import answer, opened, owner, run
from tests.console.tab import Tab, refused, tab

__all__ = ["answer", "owner", "tab"]


async def test_an_anonymous_tab_reaches_no_handler(services: Services) -> None:
    await refused(PromptPlayLoadState, {"send": [{}]})


async def test_a_row_of_a_dataset_fills_the_values(
    answer: Prompt, tab: Tab, services: Services, owner: Operator
) -> None:
    dataset = await services.datasets.create(owner, About("Returns"))
    rows = [NewItem({"question": f"q{at}", "name": {"first": "Ada"}, "other": 1}) for at in (1, 2)]
    await services.datasets.add_items(owner, dataset.id, rows)
    _, play = await opened(tab, answer)
    await play.set_value("name", "Bob")
    load = tab.state(PromptPlayLoadState)
    await load.ask()
    assert [one.label for one in load.datasets] == ["Returns, 2 rows"]
    for wrong in ("3", "0", "", "one", "9" * 40):
        await load.send({"dataset_id": dataset.id, "row": wrong})
        assert (load.opened, bool(load.errors["row"])) == (True, True)
    revision = play.revision
    await load.send({"dataset_id": dataset.id, "row": "2"})
    assert (load.opened, play.revision > revision) == (False, True)
    assert {name: play.values[name] for name in ("question", "name")} == {"question": "q2", "name": '{"first": "Ada"}'}
    assert "other" not in play.values
    await run(play)
    assert "q2" in play.columns[0].text


async def test_what_is_shared_with_words_that_a_model_wrote_by_a_person_s_row_is_found_with_that_person(
    answer: Prompt, tab: Tab, services: Services, owner: Operator
) -> None:
    said = Report("s", "a", "A", messages=(Told(Role.USER, "q1"),), person="ada")
    talk = (await services.conversations.report(owner, said)).conversation.id
    dataset, rows = await services.datasets.create(owner, About("Returns")), services.datasets.add_items
    await rows(owner, dataset.id, [NewItem({"question": "q1"})], Source(SourceKind.LOG, "ada", talk))
    by_model = Source(SourceKind.GENERATED, "lab:writer")
    await rows(owner, dataset.id, [NewItem({"question": "q2"})], by_model, generated_from=[1])
    _, play = await opened(tab, answer)
    await play.set_value("name", "Bob")
    await tab.state(PromptPlayLoadState).send({"dataset_id": dataset.id, "row": "2"})
    await play.share()
    assert (await services.privacy.going(owner, "ada")).num_playgrounds == 1


def test_the_question_of_a_row_is_said_to_a_text_that_does_not_read_it() -> None:
    text = value_lines([[HoleLine("tone", "text", required=True)]], any_text=True)
    assert values_in({"question": "Why?", "tone": "calm"}, text) == {"tone": "calm", SAID: "Why?"}
