"""What the page of an experiment draws."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from backend.experiments.types import (
    Comparison,
    Draft,
    Experiment,
    MetricComparison,
    Pinned,
    Progress,
    Promoted,
    Status,
    TradeOff,
    Unscored,
    VariantDraft,
    Whereabouts,
    WishEnd,
)
from console.state.experiment_asked import asked_lines, asked_words
from console.state.experiment_picture import picture_of
from console.state.experiment_promoted import button_words, doubts, promoted_lines, setbacks
from console.state.experiment_rows import SURER, experiment_line, verdict_cards
from console.state.experiment_unscored import retry_words, unscored_lines

NOW = datetime(2026, 11, 12, 9, tzinfo=UTC)
METRIC = MetricComparison(
    metric="latency",
    variant="B",
    baseline_value=1_000.0,
    value=900.0,
    difference=-100.0,
    low=-300.0,
    high=100.0,
    p_value=0.4,
    verdict="cannot_tell",
    rows_needed=14,
    num_rows=6,
    coverage=1.0,
    baseline_coverage=1.0,
    direction="lower",
    unit="ms",
    margin=0.0,
    statistic="p95",
    target=None,
    num_fixed=0,
    num_broken=0,
)


def experiment(status: Status, num_failed: int = 0) -> Experiment:
    variants = (VariantDraft("A"), VariantDraft("B"))
    progress = Progress(10, 10 - num_failed, num_failed, 0, 0, Decimal(0), Decimal(0), 0, 0)
    return Experiment(
        id="exp_1",
        name="Support",
        status=status,
        draft=Draft("Support", "dset_1", variants),
        pinned=(Pinned("A", "prompt"), Pinned("B", "prompt")),
        dataset_name="Returns",
        dataset_version=1,
        num_rows=5,
        baseline="A",
        budget=None,
        progress=progress,
        error="",
        hint="",
        decided="",
        created_by="Ida",
        created_at=NOW,
        started_at=NOW,
        finished_at=NOW,
        resumes_at=None,
    )


def test_a_parked_one_says_when_it_goes_on() -> None:
    parked = replace(experiment(Status.PAUSED), error="It asks to wait 60 min.", resumes_at=NOW + timedelta(hours=1))
    line = experiment_line(parked, ZoneInfo("Europe/Berlin"), NOW)
    at = f"{(NOW + timedelta(hours=1)).astimezone(ZoneInfo('Europe/Berlin')):%H:%M:%S}"
    assert (line.error, line.stays) == (f"It asks to wait 60 min. It continues on its own at {at}.", False)
    assert experiment_line(experiment(Status.PAUSED), UTC, NOW).stays


def test_what_is_compared_stands_before_any_verdict() -> None:
    running = experiment(Status.RUNNING, 2)
    pinned = (Pinned("A", "prompt", "lab:echo", "p1", "Returns", version=3), Pinned("B", "flow", flow_name="Desk"))
    scored = replace(running.draft, repetitions=2, evaluators=({"kind": "exact"}, {"kind": "judge", "name": "tone"}))
    running = replace(running, pinned=pinned, draft=scored)
    assert [(one.words, one.is_baseline) for one in asked_lines(running)] == [
        ("Returns v3, echo", True), ("Desk draft", False),
    ]  # fmt: skip
    assert asked_words(running) == "5 rows, 2 times each, scored by exact and tone"
    twice = replace(running, draft=replace(scored, evaluators=({"kind": "judge"}, {"kind": "judge"})))
    assert asked_words(twice) == "5 rows, 2 times each, scored by judge and judge 2"
    assert experiment_line(running, UTC, NOW).progress == "10 of 10 answers, 2 failed (20 %)"
    judged = replace(running, progress=replace(running.progress, num_done=0, num_failed=0, num_judged=7))
    assert experiment_line(judged, UTC, NOW).progress == "0 of 10 answers, 7 answered, being judged"


def compared(*metrics: MetricComparison, costs: tuple[float, float] = (0.0, 0.0)) -> Comparison:
    trade_offs = tuple(
        TradeOff(name, name, quality, cost, 900.0, on_front=True)
        for name, quality, cost in (("A", 0.5, costs[0]), ("B", 0.75, costs[1]))
    )
    return Comparison("A", "exact", metrics, trade_offs, (), (), is_complete=True)


@pytest.mark.parametrize(
    ("status", "num_failed", "words"),
    [
        (Status.DONE, 0, ""),
        (Status.DONE, 2, "Retry failed"),
        (Status.FAILED, 0, ""),
        (Status.FAILED, 1, "Retry failed"),
        (Status.CANCELLED, 0, "Ask the rest"),
        (Status.CANCELLED, 2, "Ask the rest, and 2 failed again"),
    ],
)
def test_only_what_lacks_an_answer_can_be_asked_again(status: Status, num_failed: int, words: str) -> None:
    assert experiment_line(experiment(status, num_failed), UTC, NOW).retry == words


def test_the_axes_have_round_numbers() -> None:
    assert [one.words for one in picture_of(compared()).costs] == ["$0"]
    picture = picture_of(compared(costs=(0.01, 0.02)))
    assert [one.words for one in picture.costs] == ["$0", "$5.00", "$10.00", "$15.00", "$20.00"]
    assert [one.words for one in picture.qualities] == ["50 %", "60 %", "70 %"]
    assert [one.words for one in picture_of(compared(costs=(7.5e-6, 8.4e-6))).costs][:3] == ["$0", "$0.002", "$0.004"]


def test_what_no_other_beats_is_drawn_over_what_is_beaten() -> None:
    found = compared(costs=(0.01, 0.02))
    beaten = replace(found.trade_offs[1], on_front=False)
    picture = picture_of(replace(found, trade_offs=(found.trade_offs[0], beaten)))
    assert ([one.name for one in picture.drawn], [one.name for one in picture.dots]) == (["B", "A"], ["A", "B"])


def test_small_money_is_counted_for_a_thousand_answers() -> None:
    given = {"metric": "cost", "unit": "$", "statistic": "mean", "verdict": "worse"}
    cost = replace(METRIC, **given, baseline_value=9.6e-5, value=1.41e-4, difference=4.5e-5, low=4e-5, high=5e-5)
    card = verdict_cards(compared(cost), "B")[0]
    assert (card.metric, card.baseline_value, card.value, card.difference) == (
        "cost per 1,000", "$0.096", "$0.141", "+$0.045")  # fmt: skip
    assert (card.low, card.high) == ("+$0.04", "+$0.05")
    dear = replace(cost, baseline_value=0.0121, value=0.0138, difference=0.0017)
    card = verdict_cards(compared(dear), "B")[0]
    assert (card.metric, card.value, card.difference) == ("cost", "$0.0138", "+$0.0017")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Needs about 14 more rows"),
        ({"rows_needed": 1}, "Needs about 1 more row"),
        ({"num_fixed": 1, "verdict": "better"}, "1 row fixed, 0 broken"),
        ({"num_rows": 1, "verdict": "better"}, "1 row"),
        ({"rows_needed": 518}, "Needs about 520 more rows"),
        ({"rows_needed": 197_454}, "Would need about 200,000 more rows, which is not practical"),
        ({"rows_needed": None}, "Needs a margin, not more rows"),
        ({"rows_needed": None, "difference": 0.0}, "Needs a margin, not more rows"),
        ({"rows_needed": None, "margin": 1.0}, "Needs a wider margin, not more rows"),
        ({"verdict": "same", "value": 0.0}, "Neither cost anything"),
        ({"verdict": "same"}, "Equal on every row"),
        ({"verdict": "same", "margin": 200.0}, "Inside the 200 ms band"),
        (
            {"verdict": "same", "margin": 0.15, "unit": "", "value": 0.5, "baseline_value": 0.5},
            "Inside the 15 point band",
        ),
        ({"verdict": "better", "num_fixed": 3, "num_broken": 1}, "3 rows fixed, 1 broken"),
        ({"rows_needed": None, "num_rows": 0, "value": math.nan}, "No row has it on both sides"),
    ],
)
def test_a_card_says_what_its_verdict_stands_on(changes: dict[str, Any], words: str) -> None:
    card = verdict_cards(compared(replace(METRIC, **changes)), "B")[0]
    assert (card.metric, card.note) == ("latency p95", words)


def test_what_it_is_worse_than_is_named_once() -> None:
    worse = compared(replace(METRIC, verdict="worse", value=1_100.0))
    assert (
        setbacks(worse, "B", "production") == "B is worse than A, now in production, in latency p95 (1.0 s to 1.1 s)."
    )
    same = replace(worse, baseline="production")
    assert setbacks(same, "B", "production") == "B is worse than production in latency p95 (1.0 s to 1.1 s)."


def test_an_interval_without_ends_is_not_drawn() -> None:
    card = verdict_cards(compared(replace(METRIC, low=-math.inf, high=math.inf)), "B")[0]
    assert (card.bars, card.low, card.high) == ("", "", "")
    assert verdict_cards(compared(METRIC), "B")[0].bars
    free: dict[str, Any] = {"metric": "cost", "unit": "$", "verdict": "same", "statistic": "mean"} | dict.fromkeys(
        ("value", "baseline_value", "difference", "low", "high"), 0.0
    )
    card = verdict_cards(compared(replace(METRIC, **free)), "B")[0]
    assert (card.value, card.note, card.bars, card.low, card.sure) == ("$0", "Neither cost anything", "", "", "")


PROMOTED = Promoted("prompt", "prm_1", "Support", 3, "production", "", "Ida", NOW)
PUBLISHED = replace(PROMOTED, kind="flow", name="Desk", label="")


@pytest.mark.parametrize(
    ("found", "words", "then", "button"),
    [
        (Whereabouts("B", PROMOTED, "there", 3), "B is in production as", "", "B is in production"),
        (Whereabouts("B", PUBLISHED, "there", 3), "B is published as", "", "B is published"),
        (Whereabouts("B", PROMOTED, "left", 4), "B was in production as", "Production is v4 now.", "Promote B"),
        (
            Whereabouts("B", PROMOTED, "left"), "B was in production as", "Production points at nothing now.",
            "Promote B",
        ),
        (Whereabouts("B", PUBLISHED, "left", 4), "B was published as", "What is published is v4 now.", "Promote B"),
        (Whereabouts("B", PROMOTED, "gone"), "B was in production as", "Support was deleted since.", "Promote B"),
        (
            Whereabouts("B", PROMOTED, "declined", end=WishEnd("refused", "Yuki", NOW, "Too long.")),
            "B did not get production, as", "Yuki refused it, 09:00: Too long.", "Promote B",
        ),
        (
            Whereabouts("B", PROMOTED, "declined", end=WishEnd("withdrawn", "Ines", NOW, "")),
            "B did not get production, as", "It was taken back.", "Promote B",
        ),
        (
            Whereabouts("B", PROMOTED, "waits"), "B waits for a second person to move production to", "",
            "B waits for approval",
        ),
        (Whereabouts("A", PROMOTED, "there", 3), "A is in production as", "", "Promote B"),
    ],
)  # fmt: skip
def test_a_variant_that_was_promoted_says_where_it_stands(
    found: Whereabouts, words: str, then: str, button: str
) -> None:
    [line] = promoted_lines([found], UTC, NOW)
    by = "asked by Ida, 09:00" if found.stands in {"waits", "declined"} else "by Ida, 09:00"
    assert (line.words, line.name, line.when, line.then) == (words, f"{found.promoted.name} v3", by, then)
    assert bool(line.href) is (found.stands != "gone")
    assert button_words([found], "B") == (button, button != "Promote B")


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ("better", ""),
        ("same", ""),
        ("worse", "B is worse in exact."),
        ("cannot_tell", "exact is not decided. Needs about 520 more rows."),
    ],
)
def test_what_speaks_against_a_promotion_is_told(verdict: Any, said: str) -> None:
    decides = replace(METRIC, metric="exact", verdict=verdict, rows_needed=520)
    assert doubts(compared(METRIC, decides), "B") == said


def test_what_only_failed_has_nothing_to_resume_and_pairs_may_wait_behind_the_last_answer() -> None:
    lines = [experiment_line(experiment(Status.FAILED, num_failed), UTC, NOW) for num_failed in (10, 9, 0)]
    assert [(one.goes_on, one.percent) for one in lines] == [(False, 100), (True, 100), (True, 100)]


def test_a_card_says_how_sure_its_interval_is() -> None:
    corrected = replace(METRIC, confidence=0.975)
    (card,) = verdict_cards(compared(corrected), "B")
    assert (card.sure, card.sure_why) == ("97.5 % interval", SURER)
    (many,) = verdict_cards(compared(replace(METRIC, confidence=1 - 0.05 / 6)), "B")
    assert many.sure == "99.1 % interval", "never surer than it is"
    assert verdict_cards(compared(METRIC), "B")[0].sure_why == ""
    assert ", 97.5 % interval" in card.aria
    (unknown,) = verdict_cards(compared(replace(METRIC, low=-math.inf, high=math.inf)), "B")
    assert unknown.sure == ""


def test_an_evaluator_that_failed_has_a_card_that_says_how_often_and_why() -> None:
    torn = "The judge did not answer in the form that was asked for."
    of = [Unscored("judge", name, 5, 5, torn) for name in ("A", "B")]
    said = replace(
        compared(METRIC), unscored=(*of, Unscored("latency", "B", 2, 5, "Late."), Unscored("tone", "C", 5, 5, ""))
    )
    judge, latency = verdict_cards(said, "B")
    assert (judge.metric, judge.words, judge.value, judge.failed) == (
        "judge", "No verdict", "", f"failed on 10 of 10 answers: {torn}",
    )  # fmt: skip
    assert (latency.verdict, latency.failed) == ("cannot_tell", "failed on 2 of 5 answers: Late.")
    assert unscored_lines(said)[0] == f"judge failed on 10 of 10 answers: {torn}"
    half = replace(said, unscored=(Unscored("latency", "A", 6, 6, "Late."),))
    assert [one.words for one in verdict_cards(half, "B")] == ["No verdict"]  # nothing stands on the other side
    assert [retry_words(one) for one in (said, compared(METRIC))] == ["Retry failed", ""]
