"""What offers deleted things back, outside the pages: its ten seconds hold when a person goes on to another one."""

from __future__ import annotations

import reflex as rx

from console.components.ui import undo_bar
from console.state.conversation_views import ConversationViewsState as Views
from console.state.conversations import ConversationsState as Conversations
from console.state.document_work import DocumentWorkState as Document
from console.state.flows import FlowsState as Flows
from console.state.home import HomeState as Home
from console.state.home_figures import HomeFiguresState as Figures
from console.state.knowledge_documents import KnowledgeDocumentsState as Documents
from console.state.knowledge_live import KnowledgeLiveState as Live
from console.state.models import ModelsState as Models
from console.state.prompts import PromptsState as Prompts
from console.state.queue_pick import QueuePickState as Queue
from console.state.tag_pick import TagPickState as Tags


def undo_bars() -> rx.Component:
    return rx.fragment(
        undo_bar(
            Flows.undo,
            Flows.undo_words,
            on_undo=Flows.take_back,
            on_end=Flows.dismiss,
            number=Flows.num_undo,
        ),
        undo_bar(
            Conversations.undo,
            Conversations.undo_words,
            on_undo=Conversations.take_back,
            on_end=Conversations.dismiss,
            number=Conversations.num_undo,
        ),
        undo_bar(
            Queue.undo_words != "",
            Queue.undo_words,
            on_undo=Queue.take_back,
            on_end=Queue.dismiss,
            number=Queue.num_undo,
        ),
        undo_bar(
            Tags.undo_words != "",
            Tags.undo_words,
            on_undo=Tags.take_back,
            on_end=Tags.dismiss,
            number=Tags.num_undo,
        ),
        undo_bar(
            Views.undo_words != "",
            Views.undo_words,
            on_undo=Views.take_back,
            on_end=Views.dismiss,
            number=Views.num_undo,
        ),
        undo_bar(
            Documents.undo_words != "",
            Documents.undo_words,
            on_undo=[Documents.undo, Live.watch],
            on_end=Documents.forget,
            number=Documents.num_undo,
        ),
        undo_bar(
            Document.gone != "",
            Document.gone_name + " deleted",
            on_undo=Document.undo,
            on_end=Document.leave,
            number=Document.gone,
        ),
        undo_bar(
            Figures.handled != "",
            "Marked as handled",
            on_undo=Figures.take_back,
            on_end=Figures.dismiss,
            number=Figures.handled,
        ),
        undo_bar(
            Home.gone != "",
            Home.gone_name + " deleted",
            on_undo=Home.undo,
            on_end=Home.leave,
            number=Home.gone,
        ),
        undo_bar(
            Prompts.undo,
            Prompts.undo_words,
            on_undo=Prompts.take_back,
            on_end=Prompts.dismiss,
            number=Prompts.num_undo,
        ),
        undo_bar(
            Models.undo_id != "",
            Models.undo_words,
            on_undo=Models.undo,
            on_end=Models.let_go,
            number=Models.undo_id,
        ),
    )
