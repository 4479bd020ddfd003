"""Live tests of a prompt as its page draws them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from backend.errors import InvalidInput
from backend.live_tests.types import (
    MIN_CONVERSATIONS,
    Arm,
    ArmReport,
    LiveTest,
    Metric,
    NewLiveTest,
    PinnedJudge,
    Report,
    Standing,
    State,
)
from console.state import formats
from console.state.forms import Choice

NAMES = {
    Metric.ANSWERED: "Answer rate",
    Metric.SATISFIED: "Satisfaction",
    Metric.COST: "Cost",
    Metric.LATENCY: "Latency",
}
MEANT = {
    Metric.ANSWERED: "share of conversations answered without a failure",
    Metric.SATISFIED: "share of rated conversations with a thumb up or 4 to 5 of 5",
    Metric.COST: "mean cost of a conversation",
    Metric.LATENCY: "mean time of a turn",
}
METRICS = [Choice(metric.value, f"{name}, {MEANT[metric]}") for metric, name in NAMES.items()]
# How the form names a judge: "judged:Polite".
OF_JUDGE = f"{Metric.JUDGED.value}:"
VERDICTS = {"better": "Better", "worse": "Worse", "same": "Same", "cannot_tell": "Cannot tell"}
# Why a judge decides nothing yet.
UNJUDGED = {
    "untold": "Of one version {judge} has judged no conversation yet",
    "too_few": f"{{judge}} has judged fewer than {MIN_CONVERSATIONS} conversations of one version",
    "judged_unevenly": "{judge} has judged clearly more of one version than of another, so it decides nothing",
}
MARKS = {"better": "ok", "worse": "fail", "same": "idle", "cannot_tell": "wait"}
STATES = {State.RUNNING: "Running", State.STOPPED: "Stopped", State.PROMOTED: "Promoted", State.HALTED: "Halted"}
BROKEN = "The traffic does not follow the weights: trust no verdict."
STATE_MARKS = {State.RUNNING: "run", State.STOPPED: "skip", State.PROMOTED: "ok", State.HALTED: "fail"}


@dataclass(frozen=True)
class ArmLine:
    """A version that takes part: its weight, what it had, and how it stands in the metric of the test.

    `guard` says how it stands in a guardrail that is another metric, empty without one; `guard_mark` is its verdict.
    `against` are a sentence each of what speaks against promoting it.
    """

    version: int
    name: str
    share: str
    count: str
    value: str
    mark: str
    words: str
    note: str
    is_baseline: bool
    guard: str = ""
    guard_mark: str = ""
    against: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class LiveCard:
    """A live test. `broken` warns that conversations do not follow the weights; none come where it `reaches_nobody`.

    `judged` says how many its judge judged, empty without a judge; `ask` is the button that asks about the
    others while it runs.
    """

    id: str
    label: str
    mark: str
    words: str
    metric: str
    about: str
    exact: str
    broken: str
    is_running: bool
    arms: list[ArmLine] = field(default_factory=list)
    reaches_nobody: bool = False
    num_conversations: int = 0
    judged: str = ""
    ask: str = ""


def live_card(found: Report, zone: tzinfo, now: datetime) -> LiveCard:
    test = found.test
    total = sum(arm.weight for arm in test.arms)
    arms = []
    for one in found.arms:
        standing = _standing(found, one.arm.version, test.metric)
        guard, guard_mark = _guard(found, one)
        arms.append(
            ArmLine(
                version=one.arm.version,
                name=f"v{one.arm.version}",
                share=f"{100 * one.arm.weight / total:.0f} %",
                count=formats.counted(one.num_conversations, "conversation"),
                value=told(test, test.metric, one.values.get(test.metric)),
                mark=MARKS[standing.verdict] if standing else "",
                words=VERDICTS[standing.verdict] if standing else "",
                note=_noted(test, standing, one),
                is_baseline=one.arm.version == test.baseline,
                guard=guard,
                guard_mark=guard_mark,
                against=_against(found, one),
            )
        )
    since = formats.day(test.started_at, zone, now)
    guard = f", guarded by {_within(test, test.guardrail)}" if test.guardrail else ""
    num, num_judged = sum(one.num_conversations for one in found.arms), sum(one.num_judged for one in found.arms)
    return LiveCard(
        id=test.id,
        label=test.label,
        mark=STATE_MARKS[test.state],
        words=STATES[test.state],
        metric=f"{called(test, test.metric)}{guard}",
        about=test.reason or f"by {test.started_by}, since {since}",
        exact=formats.exact(test.started_at, zone),
        broken=BROKEN if found.split_is_broken else "",
        is_running=test.state is State.RUNNING,
        arms=arms,
        num_conversations=num,
        judged=_judged(test.judge, num, num_judged) if test.judge else "",
        ask=_ask(test.judge, num, num_judged) if test.judge and test.state is State.RUNNING else "",
    )


def _judged(judge: PinnedJudge, num: int, num_judged: int) -> str:
    if not num_judged:
        return f"{judge.name} has judged none of its conversations, so nothing is compared by it."
    of_all = formats.counted(num, "conversation")
    if num == num_judged:
        return f"{'All ' if num > 1 else ''}{of_all} judged by {judge.name}."
    return f"{formats.count(num_judged)} of {of_all} judged by {judge.name}; the others do not count for it."


def _ask(judge: PinnedJudge, num: int, num_judged: int) -> str:
    if num == num_judged:
        return ""
    return f"Ask {judge.name} about the {num - num_judged:,} others" if num_judged else f"Ask {judge.name} about them"


def called(test: LiveTest, metric: Metric) -> str:
    """Return what a metric is called, the judge's by its name."""
    return test.judge.name if test.judge and metric is Metric.JUDGED else NAMES[metric]


