"""What a machine reads, line by line, and what changed in it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import reflex as rx

Mark = Literal["", "add", "del", "cur"]
SIGNS: dict[str, str] = {"add": "+", "del": "\u2212"}


@dataclass(frozen=True)
class Line:
    """A line of code: its number as text, what was done to it, and its text."""

    number: str
    mark: Mark
    text: str


def code_lines(text: str) -> list[Line]:
    """Cut a text into numbered lines."""
    return [Line(str(place), "", line) for place, line in enumerate(text.split("\n"), start=1)]


def diff_lines(before: str, after: str) -> list[Line]:
    """Compare two texts line by line: removed lines carry the old number, all others the new one."""
    old, new = before.split("\n"), after.split("\n")
    lines: list[Line] = []
    for act, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if act == "equal":
            lines += [Line(str(j + 1), "", new[j]) for j in range(j1, j2)]
            continue
        lines += [Line(str(i + 1), "del", old[i]) for i in range(i1, i2)]
        lines += [Line(str(j + 1), "add", new[j]) for j in range(j1, j2)]
    return lines


def code(lines: Iterable[Line] | rx.Var[Any], label: str = "Code") -> rx.Component:
    """Draw lines with their numbers. Long ones wrap."""
    drawn = rx.foreach(lines, _var_line) if isinstance(lines, rx.Var) else rx.fragment(*map(_line, lines))
    return rx.el.div(drawn, class_name="code", role="group", aria_label=label, tab_index=0)


def diff_view(before: str, after: str) -> rx.Component:
    """Draw what changed between two known texts; for texts in state, keep `diff_lines` in a var and draw `code`."""
    return code(diff_lines(before, after), label="Differences")


def _line(line: Line) -> rx.Component:
    return rx.fragment(
        rx.el.span(line.number, class_name="ln"),
        rx.el.span(rx.el.span(SIGNS.get(line.mark, ""), class_name="sg"), line.text, class_name=f"l {line.mark}"),
    )


def _var_line(line: Any) -> rx.Component:
    sign = rx.match(line["mark"], *SIGNS.items(), "")
    return rx.fragment(
        rx.el.span(line["number"], class_name="ln"),
        rx.el.span(rx.el.span(sign, class_name="sg"), line["text"], class_name=rx.Var.create("l ") + line["mark"]),
    )
