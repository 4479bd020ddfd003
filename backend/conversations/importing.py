"""Conversations in files: which column becomes what, and the rows that are one conversation together."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from backend.columns import storable
from backend.conversations.details import PERSON, plain_name
from backend.conversations.reports import MAX_COST, MAX_MESSAGES, ROLES, Report, Told, messages_in, moment_of
from backend.conversations.types import Channel, Role
from backend.errors import InvalidInput
from backend.mapped_tables import LEFT_OUT, RowProblem, Targets, check_columns, is_filled, unwritten, written_as_text
from backend.plain_json import flaws_of
from backend.ports.tables import Table

MAX_TEXT = 1_000_000
MAX_ID = 300
MAX_COUNT = 1_000_000_000
GUESSES = {
    "conversation_id": (
        "conversation_id", "conversation", "session_id", "session", "thread_id", "chat_id", "external_id", "id",
    ),
    "agent": ("agent_name", "agent", "bot", "assistant_name", "app"),
    "person": PERSON,
    "role": ("role", "speaker", "sender"),
    "text": ("text", "content", "message", "body"),
    "question": ("question", "query", "prompt", "input"),
    "answer": ("answer", "response", "output", "completion", "reply"),
    "transcript": ("messages", "transcript", "items", "turns", "history"),
    "at": ("created_at", "timestamp", "time", "date", "at", "sent_at"),
    "model": ("model", "model_name"),
    "tokens_in": ("tokens_in", "input_tokens", "prompt_tokens"),
    "tokens_out": ("tokens_out", "output_tokens", "completion_tokens"),
    "cost": ("cost", "cost_usd"),
    "latency_ms": ("latency_ms", "latency"),
    "satisfaction": ("satisfaction", "user_satisfaction", "csat"),
    "task_completed": ("task_completed", "completed", "resolved"),
    "duration": ("duration", "duration_seconds"),
    "metadata": ("metadata", "extra_metadata"),
}  # fmt: skip
NAMES = ("agent", "person", "model")
WORDS = ("text", "question", "answer")
SAID = (*WORDS, "transcript")
YES, NO = {"true", "yes", "1"}, {"false", "no", "0"}
MOST_SATISFIED = 5


@dataclass(slots=True)
class Group:
    """The rows of a file that are one conversation: what they say, and what is wrong with them."""

    external_id: str
    numbers: list[int] = field(default_factory=list)
    messages: list[Told] = field(default_factory=list)
    known: dict[str, Any] = field(default_factory=dict)
    people: dict[str, None] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)
    problems: list[RowProblem] = field(default_factory=list)

    def report(self) -> Report:
        person, *others = self.people or ("",)
        return Report(
            session_id=self.external_id,
            agent_config="",
            agent_name=self.known.get("agent") or "Imported agent",
            duration=self.known.get("duration"),
            satisfaction=self.known.get("satisfaction"),
            task_completed=self.known.get("task_completed"),
            details=self.details or None,
            channel=Channel.IMPORTED,
            person=person,
            others=tuple(others),
            messages=tuple(self.messages),
        )


METADATA = re.compile(r"metadata\..")


def guessed(table: Table) -> dict[str, str]:
    """Return a target for each column, from its name; what nothing is known of becomes metadata."""
    found: dict[str, str] = {}
    for column in table.columns:
        name = plain_name(column)
        target = next((one for one, names in GUESSES.items() if name in names and one not in found.values()), "")
        found[column] = target or (column if METADATA.match(column) else f"metadata.{column}")
    return found


def check(targets: Targets, table: Table, *, is_guess: bool = False) -> None:
    """Raise InvalidInput for a mapping that makes no conversations; one that `is_guess` may still be mended."""
    used = check_columns(targets, table)
    for target in used:
        head, dot, name = target.partition(".")
        if head not in GUESSES or (dot and (head != "metadata" or not name)):
            raise InvalidInput(f"“{target}” is no part of a conversation.")
    if not is_guess and not set(SAID) & {*used}:
        raise InvalidInput("No column becomes what was said.", hint="Map one to text, question, answer or transcript.")


def groups_of(table: Table, targets: Targets) -> Iterator[Group]:
    """Yield the conversations of a file in the order of their first rows. Rows without an id are one each."""
    used = [(at, targets.get(column, LEFT_OUT)) for at, column in enumerate(table.columns)]
    used = [(at, target) for at, target in used if target]
    groups, alike = dict[str, Group](), Counter[str]()
    for number, cells in zip(table.numbers, table.rows, strict=True):
        held = {target: _held(cells[at], table) for at, target in used if is_filled(cells[at])}
        flaws = {target: words for target, one in held.items() if (words := next(flaws_of(one), ""))}
        values = {target: storable(one) for target, one in held.items() if target not in flaws}
        external_id = str(values.pop("conversation_id", "")).strip()
        name = external_id or _digest(values, alike)
        known = groups.setdefault(name, Group(name))
        known.numbers.append(number)
        found = flaws.items() or _taken(known, values)
        known.problems += [RowProblem(number, name, words) for name, words in found]
        if len(external_id) > MAX_ID:
            known.problems.append(RowProblem(number, "conversation_id", f"It has more than {MAX_ID} characters."))
        if len(known.messages) > MAX_MESSAGES:
            known.problems.append(RowProblem(number, "", f"A conversation has at most {MAX_MESSAGES:,} messages."))
            known.messages.clear()
    yield from groups.values()


def _held(cell: Any, table: Table) -> Any:
    if isinstance(cell, str) and written_as_text(table):
        text, held = unwritten(cell, table.kind)
        return text if held is None else held
    return cell


def _digest(values: Mapping[str, Any], alike: Counter[str]) -> str:
    """Return an id for a row without one: the same row of the same file is known again, one just like it is another."""
    written = json.dumps(values, ensure_ascii=False, sort_keys=True, default=str)
    digest = hashlib.blake2b(written.encode(), digest_size=16).hexdigest()
    alike[digest] += 1
    return f"row-{digest}" if alike[digest] == 1 else f"row-{digest}-{alike[digest]}"


def _taken(group: Group, values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Add a row to its conversation; yield what is wrong with it."""
    shared: dict[str, Any] = {}
    for name in NAMES:
        shared[name] = str(values.get(name, "")).strip()
    yield from _too_long(values, shared)
    for name, convert in CONVERSIONS.items():
        if name in values:
            try:
                shared[name] = convert(values[name])
            except ValueError as error:
                yield name, str(error)
    if shared["person"]:
        group.people[shared["person"]] = None
    for name in ("agent", "duration", "satisfaction", "task_completed"):
        if shared.get(name) not in (None, ""):
            group.known[name] = shared[name]
    group.details |= _metadata(values)
    said = list(_said(values, shared))
    if not said:
        yield "", "Nothing is said in it."
    group.messages += said


