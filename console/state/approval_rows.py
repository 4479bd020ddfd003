"""Rows of what waits for a person and what was decided, ready to draw."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from backend.errors import InvalidInput
from backend.flows.types import Approval, ApprovalState
from console import routes
from console.state import formats
from console.state.prompt_diff import Half, compared

SHOWN_CHARACTERS, PREVIEW_CHARACTERS = 20_000, 200
URGENT_MINUTES = 15
MINUTE_SECONDS, HOUR_MINUTES, DAY_MINUTES = 60, 60, 24 * 60
MARKS = {
    ApprovalState.WAITING: ("wait", "Waiting for approval"),
    ApprovalState.APPROVED: ("ok", "Approved"),
    ApprovalState.CHANGED: ("ok", "Changed"),
    ApprovalState.REFUSED: ("idle", "Refused"),
    ApprovalState.VOID: ("idle", "No longer waiting"),
}
ROLES = {
    "reviewer": "A reviewer or above",
    "editor": "An editor or above",
    "admin": "An admin or above",
    "owner": "An owner",
}
DEFAULTS = {"refuse": "it is refused", "approve": "it is approved as it stands"}


@dataclass(frozen=True)
class WaitingLine:
    """One that waits, in the list and as a card; `percent` of its time is over.

    `about` tells those of one question apart: what the person had said, or the value; `asked` is the time of day.
    """

    id: str
    question: str
    by: str
    about: str
    asked: str
    asked_exact: str
    note: str
    left: str
    limit: str
    since: str
    percent: int
    is_urgent: bool
    barred: str
    href: str
    plate: str
    ends: str


@dataclass(frozen=True)
class DecidedLine:
    """`about` tells decisions of one question apart: what the person had said, or the node's note, and the flow."""

    id: str
    when: str
    name: str
    about: str
    mark: str
    words: str


@dataclass(frozen=True)
class Argument:
    """A part of the value by its name."""

    name: str
    value: str


@dataclass(frozen=True)
class Evidence:
    """A passage that the run rests on."""

    number: str
    name: str
    place: str
    text: str
    href: str


@dataclass(frozen=True)
class ApprovalDetail:
    """All that is drawn of the one that is open. `text` is the value where it has no named parts."""

    id: str
    question: str
    mark: str
    words: str
    is_waiting: bool
    left: str
    limit: str
    since: str
    ends: str
    ends_at: str
    percent: int
    is_urgent: bool
    said: str
    said_by: str
    initials: str
    note: str
    role: str
    default: str
    text: str
    plate: str
    node: str
    flow: str
    flow_href: str
    run_href: str
    conversation_href: str
    barred: str
    decided: str
    comment: str
    arguments: list[Argument] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    changes: list[Half] = field(default_factory=list)


def waiting_line(one: Approval, zone: tzinfo, now: datetime) -> WaitingLine:
    return WaitingLine(
        id=one.id,
        question=one.question,
        by=", ".join(filter(None, (one.reader or "Somebody", one.flow_name))),
        about=preview_of(one),
        asked=formats.clock(one.asked_at, zone, now),
        asked_exact=formats.exact(one.asked_at, zone),
        note=one.note,
        left=f"{time_left(one, now)} left",
        limit=f"limit {duration(minutes_between(one.asked_at, one.ends_at))}",
        since=duration(minutes_between(one.asked_at, now)),
        percent=percent_over(one, now),
        is_urgent=is_urgent(one, now),
        barred=one.barred,
        href=address(one.id),
        plate=f"{one.plate:02d}",
        ends=_moment(one.ends_at, zone, now),
    )


def _moment(at: datetime, zone: tzinfo, now: datetime) -> str:
    """Return 14:31 today, else 24 Nov 14:31: a day alone is no time until which somebody has."""
    day = formats.day(at, zone, now)
    return day if ":" in day else f"{day} {at.astimezone(zone):%H:%M}"


def _comma(sentence: str) -> str:
    return "" if sentence.endswith(("?", ".", "!")) else ","


def decided_line(one: Approval, zone: tzinfo, now: datetime) -> DecidedLine:
    mark, words = MARKS[one.state]
    when = formats.day(one.decided_at, zone, now) if one.decided_at else ""
    name = f"{one.question}{_comma(one.question)} {one.decided_by or 'Time limit'}"
    return DecidedLine(
        one.id, when, name, ", ".join(filter(None, (_quoted(one.said) or one.note, one.flow_name))), mark, words
    )


def preview_of(one: Approval) -> str:
    """Return what tells it from others of its question."""
    return _quoted(one.said) or " ".join(written(one.value)[:PREVIEW_CHARACTERS].split())


