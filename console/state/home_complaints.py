"""Whose answers people found not helpful: by flow, with the newest questions and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from backend.bootstrap import services
from backend.conversations.figure_types import FigureWish, Line, Split
from backend.conversations.types import Conversation, Filters, Message, Rating, Role
from backend.errors import NotFound
from backend.operator import Operator
from backend.paging import Page
from console import routes
from console.state import formats
from console.state.conversations_filters import figure_address
from console.state.home_needs import first_words

NOT_HELPFUL = {"rating": Rating.DOWN.value}
MOST = 3
# Of each flow, the newest: enough to tell what goes wrong, short enough to stand above the flows.
MOST_QUESTIONS = 2


@dataclass(frozen=True)
class ComplaintLine:
    """A question whose answer was found not helpful, and why where somebody said so."""

    id: str
    question: str
    why: str
    href: str


@dataclass(frozen=True)
class Complaint:
    """A flow or agent with answers that people found not helpful."""

    id: str
    name: str
    cause: str
    href: str
    lines: list[ComplaintLine]


async def complaints(operator: Operator, wish: FigureWish, moments: dict[str, str]) -> list[Complaint]:
    """Return the flows of most complaints in the span, that of most first."""
    filters = replace(wish.filters, ratings=(Rating.DOWN,))
    found = await services().conversations.dashboard(operator, replace(wish, filters=filters, split=Split.FLOW))
    lines = [line for line in found.lines if line.figures.num][:MOST]
    return [await _complaint(operator, line, filters, moments) for line in lines]


async def _complaint(operator: Operator, line: Line, filters: Filters, moments: dict[str, str]) -> Complaint:
    of_flow = replace(filters, flow_ids=(line.value,))
    newest = await services().conversations.list(operator, of_flow, Page(limit=MOST_QUESTIONS))
    questions = [await _line(operator, one) for one in newest.items]
    return Complaint(
        line.value,
        line.name,
        f"{formats.counted(line.figures.num, 'conversation')} marked not helpful.",
        figure_address((), flow=line.value, **NOT_HELPFUL, **moments),
        [one for one in questions if one],
    )


async def _line(operator: Operator, talk: Conversation) -> ComplaintLine | None:
    try:
        opened = await services().conversations.opened(operator, talk.id)
    except NotFound:  # it was deleted in this moment
        return None
    question, why = judged(opened.messages)
    return ComplaintLine(talk.id, first_words(question or talk.title), why, routes.to(routes.CONVERSATION, talk.id))


def judged(messages: Sequence[Message]) -> tuple[str, str]:
    """Return what was asked before the last answer found not helpful, and why it was; empty for what is not known."""
    question = before = why = ""
    for message in messages:
        if message.role is Role.USER:
            before = message.text
        elif message.feedback and message.feedback.rating is Rating.DOWN:
            question, why = before, first_words(message.feedback.comment)
    return question, why
