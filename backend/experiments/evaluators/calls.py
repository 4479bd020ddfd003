"""Which tools an answer called, and with what."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from backend.experiments.evaluators.base import Case, Evaluator, Help, Score
from backend.experiments.evaluators.json_diff import Compare
from backend.experiments.evaluators.objects import parsed


class ToolCalls(Evaluator):
    """The share of expected calls that were made, in their order where `in_order`.

    `exact` is stricter: all of them, and no other. Calls are expected in `calls`, else in the row: a list of
    `{"name", "arguments"?}`, or an object with that list under `tool_calls`. Without arguments any will do.
    """

    kind: ClassVar[str] = "tool_calls"
    calls: list[dict[str, Any]] | None = Field(
        default=None, max_length=50, description='A list of {"name", "arguments"}, in place of the row\'s own.'
    )
    mode: Literal["any", "exact"] = "exact"
    in_order: bool = True

    @property
    def reads(self) -> str:
        return "steps"

    async def measure(self, case: Case, aid: Help) -> Score:  # noqa: ARG002
        wanted = [_call(one) for one in (self.calls if self.calls is not None else _expected(case.expected))]
        made = [_call(one) for one in case.tool_calls]
        met = _met(wanted, made, in_order=self.in_order)
        told = f"Called: {', '.join(name for name, _ in made) or 'nothing'}."
        if self.mode == "exact":
            holds = met == len(wanted) == len(made)
            return Score(float(holds), holds, reason="" if holds else told)
        share = met / len(wanted) if wanted else float(not made)
        return Score(share, share == 1.0, reason="" if share == 1.0 else told)


def _expected(expected: Any) -> list[Any]:
    value = parsed(expected)
    if isinstance(value, dict):
        value = value.get("tool_calls", [value] if "name" in value else [])
    return value if isinstance(value, list) else [] if value is None else [value]


def _call(one: Any) -> tuple[str, Any]:
    """Return a call's name and arguments, None where any will do."""
    if isinstance(one, dict):
        return str(one.get("name", one.get("tool", ""))), one.get("arguments")
    return str(one), None


def _met(wanted: list[tuple[str, Any]], made: list[tuple[str, Any]], *, in_order: bool) -> int:
    left, met = list(made), 0
    for name, arguments in wanted:
        for at, (called, given) in enumerate(left):
            if called == name and (arguments is None or Compare().are_same(given, arguments)):
                met += 1
                left = left[at + 1 :] if in_order else left[:at] + left[at + 1 :]
                break
    return met