def _quoted(said: str) -> str:
    return f"\u201c{said}\u201d" if said else ""


def detail_of(one: Approval, zone: tzinfo, now: datetime) -> ApprovalDetail:
    mark, words = MARKS[one.state]
    named = one.value if isinstance(one.value, dict) else {}
    ends = _moment(one.ends_at, zone, now)
    ends_at = f"on {ends}" if " " in ends else f"at {ends}"
    return ApprovalDetail(
        id=one.id,
        question=one.question,
        mark=mark,
        words=words,
        is_waiting=one.state is ApprovalState.WAITING,
        left=f"{time_left(one, now)} left",
        limit=f"of {duration(minutes_between(one.asked_at, one.ends_at))}",
        since=_moment(one.asked_at, zone, now),
        ends=ends,
        ends_at=ends_at,
        percent=percent_over(one, now),
        is_urgent=is_urgent(one, now),
        said=one.said,
        said_by=one.reader or "Somebody",
        initials=formats.initials(one.reader) or "?",
        note=one.note,
        role=ROLES[one.role] + (", not who started the run" if one.second_person else ""),
        default=f"{ends_at[0].upper()}{ends_at[1:]} {DEFAULTS[one.on_limit]}.",
        text="" if named else written(one.value)[:SHOWN_CHARACTERS],
        plate=f"{one.plate:02d}",
        node=one.title,
        flow=f"{one.flow_name} v{one.version}" if one.version else f"{one.flow_name}, draft",
        flow_href=routes.to(routes.FLOW, one.flow_id),
        run_href=routes.to(routes.RUN, one.run_id),
        conversation_href=routes.to(routes.CONVERSATION, one.conversation_id) if one.conversation_id else "",
        barred=one.barred,
        decided=_decided(one, zone, now),
        comment=one.comment,
        arguments=[Argument(name, written(value)[:SHOWN_CHARACTERS]) for name, value in named.items()],
        evidence=[_evidence(passage) for passage in one.citations],
        changes=changed_lines(one.value, one.decided_value) if one.state is ApprovalState.CHANGED else [],
    )


def written(value: Any) -> str:
    """Return a value as it can be edited: a text as itself, all else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2, default=str)


def typed(text: str, shown: Any) -> Any:
    """Read what was edited. Raise InvalidInput where JSON was shown and none was left."""
    if isinstance(shown, str):
        return text
    try:
        return json.loads(text)
    except ValueError:
        raise InvalidInput("This is not JSON.", fields={"value": "This is not JSON any more."}) from None


def changed_lines(before: Any, after: Any) -> list[Half]:
    """Return what was changed, line by line with the words that differ."""
    return compared(written(before).split("\n"), written(after).split("\n")).lines


def address(approval_id: str) -> str:
    return f"{routes.APPROVALS}?approval={approval_id}"


def minutes_between(since: datetime, until: datetime) -> float:
    return max(0.0, (until - since).total_seconds() / MINUTE_SECONDS)


def is_urgent(one: Approval, now: datetime) -> bool:
    return minutes_between(now, one.ends_at) < URGENT_MINUTES


def time_left(one: Approval, now: datetime) -> str:
    return duration(minutes_between(now, one.ends_at))


def percent_over(one: Approval, now: datetime) -> int:
    whole = minutes_between(one.asked_at, one.ends_at)
    return min(100, round(100 * minutes_between(one.asked_at, now) / whole)) if whole else 100


def duration(minutes: float) -> str:
    """Write a time that people wait: 6 min, 1 h 50 min, 2 h, 3 days."""
    whole = round(minutes)
    if whole < 1:
        return "under 1 min"
    if whole < HOUR_MINUTES:
        return f"{whole} min"
    if whole < 2 * DAY_MINUTES:
        hours, rest = divmod(whole, HOUR_MINUTES)
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return f"{round(whole / DAY_MINUTES)} days"


def _decided(one: Approval, zone: tzinfo, now: datetime) -> str:
    if one.decided_at is None:
        return one.comment if one.state is ApprovalState.VOID else ""
    who = one.decided_by or "The time limit"
    verb = {"approved": "approved it", "changed": "changed and approved it", "refused": "refused it"}[one.state.value]
    return f"{who} {verb} at {formats.clock(one.decided_at, zone, now)}."


def _evidence(passage: dict[str, Any]) -> Evidence:
    return Evidence(
        number=str(passage.get("number", "")),
        name=str(passage.get("document_name", "")),
        place=str(passage.get("heading", "")),
        text=str(passage.get("text", ""))[:300],
        href=routes.cited(str(passage.get("document_id", "")), str(passage.get("chunk_id", ""))),
    )
