"""The list of all live tests says of each how it stands."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.bootstrap import Services
from backend.live_tests.types import Metric
from backend.prompts.types import Content, NewPrompt
from console.state import live_tests
from console.state.live_tests import LiveTestsState
from console.state.prompts import PromptsState
from console.state.prompts_rows import split_line
from tests.backend.live_tests.conftest import HALF, Desk, desk
from tests.console.tab import Tab, refused, tab

__all__ = ["desk", "tab"]


async def test_an_anonymous_tab_reaches_no_handler(services: Services) -> None:
    await refused(LiveTestsState, {})


async def test_every_test_stands_with_its_state_and_its_verdict(desk: Desk, tab: Tab) -> None:
    shown = tab.state(LiveTestsState)
    await shown.load()
    assert (shown.phase, shown.is_running) == ("empty", False)
    first = await desk.start()
    await desk.seat(first, 1, good=300, bad=100)
    await desk.seat(first, 2, good=400)
    await desk.services.live_tests.stop(desk.operator, first.id)
    await desk.judge({(await desk.say())[0]: 1.0})
    await desk.start(metric=Metric.JUDGED, judge="Polite")
    await shown.load()
    new, old = shown.rows
    assert (shown.phase, shown.is_running, shown.shown) == ("ready", True, "2 live tests, newest first")
    assert (old.name, old.split, old.words, old.count) == ("Answer", "production: v1 50 %, v2 50 %", "Stopped", "800")
    assert ([(one.mark, one.words) for one in old.verdicts], old.notice) == ([("ok", "v2 better")], "")
    assert old.href == f"/prompts/{desk.prompt}#live-tests"
    assert ([one.words for one in new.verdicts], new.metric) == (["v2 cannot tell"], "Polite, guarded by answer rate")
    assert new.notice == "Polite has judged none of its conversations, so nothing is compared by it."


async def test_the_list_of_prompts_says_which_label_is_split_while_it_is(desk: Desk, tab: Tab) -> None:
    shown = tab.state(PromptsState)
    await shown.load()
    assert [one.splits for one in shown.rows] == [[]]
    test = await desk.start(*HALF)
    await shown.load()
    [row] = shown.rows
    assert [(one.words, one.href) for one in row.splits] == [
        ("Live test: 50/50, v1 and v2", f"/prompts/{desk.prompt}#live-tests")
    ]
    assert split_line(replace(test, label="staging")).words == "Live test on staging: 50/50, v1 and v2"
    await desk.services.live_tests.stop(desk.operator, test.id)
    await shown.load()
    assert [one.splits for one in shown.rows] == [[]]


async def test_older_tests_of_any_prompt_follow_page_by_page(
    desk: Desk, tab: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_tests, "PAGE", 2)
    prompts = desk.services.prompts
    other = await prompts.create(desk.operator, NewPrompt("Greet", Content(text="Hello.")))
    await prompts.save_version(desk.operator, other.id, Content(text="Hi."))
    await prompts.set_label(desk.operator, other.id, "production", 1)
    desk.prompt, own = other.id, desk.prompt
    await desk.start(*HALF)
    desk.prompt = own
    for _ in range(2):
        await desk.services.live_tests.stop(desk.operator, (await desk.start()).id)
    shown = tab.state(LiveTestsState)
    await shown.load()
    assert ([one.name for one in shown.rows], shown.has_more) == (["Answer", "Answer"], True)
    await shown.more()
    assert ([one.name for one in shown.rows], shown.has_more) == (["Answer", "Answer", "Greet"], False)
