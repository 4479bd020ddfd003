"""What became of the variants of an experiment: a sentence for each promotion, and the word on the button."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from backend.experiments.types import OVERALL, UNASKED, Comparison, MetricComparison, Whereabouts, WishEnd
from backend.operator import Operator
from backend.prompts.types import PRODUCTION
from console import routes
from console.state import formats
from console.state.experiment_aims import target_lines
from console.state.experiment_duels import duel_words
from console.state.experiment_rows import named, note_of
from console.state.experiment_written import amount, readable
from console.state.followers import follow_words, followers, may_know, way_to_follow
from console.state.refusals import refusal_words

MARKS = {"there": "ok", "waits": "wait", "declined": "skip", "left": "idle", "gone": "idle"}


@dataclass(frozen=True)
class PromotedLine:
    """Where a variant went; `href` leads to the prompt or the flow.

    `follows` says who gets what the label points at, where it is there; `way` leads to where somebody would, empty
    while somebody does.
    """

    variant: str
    mark: str
    words: str
    name: str
    href: str
    when: str
    when_exact: str
    then: str
    follows: str = ""
    way: str = ""


def promoted_lines(found: Sequence[Whereabouts], zone: tzinfo, now: datetime) -> list[PromotedLine]:
    return [_line(one, zone, now) for one in found]


async def with_followers(
    operator: Operator, found: Sequence[Whereabouts], lines: list[PromotedLine]
) -> list[PromotedLine]:
    """Say of each label that a variant stands in who follows it."""
    if not may_know(operator):
        return lines
    told = []
    for one, line in zip(found, lines, strict=True):
        kept, follows, way = one.promoted, "", ""
        if kept.kind == "prompt" and one.stands == "there":
            now = (await followers(operator, kept.id)).get(kept.label, [])
            follows = follow_words(now, kept.label)
            way = "" if now else await way_to_follow(operator, kept.id)
        told.append(replace(line, follows=follows, way=way))
    return told


def _line(one: Whereabouts, zone: tzinfo, now: datetime) -> PromotedLine:
    kept, asked = one.promoted, "asked " if one.stands in {"waits", "declined"} else ""
    address = routes.to(routes.FLOW if kept.kind == "flow" else routes.PROMPT, kept.id)
    return PromotedLine(
        variant=one.variant,
        mark=MARKS[one.stands],
        words=_words(one),
        name=f"{kept.name} v{kept.version}",
        href="" if one.stands == "gone" else address,
        when=f"{asked}by {kept.by}, {formats.day(kept.at, zone, now)}",
        when_exact=formats.exact(kept.at, zone),
        then=_then(one, zone, now),
    )


def _words(one: Whereabouts) -> str:
    """Say what was done, up to the name of what it became."""
    label, is_there = one.promoted.label, one.stands == "there"
    if one.promoted.kind == "flow" and one.stands == "waits":
        return f"{one.variant} waits for a second person to be published as"
    if one.promoted.kind == "flow" and one.stands == "declined":
        return f"{one.variant} was not published as"
    if one.promoted.kind == "flow":
        return f"{one.variant} {'is' if is_there else 'was'} published as"
    if one.stands == "waits":
        return f"{one.variant} waits for a second person to move {label} to"
    if one.stands == "declined":
        return f"{one.variant} did not get {label}, as"
    return f"{one.variant} {'is' if is_there else 'was'} in {label} as"


def _then(one: Whereabouts, zone: tzinfo, now: datetime) -> str:
    """Say what came after, empty where it still stands."""
    if one.stands == "declined":
        return _end(one.end, zone, now)
    if one.stands == "gone":
        return f"{one.promoted.name} was deleted since."
    if one.stands != "left":
        return ""
    place = one.promoted.label or "What is published"
    return f"{place.capitalize()} is v{one.now} now." if one.now else f"{place.capitalize()} points at nothing now."


def _end(end: WishEnd | None, zone: tzinfo, now: datetime) -> str:
    """Say how a wish ended that nobody approved."""
    if end and end.state == "refused":
        return refusal_words(end.by, end.at, end.reason, zone, now)
    if end and end.state == "withdrawn":
        return "It was taken back."
    return "Another was approved instead." if end else "Nobody approved it."


def doubts(found: Comparison, variant: str) -> str:
    """Say what speaks against promoting it yet; empty where the metric that decides is better or the same."""
    decides = next((one for one in found.metrics if (one.variant, one.metric) == (variant, found.primary)), None)
    if decides is None:
        return f"{found.primary} has no score." if any(one.metric == found.primary for one in found.unscored) else ""
    if decides.verdict == "cannot_tell":
        return f"{decides.metric} is not decided. {note_of(decides)}."
    return f"{variant} is worse in {decides.metric}." if decides.verdict == "worse" else ""


def against(found: Comparison, variant: str, unreached: str = "") -> list[str]:
    """Say what somebody who promotes it should know: all that is worse or misses its target, and what is open."""
    decides = unreached or doubts(found, variant)
    is_told = any(one.metric == found.primary for one in _worse(found, variant))
    missed = " ".join(f"{one.words}." for one in target_lines(found, variant) if one.mark == "fail")
    told = (setbacks(found, variant), "" if is_told else decides, missed, _undecided(found, variant))
    return [line for line in told if line]


def _undecided(found: Comparison, variant: str) -> str:
    """Name what beside the metric that decides cannot be told either; time and money differ by the hour."""
    beside = [one for one in found.metrics if one.variant == variant and one.verdict == "cannot_tell"]
    names = [one.metric for one in beside if one.metric not in (found.primary, OVERALL, *UNASKED)]
    return f"Nobody can tell yet whether {formats.listed(names)} got worse." if names else ""


def setbacks(found: Comparison, variant: str, stands: str = "") -> str:
    """Say in what it is worse than the baseline, empty for nothing; `stands` says where people get the baseline."""
    told = [f"{named(one)} ({_figures(one, found.baseline)})" for one in map(readable, _worse(found, variant))]
    beside = f"{found.baseline}, now in {stands}," if stands not in {"", found.baseline} else found.baseline
    return f"{variant} is worse than {beside} in {formats.listed(told)}." if told else ""


def _figures(one: MetricComparison, baseline: str) -> str:
    if one.duels and one.duels.against == baseline:
        return duel_words(one, baseline)
    return f"{amount(one, one.baseline_value)} to {amount(one, one.value)}"


def _worse(found: Comparison, variant: str) -> list[MetricComparison]:
    return [one for one in found.metrics if one.variant == variant and one.verdict == "worse"]


def button_words(found: Sequence[Whereabouts], variant: str, called: str = "") -> tuple[str, bool]:
    """Return what the button that promotes a variant says, and whether it stands or waits where people get it."""
    called = called or variant
    ours = [one for one in found if one.variant == variant and one.promoted.label in {"", PRODUCTION}]
    stands = next((one.stands for one in ours if one.stands in {"there", "waits"}), "")
    if stands == "waits":
        return f"{called} waits for approval", True
    if stands == "there":
        published = any(one.promoted.kind == "flow" for one in ours if one.stands == "there")
        return f"{called} is {'published' if published else 'in production'}", True
    return f"Promote {called}", False
