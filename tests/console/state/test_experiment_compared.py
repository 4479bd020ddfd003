"""A row of an experiment as people read it."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from backend.experiments.types import IN_VAIN, Cell, CellStatus, ComparedRow, Draft, OpenedCell, RowCounts
from console.components.experiments.rows import ALONE, rows_panel
from console.state.experiment_cell import cell_view
from console.state.experiment_compared import (
    Word,
    json_of,
    lines_of,
    row_line,
    score_line,
    text_of,
    units_of,
    word_diff,
)
from console.state.experiment_groups import group_words

TWO = {"topic": "a sofa", "days": 30}


@pytest.mark.parametrize(
    ("value", "line", "lines", "has_json"),
    [
        ("refund", "refund", "refund", False),
        (None, "", "", False),
        ({"message": "Why?"}, "Why?", "Why?", False),
        ({"question": "Why?", "tone": "calm"}, "Why?", "question: Why?\ntone: calm", True),
        (TWO, "topic: a sofa, days: 30", "topic: a sofa\ndays: 30", True),
        ({"parts": [1, 2]}, "parts: [1, 2]", "[1, 2]", True),
        ({"name": "Ida"}, "name: Ida", "Ida", False),
        (["a"], '["a"]', '["a"]', True),
        (False, "false", "false", True),
    ],
)
def test_a_value_is_read_as_text_and_whole_as_json(value: Any, line: str, lines: str, *, has_json: bool) -> None:
    assert (text_of(value), lines_of(value), bool(json_of(value))) == (line, lines, has_json)


def test_only_the_words_that_differ_are_marked_and_lines_stay_lines() -> None:
    old, new = word_diff("Offer a part.\nBe brief.", "Offer a part.\nBe kind.\nBe brief.")
    assert [one.text for one in old if one.own] == []
    assert "".join(one.text for one in new if one.own).split() in (["Be", "kind."], ["kind.", "Be"])
    assert "".join(one.text for one in new) == "Offer a part.\nBe kind.\nBe brief."
    assert word_diff("a", "a") == ([Word("a", own=False)], [Word("a", own=False)])


def test_words_that_follow_each_other_are_one_stretch() -> None:
    old, new = word_diff("We refund within 30 days.", "Refunds are possible within 14 days.")
    assert [one.text for one in old if one.own] == ["We refund", "30"]
    assert [one.text for one in new if one.own] == ["Refunds are possible ", "14"]


@pytest.mark.parametrize("words", [2_000, 20_000])
def test_an_answer_that_says_two_words_for_ever_is_compared_or_marked_whole(words: int) -> None:
    """Matching two of 2,000 words took 6 s, for each row of the page, and nobody else was served meanwhile."""
    draw = random.Random(1)
    texts = ["".join(draw.choice(("a ", "b ")) for _ in range(words)) for _ in range(2)]
    sides = word_diff(texts[0], texts[1])
    assert ["".join(one.text for one in side) for side in sides] == texts
    assert (len(sides[0]) > 1) is (words == 2_000)


def test_the_answer_of_a_flow_leads_to_its_trace() -> None:
    old, new = (
        Cell(1, 4, "item_4", name, 0, CellStatus.DONE, "yes", {}, {"exact": {"value": 1.0, "passed": True}}, "", run_id,
             1, 3, 3, Decimal(0), 20.0, None)
        for name, run_id in (("prompt", ""), ("flow", "run_7"))
    )  # fmt: skip
    line = row_line(ComparedRow(4, {"question": "q"}, "yes", {}, "both_pass", 1.0, 1.0, (old,), (new,)), "exact")
    assert (line.old.href, line.new.href, line.new.words, line.new.cells) == ("", "/runs/run_7", "Pass", [1])
    dear = replace(new, cost=Decimal("0.0016"), judge_cost=Decimal("0.0015"))
    both = ComparedRow(4, {}, "", {}, "both_pass", 1.0, 1.0, (replace(old, cost=Decimal("0.000611")),), (dear,))
    told = row_line(both, "exact", {"price": "$", "time": "ms"})
    assert (told.old.took, told.new.took) == (
        "20 ms, $0.611 per 1,000",
        "20 ms, $0.10 per 1,000, judges $1.50 per 1,000",
    )


def test_scores_of_time_and_cost_are_in_their_units() -> None:
    given = {"took": {"value": 261.4}, "cost": {"value": 0.00009}, "overlap": {"value": 0.213}}
    cell = Cell(1, 4, "item_4", "new", 0, CellStatus.DONE, "yes", {}, given, "", "", 1, 3, 3, Decimal(0), 20.0, None)
    evaluators = [{"kind": "latency", "name": "took"}, {"kind": "cost"}, {"kind": "rouge", "name": "overlap"}]
    units = units_of(Draft("d", "dset", (), tuple(evaluators)))
    line = row_line(ComparedRow(4, {}, "", {}, "other", 90.0, 261.4, (), (cell,)), "took", units)
    assert [one.words for one in line.new.scores] == ["261 ms", "$0.09 per 1,000", "0.213"]
    assert line.new.words == "261 ms"


@pytest.mark.parametrize(
    ("label", "value", "words"),
    [("variant", 1.0, "Won"), ("equal", 0.5, "Tied"), ("baseline", 0.0, "Lost"), ("baseline", 0.5, "Baseline"),
     ("variant", 0.0, "0"), ("unopposed", 1.0, "1")],
)  # fmt: skip
def test_a_pair_is_told_as_its_card_tells_all_of_them(label: str, value: float, words: str) -> None:
    assert score_line("pairs", {"value": value, "passed": None, "label": label}).words == words
    row = row_line(ComparedRow(4, {}, "", {}, "other", 0.5, value, (), ()), "pairs")
    assert (row.words, row.mark) == ("", ""), "neither fixed nor broken, and no dash for it"


def test_an_opened_answer_says_how_it_was_asked_and_why_it_scored_so() -> None:
    scores = {
        "judge": {"value": 1.0, "passed": True, "label": "yes", "reason": "Polite.", "agreement": 0.5, "cost": 0.01}
    }
    cell = Cell(7, 4, "item_4", "new", 1, CellStatus.FAILED, "", {"is_estimated": True}, scores, "It broke.", "",
                2, 3, 4, Decimal("0.02"), 20.0, None)  # fmt: skip
    opened = OpenedCell(cell, "prompt", "Chat v1, echo", "lab:echo", {"temperature": 0.5}, {"question": "q"}, "yes",
                        {}, (("system", "Be brief."), ("user", "q")), (), (), "",
                        {"judge": [[("system", "You judge."), ("user", "Rubric: kind?")]]})  # fmt: skip
    view = cell_view(opened, [5, 7, 9])
    assert (view.mark, view.error, view.place, view.before, view.behind) == (
        "fail",
        "It broke.",
        "Repetition 2 of 3",
        5,
        9,
    )
    vain = replace(opened, cell=replace(cell, detail={IN_VAIN: True}))
    whole = replace(opened, cell=replace(cell, status=CellStatus.DONE))
    assert [cell_view(one, [7]).again for one in (opened, vain, whole)] == [True, False, False]
    assert [(one.name, one.text) for one in view.sent.lines] == [("System", "Be brief."), ("User", "q")]
    assert [one.text for one in view.given.lines] == ["q"]
    assert view.anew == "Rendered anew from Chat v1, echo and row 0004 as this experiment pinned them."
    told = {one.name: one.words for one in view.facts}
    assert (told["Parameters"], told["Attempts"], told["Tokens"]) == ("temperature 0.5", "2", "3 in, 4 out, estimated")
    (score,) = view.scores
    assert (score.words, score.mark, score.why) == ("Pass", "ok", "Polite.")
    assert score.of == "yes, judges agree in 50%, judged for $0.01"
    assert score.judges == []
    assert [(one.name, one.text) for one in score.asked.lines] == [("System", "You judge."), ("User", "Rubric: kind?")]
    panel = {"value": 1.0, "passed": True, "reason": "Kind.\nDry.", "agreement": 0.0, "judges": [
        {"model": "lab:a", "value": 1.0, "label": "true", "reason": "Kind."},
        {"model": "lab:b", "value": 0.25, "reason": "Dry."},
        {"model": "lab:c", "value": None, "error": "It does not answer.", "said": "Hm, well."},
    ]}  # fmt: skip
    (judged,) = cell_view(replace(opened, cell=replace(cell, scores={"judge": panel})), [7]).scores
    assert judged.why == ""
    assert [(one.model, one.words, one.why) for one in judged.judges] == [
        ("lab:a", "true", "Kind."), ("lab:b", "0.25", "Dry."), ("lab:c", "No verdict", "It does not answer."),
    ]  # fmt: skip
    assert [one.said for one in judged.judges] == ["", "", "Hm, well."]
    lost = {"judge": {"value": None, "error": "It does not answer.", "said": "Hm."}}
    (unjudged,) = cell_view(replace(opened, cell=replace(cell, scores=lost)), [7]).scores
    assert (unjudged.words, unjudged.why, unjudged.said) == ("It does not answer.", "", "Hm.")
    orders = {"pairs": [[("system", "Judge."), ("user", "a, b")], [("system", "Judge."), ("user", "b, a")]]}
    half = {"pairs": {"value": None, "error": "It does not answer.", "order": 2}}
    (pair,) = cell_view(replace(opened, cell=replace(cell, scores=half), judged=orders), [7]).scores
    assert (pair.of, [line.name for line in pair.asked.lines]) == (
        "no verdict in order 2",
        ["Order 1: system", "Order 1: user", "Order 2, no verdict: system", "Order 2, no verdict: user"],
    )
    gone = cell_view(replace(opened, messages=(), problem="Its row is gone."), [7])
    assert (gone.anew, gone.problem, gone.place, gone.sent.raw) == ("", "Its row is gone.", "", "")


def test_a_single_variant_is_compared_with_nothing() -> None:
    counts = RowCounts(fixed=1, broken=2, both_pass=7, both_fail=3)
    assert group_words(counts, is_alone=False) == ("Flipped 3", "Both fail 3", "Both pass 7")
    assert group_words(counts, is_alone=True)[1:] == ("Fail 3", "Pass 7")
    assert [one.title for one in ALONE] == ["Row", "Question", "Score", "Why"]
    assert '"Score"' in str(rows_panel())
