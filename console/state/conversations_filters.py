"""The filters of the log, and what a line of its list may show."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import urlencode

from backend.conversations.facet_types import beyond
from backend.conversations.range_types import Measured, range_of
from backend.conversations.types import (
    AGENT,
    SHOWN,
    Channel,
    ChatState,
    Facet,
    Facets,
    FailedTools,
    FailedTurns,
    Filters,
    Outcome,
    Rating,
    Satisfaction,
)
from console import routes
from console.state import formats
from console.state.conversations_judges import whatever
from console.state.conversations_ranges import KINDS, range_words, ranges_in
from console.state.conversations_words import (
    CHANNEL_WORDS,
    FAILED_TOOL_WORDS,
    FAILED_WORDS,
    OUTCOME_WORDS,
    RATING_WORDS,
    STATE_WORDS,
)

Pair = tuple[str, str]
METADATA = "metadata"
MOMENT = re.compile(rf"({formats.DAY.pattern})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{{6}})?\+00:00")


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
        return _line(key, one, name, facets.total, chosen)

    return {
        "flow": [line("flow", one, _held(one, facets.flows)) for one in facets.flows],
        "version": [line("version", one, one.name) for one in facets.versions],
        "state": [line("state", one, STATE_WORDS[ChatState(one.value)]) for one in facets.states],
        "failed_turn": [
            line("failed_turn", one, FAILED_WORDS[FailedTurns(one.value)])
            for one in _told("failed_turn", facets.failed_turns, FailedTurns.NONE, chosen)
        ],
        "failed_tool": [
            line("failed_tool", one, FAILED_TOOL_WORDS[FailedTools(one.value)])
            for one in _told("failed_tool", facets.failed_tools, FailedTools.NONE, chosen)
        ],
        "rating": [line("rating", one, RATING_WORDS[Rating(one.value)]) for one in facets.ratings],
        "outcome": [line("outcome", one, OUTCOME_WORDS[Outcome(one.value)]) for one in facets.outcomes],
        "satisfaction": [
            line("satisfaction", one, "Not told" if one.value == Satisfaction.UNKNOWN else f"{one.value} of 5")
            for one in _told("satisfaction", facets.satisfactions, Satisfaction.UNKNOWN, chosen)
        ],
        "channel": [
            line("channel", one, CHANNEL_WORDS[Channel(one.value)])
            for one in facets.channels
            if one.count or ("channel", one.value) in chosen
        ],
        "model": [line("model", one, one.name) for one in facets.models],
        "prompt": [line("prompt", one, one.name) for one in facets.prompts],
        "tag": [line("tag", one, one.name) for one in facets.tags],
        "judge": [line("judge", one, one.name) for one in (*facets.judges, *whatever(facets, chosen))],
    } | {
        one.of: [Choice(one.span, range_words(one), formats.count(facets.matching), 100, chosen=True)]
        for one in ranges_in(chosen)
    }


def _line(key: str, one: Facet, name: str, total: int, chosen: tuple[tuple[str, str], ...]) -> Choice:
    percent = round(100 * one.count / total) if total else 0
    return Choice(one.value, name, formats.count(one.count), percent, (key, one.value) in chosen)


def _told(key: str, facets: tuple[Facet, ...], nothing: str, chosen: tuple[tuple[str, str], ...]) -> tuple[Facet, ...]:
    """Return the choices; none where all say `nothing`, as where no file or API brings it."""
    is_told = any(one.count and one.value != nothing for one in facets)
    return facets if is_told or any(name == key for name, _ in chosen) else ()


def _held(one: Facet, every: Iterable[Facet]) -> str:
    """Return the name of a flow or an agent, with what it is where another has the same."""
    kind = "agent" if one.value.startswith(AGENT) else "flow"
    return f"{one.name} ({kind})" if sum(other.name == one.name for other in every) > 1 else one.name


@dataclass(frozen=True)
class FilterLines:
    """A filter with its lines."""

    key: str
    title: str
    lines: list[Choice] = field(default_factory=list)


FILTERS = {
    "flow": "Flow or agent",
    "version": "Flow version",
    "state": "Last turn",
    "failed_turn": "Failed turns",
    "failed_tool": "Failed tool calls",
    "rating": "Feedback",
    "outcome": "Outcome",
    "satisfaction": "Satisfaction",
    "channel": "Channel",
    "model": "Model",
    "prompt": "Prompt",
    "tag": "Tag",
    "judge": "Judge",
    METADATA: "Metadata",
} | {of.value: kind.title for of, kind in KINDS.items()}


def filter_lines(facets: Facets, chosen: tuple[tuple[str, str], ...]) -> list[FilterLines]:
    """Return the filters that have anything to choose."""
    lines = choices(facets, chosen)
    found = [FilterLines(key, title, lines[key]) for key, title in FILTERS.items() if lines.get(key)]
    for named in facets.metadata:
        values = [_line(METADATA, one, one.name, facets.total, chosen) for one in named.values]
        found.append(FilterLines(METADATA, f"{FILTERS[METADATA]} {named.name}", values))
    return found


# Stands for all of them in the chip that takes them away together.
ALL_TRAFFIC: Pair = ("channel", "")


def toggled(chosen: tuple[Pair, ...], pair: Pair) -> tuple[Pair, ...]:
    """Return what is chosen with one choice more, or without it."""
    kept = tuple(one for one in chosen if one != pair and not (pair == ALL_TRAFFIC and one[0] == "channel"))
    return kept if len(kept) < len(chosen) else (*kept, pair)


def ticked(filters: list[FilterLines], chosen: tuple[Pair, ...]) -> list[FilterLines]:
    """Return the same lines with other boxes ticked."""
    return [
        replace(one, lines=[replace(line, chosen=(one.key, line.value) in chosen) for line in one.lines])
        for one in filters
    ]


# A span of time among what is chosen: two moments as text, from the first, before the second.
TIME = "time"
MOMENTS = ("since", "until")
# Between the values of a filter in an address: the sign for that, which no name holds.
AND = "\x1f"


def time_pair(since: datetime, until: datetime) -> Pair:
    return TIME, f"{since.astimezone(UTC).isoformat()}/{until.astimezone(UTC).isoformat()}"


def moments_of(chosen: Iterable[Pair]) -> tuple[datetime | None, datetime | None]:
    """Return the span of time that is chosen."""
    for key, value in chosen:
        if key == TIME:
            since, _, until = value.partition("/")
            return _moment(since), _moment(until)
    return None, None


def _moment(text: str) -> datetime | None:
    """Return an aware time, None where the text, which anybody may have typed, is none."""
    if not MOMENT.fullmatch(text):
        return None
    return datetime.fromisoformat(text)


def asked_of(parameters: Mapping[str, str]) -> tuple[Pair, ...]:
    """Return what an address chooses; keys that no filter has are left out."""
    given = (
        (key, value) for key in FILTERS if key in parameters for value in dict.fromkeys(parameters[key].split(AND))
    )
    left = {(METADATA, value) for value in beyond(parameters.get(METADATA, "").split(AND))}
    pairs = [pair for pair in given if pair not in left and (pair[0] not in set(Measured) or range_of(*pair))]
    span = f"{parameters.get('since', '')}/{parameters.get('until', '')}"
    return (*pairs, (TIME, span)) if None not in moments_of([(TIME, span)]) else tuple(pairs)


def log_address(chosen: Iterable[Pair], of: str = routes.CONVERSATIONS, **more: str) -> str:
    """Return where the log, or another page that filters as it does, shows what is chosen.

    `more` stands in the place of what is chosen under the same key.
    """
    pairs: dict[str, str] = {}
    for key, value in chosen:
        if key != TIME:
            pairs[key] = f"{pairs[key]}{AND}{value}" if key in pairs else value
    # An empty value, which stands for none, would be lost in an address.
    return f"{of}?{urlencode({key: value or AND for key, value in (pairs | more).items()})}"


def own_address(
    path: str, asked: Mapping[str, str], text: str, chosen: Iterable[Pair], project: str = "", *, order: str = ""
) -> str:
    """Return the address of a page of the log that was `asked` for, with what is looked for now in place of it.

    It names the project that it is of, for whoever it is handed to may be in another.
    """
    given = tuple(chosen)
    more = {key: value for key, value in asked.items() if key not in {*FILTERS, *MOMENTS, "text", "order", "project"}}
    more |= {key: value for key, value in (("text", text), ("order", order)) if value}
    more |= {"project": project} if project and (text or order or given) else {}
    for key, value in given:
        more |= zip(MOMENTS, value.split("/"), strict=True) if key == TIME else ()
    return log_address(given, path, **more).removesuffix("?")


# What figures count where no channel is chosen: what came with the product is no traffic.
TRAFFIC = tuple(("channel", one.value) for one in Channel if one in SHOWN and one is not Channel.EXAMPLE)


def figure_address(chosen: Iterable[Pair], narrow: tuple[Pair, ...] = (), /, **more: str) -> str:
    """Return where the log shows what a figure is of; `narrow` are the choices that have the figure at all.

    Of a choice that leaves none of them, the figure is of none, and the address leads to what was looked at.
    """
    given = tuple(chosen)
    keys = {key for key, _ in given}
    if "channel" not in keys:
        given = (*given, *TRAFFIC)
    for key in {key for key, _ in narrow}:
        both = tuple(one for one in narrow if one[0] == key and (key not in keys or one in given))
        given = (*(one for one in given if one[0] != key), *both) if both else given
    return log_address(given, **more)


def filters_of(text: str, chosen: Iterable[Pair]) -> Filters:
    """Return what is looked for; values that no filter has are left out."""
    pairs = tuple(chosen)
    known = set(pairs)
    since, until = moments_of(pairs)

    def all_of(key: str) -> tuple[str, ...]:
        return tuple(value for facet, value in pairs if facet == key)

    return Filters(
        text=text,
        flow_ids=all_of("flow"),
        states=tuple(state for state in ChatState if ("state", state) in known),
        failed_turns=tuple(one for one in FailedTurns if ("failed_turn", one) in known),
        failed_tools=tuple(one for one in FailedTools if ("failed_tool", one) in known),
        ratings=tuple(rating for rating in Rating if ("rating", rating) in known),
        channels=tuple(channel for channel in Channel if ("channel", channel) in known),
        outcomes=tuple(outcome for outcome in Outcome if ("outcome", outcome) in known),
        satisfactions=tuple(one for one in Satisfaction if ("satisfaction", one) in known),
        models=all_of("model"),
        prompts=all_of("prompt"),
        tags=all_of("tag"),
        judges=all_of("judge"),
        versions=all_of("version"),
        ranges=ranges_in(pairs),
        metadata=all_of(METADATA),
        since=since,
        until=until,
    )


def pairs_of(filters: Filters) -> tuple[Pair, ...]:
    """Return what filters choose, as the boxes of a page know it; neither words nor a span of time."""
    lists = [key for key in FILTERS if key not in set(Measured)]
    called = {"flow": "flow_ids", METADATA: METADATA}
    every = {key: getattr(filters, called.get(key, f"{key}s")) for key in lists}
    chosen = tuple((key, str(value)) for key, values in every.items() for value in values)
    return (*chosen, *((one.of.value, one.span) for one in filters.ranges))


def export_address(project_id: str, text: str, chosen: Iterable[Pair]) -> str:
    """Return where what is shown can be had as a file."""
    given = tuple(chosen)
    pairs = [("flow_id" if key == "flow" else key, value) for key, value in given if key != TIME]
    moments = zip(("since", "until"), moments_of(given), strict=True)
    pairs += [(name, moment.isoformat()) for name, moment in moments if moment]
    return f"/api/conversation-export?{urlencode([('project_id', project_id), ('text', text), *pairs])}"