def _metadata(values: Mapping[str, Any]) -> dict[str, Any]:
    details: dict[str, Any] = {}
    for target, value in values.items():
        head, dot, name = target.partition(".")
        if head == "metadata":
            details |= {name: value} if dot else value if isinstance(value, dict) else {"metadata": value}
    return details


def _too_long(values: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for most, texts in ((MAX_ID, names), (MAX_TEXT, {name: _text(values.get(name)) for name in WORDS})):
        for name, text in texts.items():
            if len(text) > most:
                yield name, f"It has more than {most:,} characters."


def _said(values: Mapping[str, Any], shared: Mapping[str, Any]) -> Iterator[Told]:
    at = shared.get("at")
    answered = {
        "model": shared["model"], "tokens_in": shared.get("tokens_in", 0), "tokens_out": shared.get("tokens_out", 0),
        "cost": shared.get("cost", Decimal(0)), "latency_ms": shared.get("latency_ms", 0),
    }  # fmt: skip
    if (transcript := values.get("transcript")) is not None:
        whole = {"messages": transcript} if isinstance(transcript, list) else transcript
        yield from messages_in(whole) if isinstance(whole, dict) else ()
    if question := _text(values.get("question")):
        yield Told(Role.USER, question, at, author=shared["person"])
    if answer := _text(values.get("answer")):
        yield Told(Role.ASSISTANT, answer, at, **answered)
    if text := _text(values.get("text")):
        role = shared.get("role", Role.USER)
        author = shared["person"] if role is Role.USER else ""
        yield Told(role, text, at, author=author, **(answered if role is Role.ASSISTANT else {}))


def _text(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False)


def _role(value: Any) -> Role:
    if found := ROLES.get(str(value).strip().lower()):
        return found
    raise ValueError(f"A role is one of {', '.join(sorted(ROLES))}.")


def _number(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not 0 <= number <= MAX_COUNT:
        raise ValueError("It is a number from 0 on.")
    return number


def _cost(value: Any) -> Decimal:
    cost = Decimal(str(_number(value)))
    if cost > MAX_COST:
        raise ValueError(f"It is more than ${MAX_COST:,}: costs are told in dollars.")
    return cost


def _moment(value: Any) -> Any:
    text = value.strip() if isinstance(value, str) else value
    # Eight digits are a day, 20261122: as seconds they would lie within the first years after 1970.
    is_number = isinstance(text, str) and text.isdecimal() and len(text) != len("20261122")
    found = moment_of(float(text) if is_number else text)
    if found is None:
        raise ValueError("A time is written as 2026-11-22T09:30:00Z, or in seconds since 1970.")
    return found


def _truth(value: Any) -> bool:
    written = str(value).strip().lower()
    if written not in YES | NO:
        raise ValueError("It is true or false.")
    return written in YES


def _satisfaction(value: Any) -> int:
    with suppress(ValueError):
        number = _number(value)
        if number == int(number) and 1 <= number <= MOST_SATISFIED:
            return int(number)
    raise ValueError("Satisfaction is a whole number from 1 (not at all) to 5.")


CONVERSIONS = {
    "role": _role,
    "at": _moment,
    "tokens_in": lambda value: int(_number(value)),
    "tokens_out": lambda value: int(_number(value)),
    "cost": _cost,
    "latency_ms": lambda value: int(_number(value)),
    "duration": _number,
    "satisfaction": _satisfaction,
    "task_completed": _truth,
}
