"""Rows of an experiment side by side, with the words that differ and the reasons of the scores."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any

from backend.experiments.types import (
    COST,
    HAS_UNPRICED,
    LATENCY,
    LATENCY_P50,
    QUESTIONS,
    Cell,
    ComparedRow,
    Draft,
    kind_of,
    numbered,
)
from backend.written import figure
from console import routes
from console.state import formats
from console.state.experiment_repeated import tally
from console.state.matching import parts_of

CHANGES = {"broken": "Broken", "fixed": "Fixed", "both_pass": "Both pass", "both_fail": "Both fail", "other": ""}
CHANGE_MARKS = {"broken": "fail", "fixed": "ok", "both_pass": "ok", "both_fail": "fail", "other": ""}
# What a judge of pairs said of an answer, and what stands for the baseline that the others were judged beside.
PAIRS = {("variant", 1.0): "Won", ("equal", 0.5): "Tied", ("baseline", 0.0): "Lost", ("baseline", 0.5): "Baseline"}
WORDS_AND_BLANKS = re.compile(r"\s+|\S+")
SHOWN_CHARACTERS = 4_000
SHOWN_REASON = 160
SHOWN_QUESTION = 300
SHOWN_ROW = 2_000
UNITS = {LATENCY: "ms", LATENCY_P50: "ms", COST: "$"}


@dataclass(frozen=True)
class Word:
    """A stretch of an answer: shared, or only here."""

    text: str
    own: bool


@dataclass(frozen=True)
class ScoreLine:
    """A score of an answer; `mark` is empty where it neither passes nor fails, `at` says from which score it passes."""

    name: str
    words: str
    mark: str
    at: str = ""


@dataclass(frozen=True)
class SideLine:
    """What one variant did with a row: the score that is looked at, the first answer, and all its scores.

    `cells` are the numbers of its answers, one for each repetition.
    """

    words: str
    mark: str
    said: list[Word]
    took: str
    reason: str
    href: str
    scores: list[ScoreLine]
    cells: list[int]


@dataclass(frozen=True)
class RowLine:
    """One row beside the baseline. `given` is all of its input, `source` the row as JSON where that is more."""

    row: int
    number: str
    question: str
    given: str
    expected: str
    source: str
    mark: str
    words: str
    why: str
    old: SideLine
    new: SideLine


def units_of(draft: Draft) -> dict[str, str]:
    """Return in what the scores of each metric count that has a unit, by its name: time and money without asking."""
    kinds = [str(kind_of(one)) for one in draft.evaluators]
    names = numbered(str(one.get("name") or kind) for one, kind in zip(draft.evaluators, kinds, strict=True))
    unasked = {name: unit for name, unit in UNITS.items() if name not in names}
    return unasked | {name: UNITS[kind] for name, kind in zip(names, kinds, strict=True) if kind in UNITS}


def row_line(
    one: ComparedRow, metric: str, units: Mapping[str, str] | None = None, marks: Mapping[str, str] | None = None
) -> RowLine:
    """Return the row; `units` are those that `units_of` its experiment, `marks` its pass marks in words."""
    units, marks = units or {}, marks or {}
    old, new = _first(one.baseline_cells), _first(one.cells)
    said = word_diff(_said(old), _said(new))
    sides = (
        _side(one.baseline_cells, one.baseline_value, metric, (units, marks), said[0]),
        _side(one.cells, one.value, metric, (units, marks), said[1]),
    )
    return RowLine(
        row=one.row,
        number=f"{one.row:04d}",
        question=text_of(one.input)[:SHOWN_QUESTION],
        given=lines_of(one.input)[:SHOWN_ROW],
        expected=lines_of(one.expected)[:SHOWN_ROW],
        source="\n".join(filter(None, (json_of(one.input), json_of(one.expected))))[:SHOWN_ROW],
        mark=CHANGE_MARKS[one.change],
        words=CHANGES[one.change],
        why=(sides[1].reason or sides[0].reason)[:SHOWN_REASON],
        old=sides[0],
        new=sides[1],
    )


def _side(
    cells: Sequence[Cell],
    value: float | None,
    metric: str,
    read: tuple[Mapping[str, str], Mapping[str, str]],
    said: list[Word],
) -> SideLine:
    cell, (units, marks) = _first(cells), read
    if cell is None:
        return SideLine("-", "", said, "", "", "", [], [])
    scores = [
        replace(score_line(name, score, units.get(name, "")), at=marks.get(name, ""))
        for name, score in cell.scores.items()
    ]
    shown = next((one for one in scores if one.name == metric), None)
    # Of several repetitions it is shown how many pass, or their mean, for they may differ.
    is_whole = shown is not None and value is not None and value == cell.scores[metric].get("value")
    unscored = (
        ("fail", "Failed")
        if cell.error and value is None
        else (
            "",
            tally(cells, metric) or _number(value, units.get(metric, "")),
        )
    )
    mark, words = (shown.mark, shown.words) if shown and is_whole else unscored
    cost = formats.answer_price(cell.cost - cell.judge_cost, unpriced=HAS_UNPRICED in cell.detail)
    judged = f", judges {formats.answer_price(cell.judge_cost)}" if cell.judge_cost else ""
    return SideLine(
        words=words,
        mark=mark,
        said=said,
        took=f"{formats.span(cell.latency_ms)}, {cost}{judged}",
        reason=cell.error or why(cell.scores.get(metric, {})),
        href=routes.to(routes.RUN, cell.run_id) if cell.run_id else "",
        scores=scores,
        cells=[one.number for one in cells],
    )


def why(score: dict[str, Any]) -> str:
    return str(score.get("error") or score.get("reason") or "")


def score_line(name: str, score: dict[str, Any], unit: str = "") -> ScoreLine:
    value, passed = score.get("value"), score.get("passed")
    if value is None:
        return ScoreLine(name, str(score.get("label") or score.get("error") or "-"), "")
    mark = "" if passed is None else "ok" if passed else "fail"
    if passed is None and (told := PAIRS.get((str(score.get("label", "")), float(value)))):
        return ScoreLine(name, told, "")
    words = {"ok": "Pass", "fail": "Fail"}.get(mark, "") if value in (0, 1) else _number(value, unit)
    return ScoreLine(name, words or _number(value, unit), mark)


def _first(cells: Sequence[Cell]) -> Cell | None:
    return cells[0] if cells else None


def _said(cell: Cell | None) -> str:
    return cell.output[:SHOWN_CHARACTERS] if cell else ""


def text_of(value: Any) -> str:
    """Return what a person reads of a row's input in one line: its question, else each field by its name."""
    asked = next((name for name in QUESTIONS if name in value), "") if isinstance(value, dict) else ""
    if asked:
        return _plain(value[asked])
    named = isinstance(value, dict)
    return ", ".join(f"{name}: {_plain(one)}" for name, one in value.items()) if named else _plain(value)


