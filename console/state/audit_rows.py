"""Rows of the audit log, and an event in full."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from backend.audit.types import AuditEvent, Breach, BreachKind, Checked, Values
from console.state import formats
from console.state.matching import parts_of

VIA = {"key": "API key", "system": "Signalbox itself", "link": "sign-in link"}
DENIED = "access.denied"
WRITTEN_SMALL = {"api": "API", "sso": "SSO"}


@dataclass(frozen=True)
class Option:
    """A choice of a filter."""

    value: str
    label: str


@dataclass(frozen=True)
class AuditLine:
    """An event as the table draws it."""

    id: str
    at: str
    at_exact: str
    who: str
    via: str
    act: str
    denied: bool
    what: str
    kind: str
    address: str


@dataclass(frozen=True)
class Change:
    """A line of what an act changed: its number, `add`, `del` or nothing, and its text."""

    number: str
    mark: str
    text: str


@dataclass(frozen=True)
class AuditDetail:
    """An event in full: what is known of it, and what it changed, line by line."""

    id: str = ""
    title: str = ""
    facts: list[Option] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


def words_of(name: str) -> str:
    """Return a name of a machine as words: `api_key.create` as "API key create"."""
    words = name.replace(".", " ").replace("_", " ").replace("-", " ").split()
    read = " ".join(WRITTEN_SMALL.get(word, word) for word in words)
    return read[:1].upper() + read[1:]


def place_words(name: str) -> str:
    """Return a page that refused somebody as words: "FlowDraftState" as "flow draft"; an address stays as it is."""
    if not name.endswith("State") or not name.isidentifier():
        return name
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.removesuffix("State")).lower()


def audit_line(event: AuditEvent, zone: tzinfo, now: datetime) -> AuditLine:
    return AuditLine(
        id=event.id,
        at=formats.clock(event.at, zone, now),
        at_exact=formats.exact(event.at, zone),
        who=event.actor.name or "Nobody known",
        via=VIA.get(event.actor.via, ""),
        act=words_of(event.action),
        denied=event.action == DENIED,
        what=event.target.name or place_words(event.target.id),
        kind=words_of(event.target.kind),
        address=event.address,
    )


def audit_detail(event: AuditEvent, zone: tzinfo) -> AuditDetail:
    known = {
        "When": formats.exact(event.at, zone),
        "Who": event.actor.name or "Nobody known",
        "By": VIA.get(event.actor.via, "a session"),
        "Act": event.action,
        "What": f"{words_of(event.target.kind)} {event.target.name}".strip(),
        "Id": event.target.id,
        "Address": event.address,
        "Request": event.request_id,
        "Number": formats.count(event.sequence),
        "Hash": event.hash,
    }
    facts = [Option(value, label) for label, value in known.items() if value]
    return AuditDetail(event.id, words_of(event.action), facts, _changes(event))


def _changes(event: AuditEvent) -> list[Change]:
    """Compare before and after line by line; where one of them is missing, the other stands as it is."""
    old, new = _lines(event.before), _lines(event.after)
    if not old or not new:
        return [Change(str(number), "", line) for number, line in enumerate(old or new, start=1)]
    changes: list[Change] = []
    for part in parts_of(old, new):
        if not part.is_shared:
            changes += [Change(str(at + 1), "del", old[at]) for at in range(part.old_from, part.old_to)]
        mark = "" if part.is_shared else "add"
        changes += [Change(str(at + 1), mark, new[at]) for at in range(part.new_from, part.new_to)]
    return changes


def _lines(values: Values | None) -> list[str]:
    return json.dumps(values, indent=2, ensure_ascii=False, sort_keys=True).split("\n") if values else []


def check_words(check: Checked | None, zone: tzinfo, now: datetime) -> tuple[str, str]:
    """Return the state of the chain and what to say of it; the state is "" where nobody looked yet."""
    if check is None:
        return "", "The chain has not been verified yet."
    events, moment = formats.counted(check.num_events, "event"), formats.clock(check.at, zone, now)
    if check.num_breaches:
        breaches = formats.counted(check.num_breaches, "breach", "breaches")
        return "fail", f"The chain is broken: {breaches} in {events}, seen {moment} by {check.by}."
    return "ok", f"The chain is whole as of {moment}: {events}, verified by {check.by}."


def breach_words(breach: Breach, zone: tzinfo, now: datetime) -> str:
    """Return what became of an event behind the back of the log."""
    if breach.kind is BreachKind.REMOVED:
        last = breach.sequence + breach.num_events - 1
        if breach.num_events == 1:
            return f"Event {formats.count(breach.sequence)} was removed."
        return f"Events {formats.count(breach.sequence)} to {formats.count(last)} were removed."
    if breach.kind is BreachKind.CUT:
        events = formats.counted(breach.num_events, "event")
        return f"The end of the chain was cut off: {events} from {formats.count(breach.sequence)} on."
    if breach.kind is BreachKind.REWRITTEN:
        if not breach.sequence:
            return "The chain was rewritten: its end bears no signature of this installation."
        return f"The chain was rewritten: event {formats.count(breach.sequence)} is not the one that was signed."
    when = f", {formats.clock(breach.at, zone, now)}" if breach.at else ""
    return f"Event {formats.count(breach.sequence)} ({words_of(breach.action)}{when}) was {breach.kind.value}."
