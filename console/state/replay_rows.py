"""The columns of a replay, ready to draw: the answer as it was, and those of now."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Literal, cast

from backend.turns.types import Replayable, ReplayColumn, ReplayDone, ReplayEvent, ReplayStep, ReplayText
from console import routes
from console.state import formats
from console.state.experiment_compared import Word, word_diff
from console.state.forms import Choice

LETTERS = "ABCDEF"
SAME, DRAFT = "same", "draft"
SETTINGS = ("version", "prompt", "model")


@dataclass(frozen=True)
class DeedLine:
    """What the flow did on the outside."""

    plate: str
    title: str
    words: str


@dataclass(frozen=True)
class AskedLine:
    """The answer as it was."""

    text: str = ""
    error: str = ""
    what: str = ""
    time: str = ""
    tokens: str = ""
    cost: str = ""
    href: str = ""
    tools: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class ReplayLine:
    """One column. An empty prompt or model is as it was then; `said` are the words, with what the old answer lacks."""

    letter: str
    version: str = SAME
    prompt: str = ""
    model: str = ""
    state: str = "queued"
    words: str = "Not asked yet"
    text: str = ""
    said: list[Word] = field(default_factory=list)
    time: str = ""
    tokens: str = ""
    cost: str = ""
    used: str = ""
    href: str = ""
    tools: list[str] = field(default_factory=list)
    spent: float = 0.0
    is_unpriced: bool = False
    node: str = ""


def asked_line(found: Replayable) -> AskedLine:
    answer, run = found.turn.answer, found.ran.run if found.ran else None
    version = "draft" if run and not run.version else f"v{answer.version}" if answer.version else ""
    prompt = f"{found.prompt.name} v{found.prompt.version}" if found.prompt else ""
    tokens = answer.tokens_in or answer.tokens_out
    unpriced = run.usage.has_unpriced if run else not answer.cost
    return AskedLine(
        text=answer.text,
        error=answer.error,
        what=", ".join(filter(None, (found.turn.conversation.flow_name, version, prompt, answer.model))),
        time=formats.span(answer.latency_ms) if answer.latency_ms or run else "",
        tokens=f"{answer.tokens_in:,} in, {answer.tokens_out:,} out" if tokens else "",
        cost=formats.answer_price(answer.cost, unpriced=unpriced) if tokens else "",
        href=routes.to(routes.RUN, run.id) if run else "",
        tools=[*found.tools],
    )


def version_choices(found: Replayable) -> list[Choice]:
    """Return the versions of the flow; empty where no flow runs."""
    if found.ran is None:
        return []
    then = f"v{found.ran.run.version}" if found.ran.run.version else "the draft of then"
    numbers = [Choice(str(one), f"v{one}") for one in found.versions if one != found.ran.run.version]
    return [Choice(SAME, f"As it was, {then}"), *numbers, Choice(DRAFT, "The draft of now")]


def prompt_choices(found: Replayable) -> list[Choice]:
    """Return the versions of the prompt that was asked with; empty without one."""
    if found.prompt is None:
        return []
    others = [one for one in found.prompt.versions if one != found.prompt.version]
    asked = f"{found.prompt.name} v{found.prompt.version}"
    return [Choice("", f"As it was, {asked}"), *(Choice(str(one), f"{found.prompt.name} v{one}") for one in others)]


def offered(found: Replayable) -> list[ReplayLine]:
    """Return what stands there first: the turn as it was, and beside it what would answer today."""
    columns = [ReplayLine("")]
    if found.ran and found.versions and found.versions[0] != found.ran.run.version:
        columns.append(ReplayLine("", str(found.versions[0])))
    elif found.prompt and found.prompt.versions[0] != found.prompt.version:
        columns.append(ReplayLine("", prompt=str(found.prompt.versions[0])))
    return lettered(columns)


def lettered(columns: list[ReplayLine]) -> list[ReplayLine]:
    return [replace(one, letter=LETTERS[at]) for at, one in enumerate(columns)]


def blank(column: ReplayLine, **changes: str) -> ReplayLine:
    """Return the column without its answer."""
    return ReplayLine(**{name: getattr(column, name) for name in ("letter", *SETTINGS)} | cast(dict[str, Any], changes))


def begun(column: ReplayLine) -> ReplayLine:
    return replace(blank(column), state="run", words="Asking")


def stopped(column: ReplayLine) -> ReplayLine:
    return replace(column, state="wait", words="Stopped") if column.state == "run" else column


def column_of(line: ReplayLine) -> ReplayColumn:
    version: int | Literal["same", "draft"] = "draft" if line.version == DRAFT else SAME
    if line.version.isascii() and line.version.isdigit():
        version = int(line.version)
    return ReplayColumn(version, line.model, int(line.prompt) if line.prompt.isdigit() else None)


def heard(column: ReplayLine, event: ReplayEvent, was: str) -> ReplayLine:
    """Return the column after one more event."""
    match event:
        case ReplayText(text, node):
            text = f"{column.text}{text}" if node == column.node else text
            return replace(column, words="Answering", text=text, node=node)
        case ReplayStep(plate, words):
            return replace(column, words=f"{plate:02} {words}")
        case ReplayDone():
            return _ended(column, event, was)


def _ended(column: ReplayLine, done: ReplayDone, was: str) -> ReplayLine:
    counted = done.tokens_in or done.tokens_out
    same = not done.error and done.text == was
    return replace(
        column,
        state="fail" if done.error else "ok",
        words=done.error or ("The same words" if same else "Done"),
        text=done.text,
        said=word_diff(was, done.text)[1] if done.text else [],
        time=formats.span(done.total_ms) if done.total_ms or done.run_id else "",
        tokens=f"{done.tokens_in:,} in, {done.tokens_out:,} out" if counted else "",
        cost=formats.answer_price(done.cost, unpriced=done.has_unpriced) if counted else "",
        used=done.model,
        href=routes.to(routes.RUN, done.run_id) if done.run_id else "",
        tools=[*done.tools],
        spent=float(done.cost),
        is_unpriced=done.has_unpriced,
    )


def total(columns: list[ReplayLine]) -> str:
    """Say how many columns ended well and what all of them cost."""
    ended = [one for one in columns if one.state in ("ok", "fail")]
    if not ended:
        return ""
    well = sum(one.state == "ok" for one in ended)
    unpriced = sum(one.is_unpriced for one in ended)
    cost = formats.summed(Decimal(str(sum(one.spent for one in ended))), unpriced, single=True)
    return f"{well} of {len(columns)} answered, {cost}"
