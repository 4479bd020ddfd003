"""Every page, with its address and what it loads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import reflex as rx

from console import routes
from console.pages.conversations import conversation, conversations
from console.pages.design import design
from console.pages.overview import overview
from console.state.conversations import ConversationsState
from console.state.transcript import TranscriptState


@dataclass(frozen=True)
class Page:
    """A row of the table of pages."""

    component: Callable[[], rx.Component]
    route: str
    title: str
    on_load: Any = None


PAGES: tuple[Page, ...] = (
    Page(overview, routes.OVERVIEW, "Overview · Signalbox"),
    Page(
        conversations,
        routes.CONVERSATIONS,
        "Conversations · Signalbox",
        [ConversationsState.load, TranscriptState.close],
    ),
    Page(
        conversation,
        routes.CONVERSATION,
        "Conversation · Signalbox",
        [TranscriptState.load, ConversationsState.load],
    ),
    Page(design, routes.DESIGN, "Components · Signalbox"),
)
