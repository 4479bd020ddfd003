"""What is kept of what other systems tell: all that it says is masked and can be stored."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from backend.columns import storable
from backend.conversations.reports import Report, Told
from backend.masking.masker import Masker


def masked_report(masker: Masker, report: Report) -> Report:
    """Return what is kept of a conversation that was held elsewhere: all that it says is masked and can be stored."""
    return replace(
        report,
        transcript=masker.value(storable(report.transcript)),
        details=masker.value(storable(report.details)),
        messages=tuple(masked_message(masker, one) for one in report.messages),
        person=masker.name(storable(report.person)),
        others=tuple(masker.name(storable(one)) for one in report.others),
        session_id=masker.name(storable(report.session_id)),
        agent_config=masker.name(storable(report.agent_config)),
        agent_name=storable(report.agent_name) if report.held else masker.name(storable(report.agent_name)),
    )


def said_in(report: Report) -> list[Any]:
    """Return what of a report may be long."""
    told = [[one.text, one.error, one.tool_calls, *(each.text for each in one.citations)] for one in report.messages]
    return [report.transcript, report.details, report.person, report.session_id, told]


def masked_message(masker: Masker, one: Told) -> Told:
    """Return what is kept of a message, be it of a whole report or one that comes later."""
    return replace(
        one,
        text=masker.text(storable(one.text)),
        author=masker.name(storable(one.author)),
        error=masker.text(storable(one.error)),
        tool_calls=tuple(masker.value(storable(list(one.tool_calls)))),
        tool_name=masker.name(storable(one.tool_name)),
        model=masker.name(storable(one.model)),
        citations=tuple(
            replace(
                passage,
                text=masker.text(passage.text),
                heading=masker.text(passage.heading),
                document_name=masker.text(passage.document_name),
            )
            for passage in one.citations
        ),
    )