def lines_of(value: Any) -> str:
    """Return all of a row's value: a lone text as it is, else a line for each field."""
    return "\n".join(_fields(value))


def json_of(value: Any) -> str:
    """Return a row's value as a program reads it; empty where its text says all of it."""
    lone = next(iter(value.values())) if isinstance(value, dict) and len(value) == 1 else value
    return "" if isinstance(lone, str | None) else json.dumps(value, ensure_ascii=False, indent=2)


def _fields(value: Any) -> list[str]:
    if not isinstance(value, dict):
        return [_plain(value)]
    return [_plain(one) if len(value) == 1 else f"{name}: {_plain(one)}" for name, one in value.items()]


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)


def _number(value: float | None, unit: str = "") -> str:
    if value is None or not unit:
        return "-" if value is None else figure(value)
    return formats.span(value) if unit == "ms" else formats.answer_price(Decimal(str(value)))


def word_diff(old: str, new: str) -> tuple[list[Word], list[Word]]:
    """Return both texts in stretches of words that they share and that are their own."""
    left, right = (WORDS_AND_BLANKS.findall(text) for text in (old, new))
    found: tuple[list[tuple[str, bool]], list[tuple[str, bool]]] = ([], [])
    for part in parts_of(left, right):
        found[0].extend((word, not part.is_shared) for word in left[part.old_from : part.old_to])
        found[1].extend((word, not part.is_shared) for word in right[part.new_from : part.new_to])
    return _stretches(found[0]), _stretches(found[1])


def _stretches(words: list[tuple[str, bool]]) -> list[Word]:
    """Put words of one kind together; a blank between two that are not shared is not shared either."""
    owns = [own for _, own in words]
    for at in range(1, len(words) - 1):
        if words[at][0].isspace() and owns[at - 1] and owns[at + 1]:
            owns[at] = True
    marked = zip((word for word, _ in words), owns, strict=True)
    return [Word("".join(word for word, _ in some), own) for own, some in groupby(marked, key=itemgetter(1))]
