"""What a line of the log may show of a conversation."""

from __future__ import annotations

from collections.abc import Callable

from backend.conversations.types import Conversation, prompt_choice
from console.state import formats
from console.state.conversations_words import CHANNEL_WORDS, OUTCOME_WORDS, OUTCOMES


def _tokens(row: Conversation) -> int:
    return row.tokens_in + row.tokens_out


def _prompt(row: Conversation) -> str:
    return prompt_choice(row.prompt_name, row.prompt_version)


# Each with its word, and what it says of a conversation, nothing where it is not known.
COLUMNS: dict[str, tuple[str, Callable[[Conversation], str]]] = {
    "flow": ("Flow or agent", lambda row: row.flow_name),
    "model": ("Model", lambda row: row.model),
    "prompt": ("Prompt", _prompt),
    "channel": ("Channel", lambda row: CHANNEL_WORDS[row.channel]),
    "turns": ("Turns", lambda row: formats.counted(row.num_turns, "turn")),
    "tokens": ("Tokens", lambda row: formats.counted(_tokens(row), "token") if _tokens(row) else ""),
    "cost": ("Cost", lambda row: formats.cost(row.cost, _tokens(row))),
    "latency": ("Mean latency", lambda row: formats.span(row.mean_latency_ms) if row.latency_ms else ""),
    "duration": ("Duration", lambda row: formats.span(1000 * row.seconds) if row.seconds else ""),
    "satisfaction": ("Satisfaction", lambda row: f"{row.satisfaction} of 5" if row.satisfaction else ""),
    "outcome": (
        "Outcome",
        lambda row: "" if row.task_completed is None else OUTCOME_WORDS[OUTCOMES[row.task_completed]],
    ),
    "person": ("Person", lambda row: row.person),
    "tags": ("Tags", lambda row: ", ".join(row.tags)),
}
