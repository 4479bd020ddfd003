"""A dialog that was left with its page: the page that is loaded anew stands without it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console import routes
from console.pages import PAGES
from console.state.conversation_views import ConversationViewsState
from console.state.datasets_form import DatasetsFormState
from console.state.knowledge_form import KnowledgeFormState
from console.state.prompt_edit import PromptEditState
from console.state.prompt_live import PromptLiveState
from console.state.prompts import PromptsState
from console.state.queue_form import QueueFormState
from console.state.secrets import SecretsState
from tests.console.tab import Tab, tab

__all__ = ["tab"]
DIALOGS: tuple[tuple[str, type[rx.State], str], ...] = (
    (routes.CONVERSATIONS, ConversationViewsState, "opened"),
    (routes.CONVERSATION, ConversationViewsState, "opened"),
    (routes.PROMPTS, PromptsState, "creating"),
    (routes.PROMPT, PromptEditState, "saving"),
    (routes.PROMPT, PromptLiveState, "opened"),
    (routes.KNOWLEDGE_BASE, KnowledgeFormState, "opened"),
    (routes.DATASETS, DatasetsFormState, "opened"),
    (routes.DATASET, DatasetsFormState, "opened"),
    (routes.ANNOTATION, QueueFormState, "opened"),
    (routes.ANNOTATION_ITEMS, QueueFormState, "opened"),
    (routes.SETTINGS_SECRETS, SecretsState, "opened"),
)


async def test_a_dialog_does_not_outlive_its_page(tab: Tab) -> None:
    back = []
    for route, kind, name in DIALOGS:
        state = tab.at(route).state(kind)
        setattr(state, name, True)
        for handler in _loads(route):
            if kind.event_handlers.get(handler.fn.__name__) is handler and "load" not in handler.fn.__name__:
                await handler.fn(state)
        if getattr(state, name):
            back.append((route, kind.__name__))
    assert back == []


def _loads(route: str) -> list[Any]:
    given = next(one.on_load for one in PAGES if one.route == route)
    return given if isinstance(given, list) else [given]
