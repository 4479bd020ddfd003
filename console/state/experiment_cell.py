"""One answer of an experiment in full: what was asked, with what, what came of it, and why it scored as it did."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.experiments.types import HAS_UNPRICED, IN_VAIN, Cell, CellStatus, OpenedCell
from backend.operator import Permission
from backend.written import figure
from console import routes
from console.state import formats
from console.state.experiment import ExperimentState
from console.state.experiment_compared import ScoreLine, score_line, why
from console.state.run_values import Values, messages, values
from console.state.seat import Seated

STATES = {"done": ("ok", "Done"), "failed": ("fail", "Failed"), "skipped": ("skip", "Skipped"),
          "running": ("run", "Running"), "answered": ("run", "Being scored")}  # fmt: skip
ENDED = ("done", "failed")
NOT_YET = ("idle", "Not asked yet")


@dataclass(frozen=True)
class Fact:
    name: str
    words: str


@dataclass(frozen=True)
class JudgeLine:
    """What one of several judges said, and why; or what kept it from it, with the reply that nobody understood."""

    model: str
    words: str
    why: str
    said: str = ""


@dataclass(frozen=True)
class ScoredLine:
    """A score with its reason; `of` says how far judges agree. Of several each has a line, in place of `why`.

    `asked` is what each judge was sent, `said` the reply of a single one that nobody understood.
    """

    name: str
    words: str
    mark: str
    why: str
    of: str
    judges: list[JudgeLine]
    asked: Values = field(default_factory=Values)
    said: str = ""


@dataclass(frozen=True)
class CellView:
    """`anew` says of what the question was rendered; empty where `problem` says why it cannot be told.

    `again` where it failed and another try may do better.
    """

    title: str = ""
    mark: str = ""
    words: str = ""
    error: str = ""
    problem: str = ""
    anew: str = ""
    href: str = ""
    again: bool = False
    place: str = ""
    before: int = -1
    behind: int = -1
    facts: list[Fact] = field(default_factory=list)
    given: Values = field(default_factory=Values)
    sent: Values = field(default_factory=Values)
    tools: Values = field(default_factory=Values)
    calls: Values = field(default_factory=Values)
    answer: Values = field(default_factory=Values)
    expected: Values = field(default_factory=Values)
    passages: Values = field(default_factory=Values)
    scores: list[ScoredLine] = field(default_factory=list)


class ExperimentCellState(Seated, rx.State):
    """The answer that is open over the page."""

    opened: rx.Field[bool] = rx.field(False)
    number: rx.Field[int] = rx.field(-1)
    view: rx.Field[CellView] = rx.field(default_factory=CellView)

    @rx.event
    async def open(self, number: int) -> None:
        """Show one answer; those to the same row by the same variant are a step away."""
        operator = await self._operator(Permission.EXPERIMENTS_READ)
        page = await self.get_state(ExperimentState)
        sides = (page.row.old, page.row.new) if page.row else ()
        numbers = next((side.cells for side in sides if number in side.cells), [number])
        found = await services().experiments.cell(operator, page.experiment_id, number)
        view, idle = cell_view(found, numbers, page._units), page.line is not None and page.line.status in ENDED
        self.view, self.opened = replace(view, again=view.again and page.may_edit and idle), True
        self.number = number

    @rx.event
    async def ask_again(self) -> AsyncIterator[Any]:
        """Ask for this answer once more, and for no other."""
        operator = await self._operator(Permission.EXPERIMENTS_RUN)
        page = await self.get_state(ExperimentState)
        await page._show(await services().experiments.retry_one(operator, page.experiment_id, self.number))
        self.opened = False
        yield ExperimentState.watch

    @rx.event
    async def close(self) -> None:
        """Go back to the rows."""
        await self._operator(Permission.EXPERIMENTS_READ)
        self.opened = False


def cell_view(found: OpenedCell, numbers: list[int], units: Mapping[str, str] | None = None) -> CellView:
    """Return the answer as its dialog shows it; `numbers` are of its repetitions, `units` those of `units_of`."""
    cell, at = found.cell, numbers.index(found.cell.number)
    mark, words = STATES.get(cell.status.value, NOT_YET)
    sent = [{"role": role, "content": content} for role, content in found.messages]
    source = f"{found.words} and row {cell.row:04d} as this experiment pinned them"
    return CellView(
        title=f"Row {cell.row:04d}, {cell.variant}",
        mark=mark,
        words=words,
        error=cell.error,
        problem=found.problem,
        anew="" if found.problem else f"Rendered anew from {source}.",
        href=routes.to(routes.RUN, cell.run_id) if cell.run_id else "",
        again=cell.status is CellStatus.FAILED and not cell.detail.get(IN_VAIN),
        place=f"Repetition {at + 1} of {len(numbers)}" if len(numbers) > 1 else "",
        before=numbers[at - 1] if at else -1,
        behind=numbers[at + 1] if at + 1 < len(numbers) else -1,
        facts=_facts(found),
        given=values(found.given if found.kind == "flow" else found.input),
        sent=messages(sent),
        tools=values(list(found.tools)),
        calls=values(list(found.calls)),
        answer=values(cell.detail.get("output") or cell.output or None),
        expected=values(found.expected),
        passages=values(cell.detail.get("passages")),
        scores=[
            _scored(score_line(name, score, (units or {}).get(name, "")), score, found.judged.get(name, []))
            for name, score in cell.scores.items()
        ],
    )


def _facts(found: OpenedCell) -> list[Fact]:
    cell = found.cell
    asked, unpriced = cell.cost - cell.judge_cost, HAS_UNPRICED in cell.detail
    cost = formats.NO_PRICE if unpriced and not asked else formats.money(asked, single=True)
    free = ", without a model that has no price" if unpriced and asked else ""
    told = {
        "Variant": found.words,
        "Model": found.model,
        "Parameters": ", ".join(f"{name} {value}" for name, value in found.parameters.items()),
        "Attempts": formats.count(cell.tries) if cell.tries else "",
        "Tokens": f"{formats.count(cell.tokens_in)} in, {formats.count(cell.tokens_out)} out{_how(cell)}",
        "Cost": f"{cost}{free}",
        "Judges": formats.money(cell.judge_cost, single=True) if cell.judge_cost else "",
        "Time": formats.span(cell.latency_ms) if cell.latency_ms else "",
    }
    return [Fact(name, words) for name, words in told.items() if words]


def _how(cell: Cell) -> str:
    """Say where a number is an estimate, and where an answer has no end."""
    said = {"is_estimated": "estimated", "is_cut": "cut at the longest answer allowed", "is_torn": "torn off"}
    return "".join(f", {words}" for name, words in said.items() if cell.detail.get(name))


def _scored(line: ScoreLine, score: dict[str, Any], asked: list[list[tuple[str, str]]]) -> ScoredLine:
    label, agreement, version = score.get("label"), score.get("agreement"), score.get("rubric_version")
    judges = [_judge(one) for one in score.get("judges", ())]
    order = int(score.get("order", 0))
    of = (
        f"no verdict in order {order}" if order else "",
        str(label) if label and label != line.words else "",
        f"judges agree in {agreement:.0%}" if isinstance(agreement, int | float) else "",
        f"version {version} of the rubric" if version else "",
        f"judged for ${figure(score['cost'])}" if score.get("cost") else "",
    )
    # Without a verdict the error stands in its place already.
    reason = "" if judges or why(score) == line.words else why(score)
    sent = _sent(asked, order)
    return ScoredLine(
        line.name, line.words, line.mark, reason, ", ".join(filter(None, of)), judges, sent, score.get("said", "")
    )


def _sent(asked: list[list[tuple[str, str]]], order: int) -> Values:
    """Draw what a judge was sent: of a pair both orders, and which of them it failed in."""
    plain = [{"role": role, "content": content} for question in asked for role, content in question]
    if len(asked) == 1 and not order:
        return messages(plain)
    marks = [f"order {at}{', no verdict' if at == order else ''}" for at in range(1, len(asked) + 1)]
    told = zip(marks, asked, strict=True)
    drawn = [{"role": f"{mark}: {role}", "content": content} for mark, some in told for role, content in some]
    return replace(messages(drawn), raw=messages(plain).raw)


def _judge(said: dict[str, Any]) -> JudgeLine:
    words = score_line("", {"value": said.get("value")}).words
    label = str(said.get("label") or ("No verdict" if said.get("error") else words if words != "-" else ""))
    return JudgeLine(str(said["model"]), label, why(said), said.get("said", ""))
