"""What is known of a conversation beside its messages."""

from __future__ import annotations

from dataclasses import dataclass

from backend.conversations.types import Conversation
from console.state.conversations_columns import COLUMNS


@dataclass(frozen=True)
class Fact:
    """A name and a value in words."""

    name: str
    value: str


def facts_of(conversation: Conversation) -> list[Fact]:
    """Return what a pane lists of a conversation; what nobody told is left out."""
    facts = [Fact(words, told(conversation)) for words, told in COLUMNS.values()]
    facts += [Fact("Agent configuration", conversation.agent_config), Fact("Session", conversation.session_id)]
    return [fact for fact in facts if fact.value]
