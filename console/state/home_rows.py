"""Rows of the home, ready to draw."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from backend.alerts.types import Alert
from backend.annotations.types import Queue
from backend.flows.types import Approval, PublishApproval, Run
from backend.live_tests.types import LiveTest
from backend.overview.types import FlowLine, Home
from console import routes
from console.state import formats
from console.state.alert_rows import minutes
from console.state.approval_rows import address, time_left
from console.state.evidence import words_of
from console.state.figure_rows import alert_words
from console.state.flows_rows import RUN_MARKS, RUN_WORDS

SHOWN_CHARACTERS = 160


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
    retry: str = ""


@dataclass(frozen=True)
class FlowRow:
    id: str
    name: str
    href: str
    version: str
    mark: str
    words: str
    heavy: bool
    when: str
    run_href: str


@dataclass(frozen=True)
class RunRow:
    id: str
    href: str
    name: str
    mark: str
    words: str
    when: str


def need_lines(home: Home, zone: tzinfo) -> list[NeedLine]:
    lines = [_of_approval(one, home.in_work.at) for one in home.approvals]
    lines += [_of_publishing(one, zone, home.in_work.at) for one in home.publishing]
    lines += [_of_alert(one, zone, home.in_work.at) for one in home.alerts]
    lines += [_of_test(one, zone, home.in_work.at) for one in home.halted]
    lines += [_of_queue(one) for one in home.queues]
    for line in home.flows:
        lines += _of_flow(line, zone, home.in_work.at)
    lines += [
        NeedLine(
            id=document.id,
            mark="fail",
            words="Failed",
            name=document.name,
            when=formats.day(document.updated_at, zone, home.in_work.at),
            cause=document.error,
            hint=document.hint,
            href=routes.to(routes.KNOWLEDGE_BASE, document.knowledge_base_id),
            act="Open the documents",
            retry=document.id,
        )
        for document in home.failed_documents
    ]
    return lines


def _of_approval(one: Approval, at: datetime) -> NeedLine:
    left = time_left(one, at)
    return NeedLine(
        id=one.id,
        mark="wait",
        words="Waiting for approval",
        name=one.question,
        when=f"{left} left",
        cause=f"\u201c{first_words(one.said)}\u201d" if one.said else one.note,
        hint=", ".join(filter(None, (one.started_by, one.flow_name))),
        href=address(one.id),
        act="Decide",
    )


def _of_publishing(one: PublishApproval, zone: tzinfo, at: datetime) -> NeedLine:
    return NeedLine(
        id=one.id,
        mark="wait",
        words="Waits for a second person",
        name=f"{one.flow_name} v{one.version}",
        when=f"since {formats.day(one.asked_at, zone, at)}",
        cause=first_words(words_of(one.comment)),
        hint=f"{one.asked_by} asks to publish it.",
        href=routes.to(routes.FLOW, one.flow_id),
        act="Decide",
    )


def _of_alert(one: Alert, zone: tzinfo, at: datetime) -> NeedLine:
    return NeedLine(
        id=one.id,
        mark="fail",
        words="Alert",
        name=one.rule.name,
        when=f"since {formats.day(one.since, zone, at)}" if one.since else "",
        cause=alert_words(one),
        hint=f"Over {minutes(one.rule.window_minutes)}, {formats.counted(one.num_behind, 'conversation')}.",
        href=routes.to(routes.ALERT, one.id),
        act="Open the alert",
    )


def _of_test(one: LiveTest, zone: tzinfo, at: datetime) -> NeedLine:
    return NeedLine(
        id=one.id,
        mark="warn",
        words="Live test stopped",
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
        mark="wait",
        words="To label",
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
                words="Failing",
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
                words="Not ready",
                name=flow.name,
                when="",
                cause=f"{first.sentence}{more}",
                hint=first.fix,
                href=routes.to(routes.FLOW, flow.slug),
                act="Open in the builder",
            )
        )
    return lines


def summary(needs: list[NeedLine]) -> list[str]:
    """Return what needs a person in a few words: "1 flow failing", "2 documents failed"."""
    failing = sum(line.words == "Failing" for line in needs)
    unready = sum(line.words == "Not ready" for line in needs)
    documents = sum(bool(line.retry) for line in needs)
    alerts, halted, queues = (
        sum(line.words == words for line in needs) for words in ("Alert", "Live test stopped", "To label")
    )
    publishing = sum(line.words == "Waits for a second person" for line in needs)
    return [
        words
        for number, words in (
            (publishing, f"{formats.counted(publishing, 'flow')} to approve"),
            (failing, f"{formats.counted(failing, 'flow')} failing"),
            (unready, f"{formats.counted(unready, 'flow')} not ready to publish"),
            (documents, f"{formats.counted(documents, 'document')} failed"),
            (alerts, f"{formats.counted(alerts, 'alert')} firing"),
            (halted, f"{formats.counted(halted, 'live test')} stopped"),
            (queues, f"{formats.counted(queues, 'queue')} to label"),
        )
        if number
    ]


def flow_row(line: FlowLine, zone: tzinfo, at: datetime) -> FlowRow:
    flow, last = line.flow, line.flow.last_run
    mark, words = (RUN_MARKS[last.status], RUN_WORDS[last.status]) if last else ("queued", "Never ran")
    return FlowRow(
        id=flow.id,
        name=flow.name,
        href=routes.to(routes.FLOW, flow.slug),
        version=f"v{flow.published_version}" if flow.published_version else "draft",
        mark=mark,
        words=words,
        heavy=mark == "fail",
        when=formats.day(last.created_at, zone, at) if last else "",
        run_href=routes.to(routes.RUN, last.id) if last else "",
    )


def run_row(run: Run, zone: tzinfo, at: datetime) -> RunRow:
    mark, words = RUN_MARKS[run.status], RUN_WORDS[run.status]
    return RunRow(
        id=run.id,
        href=routes.to(routes.RUN, run.id),
        name=run.flow_name,
        mark=mark,
        words=words,
        when=f"since {formats.clock(run.started_at or run.created_at, zone, at)}",
    )
