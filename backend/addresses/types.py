"""What an address can name."""

from __future__ import annotations

from enum import StrEnum


class Named(StrEnum):
    """A kind of thing with an address of its own."""

    FLOW = "flow"
    RUN = "run"
    CONVERSATION = "conversation"
    KNOWLEDGE_BASE = "knowledge base"
    DOCUMENT = "document"
    PROMPT = "prompt"
    DATASET = "dataset"
    EXPERIMENT = "experiment"
