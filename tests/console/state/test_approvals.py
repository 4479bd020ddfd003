"""Approvals as a tab sees them: what waits, the dialog, the cards, the badge, the overview."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from backend.bootstrap import Services
from backend.columns import utc_now
from backend.errors import Forbidden, InvalidInput
from backend.flows.types import Decision, RunResult, RunWish, Trigger
from backend.identity.permissions import Role
from backend.operator import Operator
from backend.prompts.types import Content, NewPrompt
from console.state.approval_cards import ApprovalCardsState
from console.state.approval_decide import ApprovalDecideState
from console.state.approval_rows import duration, typed
from console.state.approvals import ApprovalsState
from console.state.bar import BarState
from console.state.flows_run import FlowRunState
from console.state.home import HomeState
from console.state.prompt_diff import Half
from console.state.run_board import RunBoard
from console.state.transcript import TranscriptState
from tests.backend.flows.test_approvals import go_on
from tests.console.tab import Tab, refused, spent, tab
from tests.factories.flows import asking, greeting
from tests.factories.people import join

__all__ = ["tab"]


@pytest.fixture
async def owner(services: Services) -> Operator:
    return await services.identity.ensure_owner()


@pytest.fixture
async def waits(services: Services, owner: Operator) -> list[RunResult]:
    """Two runs of a chat that wait, the first one with the least time left."""
    await services.flows.create(owner, "Pay", document=asking("chat", question="Pay {{ inputs.value }}?"))
    return [await services.runs.run(owner, "pay", RunWish({"question": text}, "draft")) for text in ("$5", "$9")]


async def opened(tab: Tab, query: str = "") -> Any:
    page = tab.at(f"/approvals{query}").state(ApprovalsState)
    await page.load()
    return page


def changed(line: Half) -> list[str]:
    return [piece.text for piece in line.pieces if piece.changed]


@pytest.mark.parametrize("state", [ApprovalsState, ApprovalDecideState, ApprovalCardsState])
async def test_an_anonymous_tab_reaches_no_handler(services: Services, state: Any) -> None:
    await refused(state, {"send": [{}], "step": [1]})


async def test_nothing_waits_at_first(services: Services, tab: Tab) -> None:
    assert (await opened(tab)).phase == "empty"


async def test_what_waits_stands_with_the_words_and_the_value(waits: list[RunResult], tab: Tab) -> None:
    page = await opened(tab)
    assert [row.question for row in page.rows] == ["Pay $5?", "Pay $9?"]
    assert (page.detail.question, page.detail.said, page.detail.text, page.place) == ("Pay $5?", "$5", "$5", "1 of 2")
    assert page.detail.said_by == "Somebody", "whom a call serves it need not say"
    await page.step(1)
    assert (page.detail.question, page.place) == ("Pay $9?", "2 of 2")
    assert (page.is_reply, page.reply, page.flows) == (True, "", [])
    await page.step(1)
    assert page.detail.question == "Pay $9?"
    named = await opened(tab, f"?approval={waits[1].waits_for[0]}")
    assert (named.detail.question, named.is_open) == ("Pay $9?", True)
    assert (await opened(tab, "?approval=appr_gone")).detail.question == "Pay $5?"


async def test_a_flow_is_chosen_and_stays_when_nothing_of_it_waits(
    services: Services, owner: Operator, waits: list[RunResult], tab: Tab
) -> None:
    told = asking("chat", question="Send {{ inputs.value }}?")
    last = told.nodes[-1].model_copy(update={"config": {"template": "Sent."}})
    told = told.model_copy(update={"nodes": (*told.nodes[:-1], last)})
    made = await services.flows.create(owner, "Send", document=told)
    (sent,) = (await services.runs.run(owner, made.slug, RunWish({"question": "it"}, "draft"))).waits_for
    page = await opened(tab)
    assert [one.label for one in page.flows] == ["All flows, 3", "Pay, 2", "Send, 1"]
    await page.choose_flow(made.id)
    assert ([row.question for row in page.rows], page.place) == (["Send it?"], "1 of 1")
    assert (page.reply, page.is_reply) == ("Sent.", False)
    shown = await services.approvals.get(owner, sent)
    await services.approvals.decide(owner, sent, Decision("approve", shown.hash))
    await page.refresh()
    assert ([one.label for one in page.flows][1:], page.rows) == (["Pay, 2", "Send, 0"], [])
    assert (page.reply, page.num_decided, page.phase) == ("", "1", "ready")
    await page.choose_flow("")
    assert len(page.rows) == 2


async def test_who_reads_it_is_not_whose_key_asked(services: Services, owner: Operator, tab: Tab) -> None:
    await services.flows.create(owner, "Pay", document=asking(question="Pay {{ inputs.value }}?"))
    for person in ("maria@example.com", ""):
        await services.runs.run(owner, "pay", RunWish({"question": "$5"}, "draft", trigger=Trigger.API, person=person))
    page = await opened(tab)
    readers = {page.detail.said_by}
    await page.step(1)
    assert readers | {page.detail.said_by} == {"maria@example.com", "Somebody"}
    # Two of one question are told apart, by what was said and by the time of day.
    assert [(row.question, row.about) for row in page.rows] == [("Pay $5?", "$5")] * 2
    assert all(re.fullmatch(r"\d\d:\d\d:\d\d", row.asked) for row in page.rows)
    # A later turn of a chat names nobody, and its conversation does.
    await services.flows.create(owner, "Talk", document=asking("chat", question="Send {{ inputs.value }}?"))
    said = RunWish({"question": "One"}, "draft", trigger=Trigger.API, person="rosa@example.com")
    first = await services.runs.run(owner, "talk", said)
    again = RunWish({"question": "Two"}, "draft", trigger=Trigger.API, conversation_id=first.conversation_id)
    waits = (await services.runs.run(owner, "talk", again)).waits_for[0]
    assert (await services.approvals.get(owner, waits)).reader == "rosa@example.com"


async def test_one_is_changed_in_the_dialog_and_stands_with_what_differs(
    services: Services, owner: Operator, waits: list[RunResult], tab: Tab
) -> None:
    page, dialog = await opened(tab), tab.state(ApprovalDecideState)
    await dialog.open(waits[0].waits_for[0], "change")
    await dialog.compare("$")
    await dialog.compare("$3")
    assert [(line.mark, changed(line)) for line in dialog.changes] == [("del", ["5"]), ("add", ["3"])]
    await dialog.send({"value": "$3", "comment": "Half"})
    assert dialog.choice == ""
    await page.go_on(waits[0].waits_for[0])
    assert page.detail.question == "Pay $9?"
    assert [row.question for row in page.rows] == ["Pay $9?"]
    assert [(row.words, row.name) for row in page.decided] == [("Changed", "Pay $5? Local owner")]
    assert page.decided[0].about == "\u201c$5\u201d, Pay"
    await page.choose(waits[0].waits_for[0])
    assert ("changed and approved it at" in page.detail.decided, page.detail.comment) == (True, "Half")
    assert [changed(line) for line in page.detail.changes] == [["5"], ["3"]]
    await go_on(services, owner, await services.approvals.get(owner, waits[0].waits_for[0]))
    talk = tab.at(f"/conversations/{waits[0].conversation_id}").state(TranscriptState)
    await spent(talk.load())
    assert [line.decided for line in talk.messages] == [[], ["Changed and approved by Local owner"]]
    board = RunBoard()
    board.recall(await services.runs.get(owner, waits[0].run_id), 1)
    assert (await tab.state(FlowRunState)._ended(owner, board)).decided == talk.messages[1].decided


async def test_a_refusal_without_a_reason_says_so_at_its_field(waits: list[RunResult], tab: Tab) -> None:
    dialog = tab.state(ApprovalDecideState)
    await dialog.open(waits[0].waits_for[0], "refuse")
    await dialog.send({"comment": ""})
    assert (dialog.errors, dialog.choice) == ({"comment": "Say why you refuse it."}, "refuse")
    page = await opened(tab)
    assert "takes the way that is drawn for a refusal" in page.refusing
    told, *_ = await dialog.send({"comment": "Too much"})
    assert "Refused. The run goes on without it." in str(told.args)
    await page.refresh()  # before the page heard of it
    assert page.detail.question == "Pay $5?"
    await page.go_on(waits[0].waits_for[0])
    assert page.detail.question == "Pay $9?", "the next one opens all the same"


async def test_the_second_is_told_who_decided(
    services: Services, owner: Operator, waits: list[RunResult], tab: Tab
) -> None:
    page, dialog = await opened(tab), tab.state(ApprovalDecideState)
    await dialog.open(waits[0].waits_for[0], "approve")
    shown = await services.approvals.get(owner, waits[0].waits_for[0])
    await services.approvals.decide(owner, shown.id, Decision("refuse", shown.hash, comment="No"))
    told, *_ = await dialog.send({})
    assert "Local owner refused it at" in str(told.args)
    assert (dialog.choice, dialog.errors) == ("", {})
    await page.refresh()
    assert len(page.rows) == 1


async def test_a_viewer_reads_why_they_do_not_decide(
    services: Services, owner: Operator, waits: list[RunResult]
) -> None:
    viewer = Tab(await join(services.units, owner, "Vera", Role.VIEWER))
    assert (await opened(viewer)).detail.barred == "A reviewer or above decides."
    with pytest.raises(Forbidden):
        await viewer.state(ApprovalDecideState).open(waits[0].waits_for[0], "approve")


async def test_the_run_and_the_conversation_show_their_own_card(waits: list[RunResult], tab: Tab) -> None:
    cards = tab.at(f"/runs/{waits[1].run_id}").state(ApprovalCardsState)
    await cards.load()
    assert [card.question for card in cards.cards] == ["Pay $9?"]
    await spent(tab.at(f"/conversations/{waits[0].conversation_id}").state(TranscriptState).load())
    await cards.load()
    assert [card.question for card in cards.cards] == ["Pay $5?"]
    await tab.at("/flows").state(ApprovalCardsState).refresh()
    assert cards.cards == []


async def test_bar_and_overview_say_how_many_wait(waits: list[RunResult], tab: Tab) -> None:
    bar, home = tab.state(BarState), tab.state(HomeState)
    await bar.load()
    await home.load()
    assert (bar.approvals, bar.jobs) == (2, 0)
    assert home.waiting == "2 approvals waiting"
    assert [(line.words, line.name, line.cause) for line in home.waits[:2]] == [
        ("Waiting for approval", "Pay $5?", "\u201c$5\u201d"), ("Waiting for approval", "Pay $9?", "\u201c$9\u201d"),
    ]  # fmt: skip
    assert home.waits[0].href == f"/approvals?approval={waits[0].waits_for[0]}"


async def test_what_waits_for_a_second_person_leads_to_its_page(services: Services, owner: Operator, tab: Tab) -> None:
    prompt = await services.prompts.create(owner, NewPrompt("Answer", Content(text="Answer {{ question }}.")))
    await services.prompts.protect_label(owner, "production", protected=True)
    await services.prompts.set_label(owner, prompt.id, "production", 1)
    flow = await services.flows.create(owner, "Desk", document=greeting())
    await services.flows.protect(owner, flow.id, protected=True)
    await services.flows.publish(owner, flow.id)
    yuki = Tab(await join(services.units, owner, "Yuki", Role.ADMIN))
    vera = Tab(await join(services.units, owner, "Vera", Role.VIEWER))
    for person, number, phase in ((yuki, 2, "ready"), (vera, 0, "empty"), (tab, 0, "empty")):
        page, bar = await opened(person), person.state(BarState)
        await bar.load()
        assert (page.phase, bar.approvals, len(page.wishes)) == (phase, number, number)
    rows = {row.what: (row.href, row.by.partition(",")[0]) for row in yuki.state(ApprovalsState).wishes}
    assert rows == {
        "Answer: production to v1": (f"/prompts/{prompt.id}", "Local owner asks"),
        "Publish Desk v1": (f"/flows/{flow.id}", "Local owner asks"),
    }
    home = yuki.state(HomeState)
    await home.load()
    assert {line.hint for line in home.waits} == {
        "Local owner asks to put it in production.", "Local owner asks to publish it.",
    }  # fmt: skip
    other = replace(owner, project_id="proj_other")
    assert len(await services.overview.second_person(replace(other, user_id="usr_other"))) == 0


async def test_the_time_limit_stands_as_who_decided(services: Services, waits: list[RunResult], tab: Tab) -> None:
    assert await services.approvals.end_overdue(utc_now() + timedelta(days=2)) == 2
    page = await opened(tab)
    assert {row.name for row in page.decided} == {"Pay $5? Time limit", "Pay $9? Time limit"}


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0.2, "under 1 min"), (6, "6 min"), (60, "1 h"), (110, "1 h 50 min"), (1_440, "24 h"), (4_320, "3 days")],
)
def test_a_time_that_people_wait_is_written_for_people(minutes: float, words: str) -> None:
    assert duration(minutes) == words


def test_what_was_json_stays_json() -> None:
    assert (typed("x", "text"), typed('{"a": 1}', {"a": 2})) == ("x", {"a": 1})
    with pytest.raises(InvalidInput, match="not JSON"):
        typed("{", {"a": 2})
