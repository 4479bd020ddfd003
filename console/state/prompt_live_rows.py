"""Live tests of a prompt as its page draws them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from backend.errors import InvalidInput
from backend.live_tests.types import Arm, ArmReport, Metric, NewLiveTest, Report, Standing, State
from console.state import formats
from console.state.forms import Choice

NAMES = {
    Metric.ANSWERED: "Answered",
    Metric.SATISFIED: "Satisfied",
    Metric.COST: "Cost",
    Metric.LATENCY: "Time a turn",
}
METRICS = [Choice(metric.value, name) for metric, name in NAMES.items()]
VERDICTS = {"better": "Better", "worse": "Worse", "same": "Same", "cannot_tell": "Cannot tell"}
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
    """A live test. `broken` warns that conversations do not follow the weights; none come where it `reaches_nobody`."""

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
                value=told(test.metric, one.values.get(test.metric)),
                mark=MARKS[standing.verdict] if standing else "",
                words=VERDICTS[standing.verdict] if standing else "",
                note=_note(standing) if standing else "",
                is_baseline=one.arm.version == test.baseline,
                guard=guard,
                guard_mark=guard_mark,
                against=_against(found, one),
            )
        )
    since = formats.day(test.started_at, zone, now)
    guard = f", guarded by {NAMES[test.guardrail].lower()}" if test.guardrail else ""
    return LiveCard(
        id=test.id,
        label=test.label,
        mark=STATE_MARKS[test.state],
        words=STATES[test.state],
        metric=f"{NAMES[test.metric]}{guard}",
        about=test.reason or f"by {test.started_by}, since {since}",
        exact=formats.exact(test.started_at, zone),
        broken=BROKEN if found.split_is_broken else "",
        is_running=test.state is State.RUNNING,
        arms=arms,
        num_conversations=sum(one.num_conversations for one in found.arms),
    )


def _against(found: Report, one: ArmReport) -> list[str]:
    """Say what somebody who promotes a version should know."""
    test, name = found.test, f"v{one.arm.version}"
    said = [BROKEN] if found.split_is_broken else []
    for metric in dict.fromkeys((test.metric, test.guardrail)):
        standing = _standing(found, one.arm.version, metric) if metric else None
        if metric and standing and standing.verdict == "worse":
            said.append(f"{name} is worse in {NAMES[metric].lower()}: {_note(standing)}.")
        elif metric and standing and standing.verdict == "cannot_tell":
            note = _note(standing)
            said.append(f"{NAMES[metric]} is not decided: {note[:1].lower()}{note[1:]}.")
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
    value = f"{NAMES[metric]} {told(metric, one.values.get(metric))}"
    standing = _standing(found, one.arm.version, metric)
    if standing is None:
        return value, ""
    return f"{value}, {VERDICTS[standing.verdict].lower()}: {_note(standing)}", MARKS[standing.verdict]


def told(metric: Metric, value: float | None) -> str:
    """Return a value in its unit, a dash before the first."""
    if value is None:
        return "-"
    if metric.is_share:
        return f"{100 * value:.1f} %"
    return formats.money(Decimal(str(value)), single=True) if metric is Metric.COST else formats.span(value)


def _note(one: Standing) -> str:
    """Return the interval of the difference, or how many conversations would decide."""
    if one.low is None or one.high is None:
        return "Too few conversations yet"
    ends = " to ".join(_signed(one.metric, end) for end in (one.low, one.high))
    return f"{ends}, about {formats.count(one.more_needed)} more would tell" if one.more_needed else ends


def _signed(metric: Metric, value: float) -> str:
    sign = "+" if value > 0 else "\u2212" if value < 0 else ""
    return f"{sign}{100 * abs(value):.1f} pt" if metric.is_share else f"{sign}{told(metric, abs(value))}"


def wish_of(form: Mapping[str, Any], versions: list[int]) -> NewLiveTest:
    """Return what was entered; a version without a weight takes no part. Raise InvalidInput."""
    arms = [Arm(version, _weight(text)) for version in versions if (text := str(form.get(f"w{version}", "")).strip())]
    guardrail = str(form.get("guardrail", ""))
    return NewLiveTest(
        label=str(form.get("label", "")),
        arms=tuple(arms),
        metric=Metric(form.get("metric") or Metric.ANSWERED),
        guardrail=Metric(guardrail) if guardrail else None,
    )


def _weight(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        words = "A weight is a whole number."
        raise InvalidInput(words, fields={"arms": words})
    return int(text)
