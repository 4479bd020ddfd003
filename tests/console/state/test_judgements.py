"""The dialog that asks a judge, the list of judgements, and what the log shows of them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from backend.annotations.types import Agreement, Each
from backend.conversations.types import Filters
from backend.errors import InvalidInput
from backend.experiments.types import Drift
from backend.judgements.types import NewJudgement
from console.state import formats
from console.state.agreement_lines import agreement_line
from console.state.conversations import ConversationsState
from console.state.judge_ask import JudgeAskState, wish_of
from console.state.judgements import JudgementsState
from console.state.queue_pick import QueuePickState
from console.state.scores import ScoresState
from console.state.transcript import TranscriptState
from tests.backend.experiments.test_paying import CALL, asks
from tests.backend.judgements.conftest import Court, court, lab, server
from tests.backend.judgements.test_asking import verdict
from tests.console.tab import Tab, spent, tab

__all__ = ["court", "lab", "server", "tab"]
FORM = {"name": "helpful", "rubric": "Does it help?", "output": "boolean", "model.lab:echo": True, "most": "2"}


async def test_a_judge_is_asked_from_the_list_and_its_work_is_watched(
    court: Court, tab: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = True

    def reads(_model: str, asked: str) -> str:
        return "Hm." if broken and "Question 1" in asked else verdict(said=True)

    asks(court.lab, monkeypatch, reads)
    tab.at("/conversations")
    for kind in (ConversationsState, QueuePickState, JudgeAskState):
        await spent(tab.state(kind).load())  # type: ignore[attr-defined]
    await spent(tab.state(JudgeAskState).open_shown())
    ask = tab.state(JudgeAskState)
    assert (ask.opened, ask.what, "lab:echo" in [one.value for one in ask.models]) == (
        True, "3 match; the newest are judged.", True,
    )  # fmt: skip
    await spent(tab.state(JudgeAskState).look({**FORM, "rubric": " "}))
    assert ask.errors == {"rubric": "Say in plain words what is good."}
    await spent(tab.state(JudgeAskState).look(FORM))
    assert (ask.errors, ask.told[0]) == ({}, "2 items to judge with 2 questions.")
    assert ask.told[1].startswith("It costs about $")
    await spent(tab.state(JudgeAskState).ask())
    assert not ask.opened
    (made,) = (await court.service.list(court.operator)).items
    await court.executor.execute(made.id)
    await spent(tab.state(JudgementsState).load())
    page = tab.state(JudgementsState)
    (row,) = page.rows
    assert (row.judge, row.done, row.failed, row.acts) == ("helpful", "1 of 2 items", "1 failed", ["Retry"])
    assert (row.cost, row.href) == (formats.money(3 * CALL), "/conversations?judge=helpful")
    await spent(tab.state(JudgementsState).why(made.id))
    assert [one.what for one in page.failed] == ["Conversation"]
    assert "did not answer in the form" in page.failed[0].why
    broken = False
    await spent(tab.state(JudgementsState).act(made.id, "Retry"))
    await court.executor.execute(made.id)
    await spent(tab.state(JudgementsState).load())
    assert (page.rows[0].done, page.rows[0].failed, page.rows[0].acts) == ("2 of 2 items", "", [])
    await spent(tab.at(f"/conversations/{court.turns[2].conversation_id}").state(TranscriptState).load())
    (group,) = tab.state(ScoresState).scored
    assert [(one.name, one.words, one.mark, one.why) for one in group.lines] == [("helpful", "Pass", "ok", "So it is.")]
    assert group.lines[0].href == f"/judgements?of={made.id}"
    await spent(tab.state(JudgementsState).ask(made.id, "helpful"))
    await spent(tab.state(JudgementsState).delete())
    assert (page.rows, page.phase) == ([], "empty")


def test_what_is_entered_becomes_a_judge() -> None:
    about = NewJudgement({}, filters=Filters(text="sofa"))
    wish = wish_of(about, {**FORM, "output": "score", "scale": "1 to 10", "each": "answer", "budget": "2.50"})
    assert wish == replace(
        about,
        judge={
            "name": "helpful", "rubric": "Does it help?", "output": "score", "models": ["lab:echo"], "min": 1.0,
            "max": 10.0,
        },
        each=Each.ANSWER,
        most=2,
        budget=Decimal("2.50"),
    )  # fmt: skip
    named = wish_of(about, {**FORM, "output": "category", "categories": "kind, curt,", "passing": "kind"}).judge
    assert (named["categories"], named["pass_labels"]) == (["kind", "curt"], ["kind"])
    for wrong in ({"most": "0"}, {"most": "x"}, {"budget": "much"}, {"output": "score", "scale": "wide"}):
        with pytest.raises(InvalidInput):
            wish_of(about, {**FORM, **wrong})


def test_a_changed_judge_says_so_on_the_card() -> None:
    one = Agreement("good", "helpful", "people", 0, 0.9, None, None, None, is_weighted=False)
    line = agreement_line(replace(one, drift=Drift.UNMEASURED, before=0.8))
    assert (line.drift_mark, line.drift) == ("wait", "Not measured since the judge was changed. It was 0.80.")
    assert (line.kappa, line.interval, line.equal) == ("", "", "")
    worse = agreement_line(replace(one, num_items=40, kappa=0.3, low=0.1, high=0.5, drift=Drift.WORSE, before=0.8))
    assert (worse.drift_mark, worse.kappa, worse.interval) == ("fail", "0.30", "0.10 to 0.50")
    assert worse.drift.startswith("Worse than before the judge was changed.")
    assert agreement_line(replace(one, num_items=40, kappa=0.3)).drift_mark == ""