def _within(test: LiveTest, metric: Metric) -> str:
    """Return it inside a sentence: the name of a judge stays as it is written."""
    return called(test, metric) if metric is Metric.JUDGED else NAMES[metric].lower()


def _against(found: Report, one: ArmReport) -> list[str]:
    """Say what somebody who promotes a version should know."""
    test, name = found.test, f"v{one.arm.version}"
    said = [BROKEN] if found.split_is_broken else []
    for metric in test.metrics:
        standing = _standing(found, one.arm.version, metric)
        if standing and standing.verdict == "worse":
            said.append(f"{name} is worse in {_within(test, metric)}: {_note(test, standing)}.")
        elif standing and standing.verdict == "cannot_tell":
            note = _note(test, standing)
            said.append(f"{called(test, metric)} is not decided: {note[:1].lower()}{note[1:]}.")
    judge = test.judge
    if judge and judge.is_missed(one.values.get(Metric.JUDGED)):
        said.append(f"{name} misses the target of {judge.name}, {told(test, Metric.JUDGED, judge.target)}.")
    return said


def is_lost(card: LiveCard, followed: Collection[str]) -> bool:
    """Tell whether it runs on a label that nothing follows, and nobody who renders it has told of a conversation."""
    return card.is_running and card.label not in followed and not card.num_conversations


def shares_of(card: LiveCard) -> str:
    """Return who has how much of a label, as "v1 75 %, v2 25 %"."""
    return ", ".join(f"{arm.name} {arm.share}" for arm in card.arms)


def _standing(found: Report, version: int, metric: Metric) -> Standing | None:
    return next((its for its in found.standings if its.version == version and its.metric is metric), None)


def _guard(found: Report, one: ArmReport) -> tuple[str, str]:
    """Return how a version stands in the guardrail, and the verdict's mark; nothing where it is the metric itself."""
    metric = found.test.guardrail
    if metric is None or metric is found.test.metric:
        return "", ""
    value, name = told(found.test, metric, one.values.get(metric)), called(found.test, metric)
    standing = _standing(found, one.arm.version, metric)
    if standing is None:
        return (f"{name} {value}" if value else f"{name}, nothing known yet"), ""
    note = _note(found.test, standing)
    why = note if note.startswith(name) else f"{note[:1].lower()}{note[1:]}"
    return f"{f'{name} {value}'.strip()}, {VERDICTS[standing.verdict].lower()}: {why}", MARKS[standing.verdict]


def told(test: LiveTest, metric: Metric, value: float | None) -> str:
    """Return a value in its unit, empty before the first."""
    if value is None:
        return ""
    if test.is_share(metric):
        return f"{100 * value:.1f} %"
    if metric is Metric.JUDGED:
        return f"{value:.2f}"
    return formats.money(Decimal(str(value)), single=True) if metric is Metric.COST else formats.span(value)


def _note(test: LiveTest, one: Standing) -> str:
    """Return the interval of the difference, or why nothing is decided."""
    if test.judge and one.metric is Metric.JUDGED and one.reason in UNJUDGED:
        return UNJUDGED[one.reason].format(judge=test.judge.name)
    if one.low is None or one.high is None:
        return "Too few conversations yet"
    ends = " to ".join(_signed(test, one.metric, end) for end in (one.low, one.high))
    return f"{ends}, about {formats.count(one.more_needed)} more would tell" if one.more_needed else ends


def _noted(test: LiveTest, standing: Standing | None, one: ArmReport) -> str:
    """Return how a version stands in the metric, and the target that it misses; of the baseline the target alone."""
    said = [_note(test, standing)] if standing else []
    judge = test.judge
    if judge and test.metric is Metric.JUDGED and judge.is_missed(one.values.get(Metric.JUDGED)):
        said.append(f"misses the target {told(test, Metric.JUDGED, judge.target)}")
    words = ", ".join(said)
    return f"{words[:1].upper()}{words[1:]}"


def _signed(test: LiveTest, metric: Metric, value: float) -> str:
    sign = "+" if value > 0 else "\u2212" if value < 0 else ""
    return f"{sign}{100 * abs(value):.1f} pt" if test.is_share(metric) else f"{sign}{told(test, metric, abs(value))}"


def wish_of(form: Mapping[str, Any], versions: list[int]) -> NewLiveTest:
    """Return what was entered; a version without a weight takes no part. Raise InvalidInput."""
    arms = [Arm(version, _weight(text)) for version in versions if (text := str(form.get(f"w{version}", "")).strip())]
    metric, judge = _chosen(str(form.get("metric") or Metric.ANSWERED.value))
    guardrail, guards = _chosen(str(form.get("guardrail", "")))
    if judge and guards and judge != guards:
        words = "A test goes by one judge: choose the same to decide and to guard."
        raise InvalidInput(words, fields={"judge": words})
    return NewLiveTest(
        label=str(form.get("label", "")),
        arms=tuple(arms),
        metric=Metric(metric),
        guardrail=Metric(guardrail) if guardrail else None,
        judge=judge or guards,
    )


def _chosen(value: str) -> tuple[str, str]:
    """Return the metric of a choice, and the judge where it is one's."""
    return (Metric.JUDGED.value, value.removeprefix(OF_JUDGE)) if value.startswith(OF_JUDGE) else (value, "")


def metrics_of(judges: Iterable[PinnedJudge]) -> list[Choice]:
    """Return what may decide or guard a test: what is known of every conversation, and what judges say."""
    means = {True: "share that passes", False: "mean score"}
    said = [Choice(f"{OF_JUDGE}{one.name}", f"Judge {one.name}, {means[one.is_share]}") for one in judges]
    return [*METRICS, *said]


def _weight(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        words = "A weight is a whole number."
        raise InvalidInput(words, fields={"arms": words})
    return int(text)
