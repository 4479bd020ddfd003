"""What needs a person, ready to draw: what waits for one, and what is to fix."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from backend.alerts.types import Alert
from backend.annotations.types import Queue
from backend.flows.approval_types import Unanswered
from backend.flows.types import Approval, PublishApproval
from backend.knowledge.types import Document
from backend.live_tests.types import LiveTest
from backend.overview.types import FlowLine, Home
from backend.privacy.types import JobKind, PrivacyJob
from backend.prompts.types import Approval as LabelApproval
from console import routes
from console.state import formats
from console.state.alert_rows import minutes
from console.state.approval_rows import address, preview_of, time_left
from console.state.evidence import words_of
from console.state.figure_rows import alert_words

SHOWN_CHARACTERS = 160
WAIT = "wait"
# Where the two lists stand on the page.
WAITING, BROKEN = "#waiting", "#needs"
TO_PUBLISH, TO_PROMOTE, TO_LABEL = "Waits for a second person", "Label waits for a second person", "To label"
FAILING, NOT_READ, FIRING, STOPPED, NOT_READY = "Failing", "Failed", "Alert", "Live test stopped", "Not ready"
NOT_REMOVED = "Removal failed"
UNANSWERED = "Waiting for a person"
# What the lines of each kind come to in the one above them; approvals of an act are counted beside it.
KINDS = (
    (UNANSWERED, WAIT, "question", "for a person"),
    (TO_PUBLISH, WAIT, "flow", "to approve"),
    (TO_PROMOTE, WAIT, "label", "to approve"),
    (TO_LABEL, WAIT, "queue", "to label"),
    (FAILING, "fail", "flow", "failing"),
    (NOT_READ, "fail", "document", "failed"),
    (FIRING, "fail", "alert", "firing"),
    (NOT_REMOVED, "fail", "removal", "failed"),
    (STOPPED, "warn", "live test", "stopped"),
    (NOT_READY, "warn", "flow", "not ready to publish"),
)


@dataclass(frozen=True)
class SummaryLine:
    """One of the few words at the top, and the list that it leads to."""

    mark: str
    words: str
    href: str


@dataclass(frozen=True)
class NeedLine:
    """Something a person must look at: what, since when, why, and where it is mended."""

    id: str
    mark: str
    words: str
    name: str
    when: str
    cause: str
    hint: str
    href: str
    act: str
    document: str = ""
    may_retry: bool = False


def need_lines(home: Home, zone: tzinfo) -> list[NeedLine]:
    lines = [_of_approval(one, home.in_work.at) for one in home.approvals]
    lines += [_of_unanswered(one, zone, home.in_work.at) for one in home.unanswered]
    lines += [_of_publishing(one, zone, home.in_work.at) for one in home.second_person.publishing]
    lines += [_of_label(one, zone, home.in_work.at) for one in home.second_person.labels]
    lines += [_of_alert(one, zone, home.in_work.at) for one in home.alerts]
    lines += [_of_removal(one, zone, home.in_work.at) for one in home.removals]
    lines += [_of_test(one, zone, home.in_work.at) for one in home.halted]
    lines += [_of_queue(one) for one in home.queues]
    for line in home.flows:
        lines += _of_flow(line, zone, home.in_work.at)
    return lines + [_of_document(one, zone, home.in_work.at) for one in home.failed_documents]


def _of_approval(one: Approval, at: datetime) -> NeedLine:
    left = time_left(one, at)
    return NeedLine(
        id=one.id,
        mark=WAIT,
        words="Waiting for approval",
        name=one.question,
        when=f"{left} left",
        cause=f"\u201c{first_words(one.said)}\u201d" if one.said else one.note or preview_of(one),
        hint=f"{one.reader or 'Somebody'}, {one.flow_name}",
        href=address(one.id),
        act="Decide",
    )


def _of_publishing(one: PublishApproval, zone: tzinfo, at: datetime) -> NeedLine:
    line = _of_wish(one, zone, at, words=TO_PUBLISH, hint=f"{one.asked_by} asks to publish it.")
    return replace(line, name=f"{one.flow_name} v{one.version}", href=routes.to(routes.FLOW, one.flow_id))


def _of_label(one: LabelApproval, zone: tzinfo, at: datetime) -> NeedLine:
    line = _of_wish(one, zone, at, words=TO_PROMOTE, hint=f"{one.asked_by} asks to put it in {one.label}.")
    return replace(line, name=f"{one.prompt_name} v{one.version}", href=routes.to(routes.PROMPT, one.prompt_id))


def _of_wish(one: PublishApproval | LabelApproval, zone: tzinfo, at: datetime, *, words: str, hint: str) -> NeedLine:
    return NeedLine(
        id=one.id,
        mark=WAIT,
        words=words,
        name="",
        when=f"since {formats.day(one.asked_at, zone, at)}",
        cause=first_words(words_of(one.comment)),
        hint=hint,
        href="",
        act="Decide",
    )


def _of_unanswered(one: Unanswered, zone: tzinfo, at: datetime) -> NeedLine:
    return NeedLine(
        id=f"unanswered-{one.conversation_id}-{one.asked_at.isoformat()}",
        mark=WAIT,
        words=UNANSWERED,
        name=first_words(one.question),
        when=f"since {formats.day(one.asked_at, zone, at)}",
        cause="",
        hint=f"{one.held_by} took this conversation over.",
        href=routes.to(routes.CONVERSATION, one.conversation_id),
        act="Answer",
    )


def _of_alert(one: Alert, zone: tzinfo, at: datetime) -> NeedLine:
    return NeedLine(
        id=one.id,
        mark="fail",
        words=FIRING,
        name=one.rule.name,
        when=f"since {formats.day(one.since, zone, at)}" if one.since else "",
        cause=alert_words(one),
        hint=f"Over {minutes(one.rule.window_minutes)}, {formats.counted(one.num_behind, 'conversation')}.",
        href=routes.to(routes.ALERT, one.id),
        act="Open the alert",
    )


def _of_removal(one: PrivacyJob, zone: tzinfo, at: datetime) -> NeedLine:
    return NeedLine(
        id=one.id,
        mark="fail",
        words=NOT_REMOVED,
        name="One person\u2019s data" if one.kind is JobKind.PERSON else "Data older than is kept",
        when=formats.day(one.finished_at, zone, at) if one.finished_at else "",
        cause=one.error,
        hint=f"{one.num_done:,} of {formats.counted(one.num_total, 'conversation')} removed so far.",
        href=routes.SETTINGS_PRIVACY,
        act="Open Privacy",
    )


def _of_test(one: LiveTest, zone: tzinfo, at: datetime) -> NeedLine:
    return NeedLine(
        id=one.id,
        mark="warn",
        words=STOPPED,
        name=f"{one.prompt_name} {one.label}",
        when=formats.day(one.ended_at, zone, at) if one.ended_at else "",
        cause=one.reason,
        hint="The version before has the label alone again.",
        href=routes.to(routes.PROMPT, one.prompt_id),
        act="Open the prompt",
    )


def _of_queue(one: Queue) -> NeedLine:
    left = one.num_items - one.num_done
    return NeedLine(
        id=one.id,
        mark=WAIT,
        words=TO_LABEL,
        name=one.name,
        when=f"{formats.count(left)} left",
        cause=one.about.instructions,
        hint="",
        href=routes.to(routes.ANNOTATION_QUEUE, one.id),
        act="Label",
    )


def first_words(text: str) -> str:
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS].rstrip()}\u2026"


def _of_flow(line: FlowLine, zone: tzinfo, at: datetime) -> list[NeedLine]:
    lines: list[NeedLine] = []
    flow, last = line.flow, line.flow.last_run
    if line.failing and last is not None:
        lines.append(
            NeedLine(
                id=last.id,
                mark="fail",
                words=FAILING,
                name=flow.name,
                when=f"since {formats.day(last.created_at, zone, at)}",
                cause=last.error,
                hint="",
                href=routes.to(routes.RUN, last.id),
                act="Open the run",
            )
        )
    if line.errors:
        first = line.errors[0]
        more = f" And {formats.counted(len(line.errors) - 1, 'more problem')}." if len(line.errors) > 1 else ""
        lines.append(
            NeedLine(
                id=f"problems-{flow.id}",
                mark="warn",
                words=NOT_READY,
                name=flow.name,
                when="",
                cause=f"{first.sentence}{more}",
                hint=first.fix,
                href=routes.to(routes.FLOW, flow.slug),
                act="Open in the builder",
            )
        )
    return lines


def _of_document(one: Document, zone: tzinfo, at: datetime) -> NeedLine:
    return NeedLine(
        id=one.id,
        mark="fail",
        words=NOT_READ,
        name=one.name,
        when=formats.day(one.updated_at, zone, at),
        cause=one.error,
        hint=one.hint,
        href=routes.to(routes.DOCUMENT, one.id),
        act="Open the document",
        document=one.id,
        may_retry=one.may_be_retried,
    )


def summary(needs: list[NeedLine]) -> list[SummaryLine]:
    """Return what needs a person in a few words, what only waits before what is broken: "2 documents failed"."""
    return [
        SummaryLine(mark, f"{formats.counted(number, thing)} {what}", WAITING if mark == WAIT else BROKEN)
        for words, mark, thing, what in KINDS
        if (number := sum(line.words == words for line in needs))
    ]
