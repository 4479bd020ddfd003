"""The conversations that came with the product, in the list."""

from __future__ import annotations

from backend.bootstrap import Services
from backend.conversations.types import Channel
from console.state.conversations import ConversationsState
from tests.console.tab import Tab, tab
from tests.factories.conversations import chat

__all__ = ["tab"]


async def test_examples_are_marked_and_go_and_come_back_together(services: Services, tab: Tab) -> None:
    person = await services.identity.ensure_owner()
    for channel in (Channel.EXAMPLE, Channel.EXAMPLE, Channel.CONSOLE):
        await chat(services.conversations, services.units, person, ask={"channel": channel})
    state = tab.at("/conversations").state(ConversationsState)
    await state.load()
    assert (state.num_examples, sorted(row.example for row in state.rows)) == (2, [False, True, True])
    await state.remove_examples()
    assert (state.num_examples, len(state.rows), state.undo_words) == (0, 1, "Examples removed")
    await state.take_back()
    assert (state.num_examples, len(state.rows), state.undo) == (2, 3, False)
