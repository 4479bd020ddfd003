"""The filters of the log, and what a line of its list may show."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from backend.conversations.types import (
    Channel,
    ChatState,
    Conversation,
    Facet,
    Facets,
    Filters,
    Outcome,
    Rating,
    prompt_choice,
)
from console.state import formats
from console.state.conversations_words import CHANNEL_WORDS, OUTCOME_WORDS, OUTCOMES, RATING_WORDS, STATE_WORDS

Pair = tuple[str, str]


@dataclass(frozen=True)
class Choice:
    """A line of a filter: its box, its word, how many it would show, and that as a share of all."""

    value: str
    name: str
    count: str
    percent: int
    chosen: bool


def choices(facets: Facets, chosen: tuple[tuple[str, str], ...]) -> dict[str, list[Choice]]:
    """Return the lines of each filter by its key."""

    def line(key: str, one: Facet, name: str) -> Choice:
        percent = round(100 * one.count / facets.total) if facets.total else 0
        return Choice(one.value, name, formats.count(one.count), percent, (key, one.value) in chosen)

    return {
        "flow": [line("flow", one, one.name) for one in facets.flows],
        "state": [line("state", one, STATE_WORDS[ChatState(one.value)]) for one in facets.states],
        "rating": [line("rating", one, RATING_WORDS[Rating(one.value)]) for one in facets.ratings],
        "outcome": [line("outcome", one, OUTCOME_WORDS[Outcome(one.value)]) for one in facets.outcomes],
        "channel": [
            line("channel", one, CHANNEL_WORDS[Channel(one.value)])
            for one in facets.channels
            if one.count or ("channel", one.value) in chosen
        ],
        "model": [line("model", one, one.name) for one in facets.models],
        "prompt": [line("prompt", one, one.name) for one in facets.prompts],
        "tag": [line("tag", one, one.name) for one in facets.tags],
    }


@dataclass(frozen=True)
class FilterLines:
    """A filter with its lines."""

    key: str
    title: str
    lines: list[Choice] = field(default_factory=list)


FILTERS = {
    "flow": "Flow or agent",
    "state": "State",
    "rating": "Feedback",
    "outcome": "Outcome",
    "channel": "Channel",
    "model": "Model",
    "prompt": "Prompt",
    "tag": "Tag",
}


def filter_lines(facets: Facets, chosen: tuple[tuple[str, str], ...]) -> list[FilterLines]:
    """Return the filters that have anything to choose."""
    lines = choices(facets, chosen)
    return [FilterLines(key, title, lines[key]) for key, title in FILTERS.items() if lines[key]]


def ticked(filters: list[FilterLines], chosen: tuple[Pair, ...]) -> list[FilterLines]:
    """Return the same lines with other boxes ticked."""
    return [
        replace(one, lines=[replace(line, chosen=(one.key, line.value) in chosen) for line in one.lines])
        for one in filters
    ]


def _tokens(row: Conversation) -> int:
    return row.tokens_in + row.tokens_out


def _prompt(row: Conversation) -> str:
    return prompt_choice(row.prompt_name, row.prompt_version)


# What a line of the list may show: its word, and what it says of a conversation, nothing where it is not known.
COLUMNS: dict[str, tuple[str, Callable[[Conversation], str]]] = {
    "flow": ("Flow or agent", lambda row: row.flow_name),
    "model": ("Model", lambda row: row.model),
    "prompt": ("Prompt", _prompt),
    "channel": ("Channel", lambda row: CHANNEL_WORDS[row.channel]),
    "turns": ("Turns", lambda row: formats.counted(row.num_turns, "turn")),
    "tokens": ("Tokens", lambda row: formats.counted(_tokens(row), "token") if _tokens(row) else ""),
    "cost": ("Cost", lambda row: formats.money(row.cost, single=True) if _tokens(row) else ""),
    "latency": ("Mean latency", lambda row: formats.span(row.mean_latency_ms) if row.latency_ms else ""),
    "duration": ("Duration", lambda row: formats.span(1000 * row.seconds)),
    "satisfaction": ("Satisfaction", lambda row: f"{row.satisfaction} of 5" if row.satisfaction else ""),
    "outcome": (
        "Outcome",
        lambda row: "" if row.task_completed is None else OUTCOME_WORDS[OUTCOMES[row.task_completed]],
    ),
    "person": ("Person", lambda row: row.person),
    "tags": ("Tags", lambda row: ", ".join(row.tags)),
}


def filters_of(text: str, chosen: Iterable[Pair]) -> Filters:
    """Return what is looked for; values that no filter has are left out."""
    pairs = tuple(chosen)
    known = set(pairs)

    def all_of(key: str) -> tuple[str, ...]:
        return tuple(value for facet, value in pairs if facet == key)

    return Filters(
        text=text,
        flow_ids=all_of("flow"),
        states=tuple(state for state in ChatState if ("state", state) in known),
        ratings=tuple(rating for rating in Rating if ("rating", rating) in known),
        channels=tuple(channel for channel in Channel if ("channel", channel) in known),
        outcomes=tuple(outcome for outcome in Outcome if ("outcome", outcome) in known),
        models=all_of("model"),
        prompts=all_of("prompt"),
        tags=all_of("tag"),
    )


def export_address(project_id: str, text: str, chosen: Iterable[Pair]) -> str:
    """Return where what is shown can be had as a file."""
    pairs = [("flow_id" if key == "flow" else key, value) for key, value in chosen]
    return f"/api/conversation-export?{urlencode([('project_id', project_id), ('text', text), *pairs])}"
