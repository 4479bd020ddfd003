"""The page of one prompt: versions, labels, wishes and parameters as it draws them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from pydantic import ValidationError

from backend.errors import InvalidInput
from backend.experiments.types import PromptStanding, VersionElsewhere, VersionStanding
from backend.plain_json import NotPlain, read_json
from backend.prompts.types import Approval, Content, Entered, Holes, Label, LabelMove, Message, Use, Version
from console import routes
from console.state import formats
from console.state.evidence import evidence_in, words_of
from console.state.refusals import RefusalLine, refusal_words

DRAFT = 0
NUMBERS = {"temperature": float, "max_tokens": int}
JSONS = ("tools", "response_schema")
KIND_WORDS = {"text": "text", "list": "list", "object": "object", "boolean": "yes or no", "messages": "messages"}


@dataclass(frozen=True)
class VersionLine:
    """A version in the list; number 0 is what is being edited. `score` is the share of rows that passed with it.

    `elsewhere` says why one that was measured has none. It `is_weak` where production did clearly better.
    """

    number: int
    name: str
    labels: list[str]
    comment: str
    by: str
    when: str
    exact: str
    evidence: str = ""
    score: str = ""
    scored: str = ""
    elsewhere: str = ""
    is_weak: bool = False


@dataclass(frozen=True)
class UseLine:
    words: str
    href: str


@dataclass(frozen=True)
class HoleLine:
    """A value that the prompt needs; `kind` is a word of the screen."""

    name: str
    kind: str
    required: bool


@dataclass(frozen=True)
class SaidLine:
    """A message as it goes to the model."""

    role: str
    text: str


@dataclass(frozen=True)
class LabelLine:
    """A label; `back` is the version that it pointed at before, empty where there is none."""

    name: str
    version: str
    moved: str
    exact: str
    back: str
    protected: bool


@dataclass(frozen=True)
class MoveLine:
    """A move of a label. `evidence` is the address of the experiment that its comment names."""

    words: str
    comment: str
    by: str
    when: str
    exact: str
    evidence: str = ""


@dataclass(frozen=True)
class WishLine:
    """A wish to move a label. `own` may take it back; `may_decide` may approve and refuse, `is_alone` nobody may."""

    id: str
    lead: str
    comment: str
    own: bool
    may_decide: bool
    why_not: str
    evidence: str = ""
    is_alone: bool = False


def version_line(
    version: Version, zone: tzinfo, at: datetime, did: VersionStanding | VersionElsewhere | None = None
) -> VersionLine:
    """Return the line; `did` is how the version did in the last experiment that is comparable, else in another one."""
    when = formats.clock(version.created_at, zone, at)
    score, scored = _score(did) if isinstance(did, VersionStanding) else ("", "")
    elsewhere = ""
    if isinstance(did, VersionElsewhere):
        elsewhere = f"Measured {did.how} in {did.experiment_name}, so it has no score to compare."
    return VersionLine(
        number=version.number,
        name=f"v{version.number}",
        labels=list(version.labels),
        comment=words_of(version.comment),
        by=version.created_by,
        when=when.rpartition(":")[0] if when.count(":") > 1 else when,
        exact=formats.exact(version.created_at, zone),
        evidence=evidence_in(version.comment),
        score=score,
        scored=scored,
        elsewhere=elsewhere,
    )


def _score(did: VersionStanding) -> tuple[str, str]:
    """Return the share of rows that passed, and of what: "88.8 %", "213 of 240 rows pass, v18 in Support answer"."""
    rows = formats.counted(did.num_rows, "row")
    words = f"{formats.count(did.num_passed)} of {rows} pass, {did.variant} in {did.experiment_name}"
    return f"{100 * did.num_passed / did.num_rows:.1f} %", words


def scored_words(found: PromptStanding | None) -> str:
    """Say by what versions were scored, and over how many rows at most: "Correct, 240 rows"."""
    if found is None:
        return ""
    return f"{found.metric}, {formats.counted(max(one.num_rows for one in found.versions), 'row')}"


def draft_line(latest: int) -> VersionLine:
    return VersionLine(DRAFT, f"v{latest + 1}", ["not saved"], "What you are editing", "", "", "")


def use_line(use: Use) -> UseLine:
    what = f"v{use.version}" if use.version is not None else use.follows
    address = {"flow": routes.FLOW, "experiment": routes.EXPERIMENT}.get(use.kind, routes.PROMPT)
    place = f" {use.place}" if use.kind == "flow" and use.place else ""
    draft = " in its draft" if use.draft else ""
    return UseLine(f"{use.name}{place} {'used' if use.past else 'uses'} {what}{draft}", routes.to(address, use.id))


def use_lines(uses: Sequence[Use], *, past: bool) -> list[UseLine]:
    """Return who uses it now, or did before, each once: of experiments of one name the newest, with how many."""
    found: dict[str, list[str]] = {}
    for line in (use_line(one) for one in uses if one.past is past):
        hrefs = found.setdefault(line.words, [])
        hrefs += [line.href] if line.href not in hrefs else []
    return [
        UseLine(f"{words} ({formats.count(len(hrefs))} times)" if len(hrefs) > 1 else words, hrefs[0])
        for words, hrefs in found.items()
    ]


def used_words(uses: Sequence[Use]) -> str:
    """Say who uses it now in a few words, each once: "Used by Support desk and 2 others"."""
    names = list(dict.fromkeys(use.name for use in uses if not use.past))
    if not names:
        return ""
    more = f" and {formats.counted(len(names) - 1, 'other')}" if len(names) > 1 else ""
    return f"Used by {names[0]}{more}"


def hole_lines(holes: Holes) -> list[HoleLine]:
    places = [HoleLine(name, KIND_WORDS["messages"], required=True) for name in holes.placeholders]
    return [*(HoleLine(one.name, KIND_WORDS[one.kind], one.required) for one in holes.variables), *places]


def said_lines(messages: Sequence[Message]) -> list[SaidLine]:
    return [SaidLine(one.role.capitalize(), one.content) for one in messages]


def label_line(label: Label, zone: tzinfo, at: datetime) -> LabelLine:
    return LabelLine(
        name=label.name,
        version=f"v{label.version}",
        moved=f"{label.moved_by}, {formats.day(label.moved_at, zone, at)}",
        exact=formats.exact(label.moved_at, zone),
        back=f"v{label.previous}" if label.previous is not None else "",
        protected=label.is_protected,
    )


def move_line(move: LabelMove, zone: tzinfo, at: datetime) -> MoveLine:
    if move.version is None:
        words = f"{move.label} taken off v{move.from_version}"
    else:
        origin = f" from v{move.from_version}" if move.from_version is not None else ""
        words = f"{move.label} to v{move.version}{origin}"
    by = f"{move.by}, approved by {move.approved_by}" if move.approved_by else move.by
    when, exact = formats.day(move.at, zone, at), formats.exact(move.at, zone)
    return MoveLine(words, words_of(move.comment), by, when, exact, evidence_in(move.comment))


def wish_line(
    approval: Approval, user_id: str, *, may_approve: bool, gate: str = "", is_alone: bool = False
) -> WishLine:
    """Return the line; `gate` says why it could not be approved now, `is_alone` that there is nobody who could."""
    origin = f" from v{approval.from_version}" if approval.from_version is not None else ""
    lead = f"{approval.asked_by} asks to move {approval.label}{origin} to v{approval.version}."
    is_own = user_id in {approval.asked_by_id, approval.author_id}
    why_not = "Nobody approves their own change." if is_own else "Reviewers and above decide."
    may = may_approve and not is_own
    own = user_id == approval.asked_by_id
    why = "" if may else why_not
    said = "\n".join(filter(None, (words_of(approval.comment), gate)))
    return WishLine(approval.id, lead, said, own, may, why, evidence_in(approval.comment), is_alone)


def refusal_line(refused: Approval, user_id: str, zone: tzinfo, now: datetime) -> RefusalLine:
    stays = "not set" if refused.from_version is None else f"still v{refused.from_version}"
    return RefusalLine(
        id=refused.id,
        lead=f"{refused.label} is {stays}: v{refused.version} was refused.",
        words=refusal_words(refused.decided_by, refused.decided_at, refused.reason, zone, now),
        exact=formats.exact(refused.decided_at, zone) if refused.decided_at else "",
        own=user_id == refused.asked_by_id,
    )


def seed_of(content: Content) -> dict[str, Any]:
    """Return what the editor opens with."""
    return {"kind": content.kind, "text": content.text, "messages": [one.model_dump() for one in content.messages]}


def edited(content: Content, document: dict[str, Any]) -> Content:
    """Return the content with the text or the messages that the editor sent. Raise InvalidInput."""
    name = "text" if content.kind == "text" else "messages"
    return _valid({**content.as_json(), name: document.get(name)}, name)


def with_parameter(content: Content, name: str, written: str) -> Content:
    """Return the content with a parameter as somebody typed it; empty takes it out. Raise InvalidInput."""
    text = written.strip()
    value: Any = text
    if name in NUMBERS:
        value = _number(name, text) if text else None
    elif name in JSONS:
        empty = [] if name == "tools" else None
        value = _json(name, text) if text else empty
    elif name in {"voice", "instructions"}:
        value = text or None
    return _valid({**content.as_json(), name: value}, name)


def parameters_of(content: Content) -> dict[str, str]:
    """Return the parameters as their fields show them."""
    given = content.as_json()
    shown = {name: "" if given[name] is None else str(given[name]) for name in (*NUMBERS, "voice", "instructions")}
    tools = json.dumps(given["tools"], indent=2, ensure_ascii=False) if content.tools else ""
    schema = given["response_schema"]
    written = "" if schema is None else json.dumps(schema, indent=2, ensure_ascii=False)
    return {**shown, "model": content.model, "tools": tools, "response_schema": written}


def _number(name: str, text: str) -> float:
    try:
        return NUMBERS[name](text)
    except ValueError as error:
        words = "A whole number." if name == "max_tokens" else "A number, such as 0.8."
        raise InvalidInput(words, fields={name: words}) from error


def _json(name: str, text: str) -> Any:
    try:
        return read_json(text)
    except NotPlain as error:
        raise InvalidInput(f"It {error}.", fields={name: f"It {error}."}) from error
    except ValueError as error:
        words = f"This is not JSON: {error}."
        raise InvalidInput(words, fields={name: words}) from error


def _valid(values: dict[str, Any], name: str) -> Content:
    try:
        Entered.model_validate(values)
        return Content.model_validate(values)
    except ValidationError as error:
        words = f"{error.errors()[0]['msg'].removeprefix('Value error, ')}."
        raise InvalidInput(words, fields={name: words}) from error
