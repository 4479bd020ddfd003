"""Evaluators of answers that are JSON: can be read, follows a schema, equal in a field or in all."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any, ClassVar

from pydantic import Field

from backend.experiments.evaluators.base import YES, Case, Evaluator, Help, Score, no
from backend.experiments.evaluators.json_diff import MISSING, Compare, told

_STEP = re.compile(r"\[(-?\d+)\]|\[?['\"]([^'\"]+)['\"]\]?|([^.\[\]]+)")
FENCE = "```"
MAX_JSON = 1_000_000


def read_json(text: str) -> Any:
    """Return the value that an answer is, between fences too. Raise ValueError."""
    if len(text) > MAX_JSON:
        raise ValueError("it is longer than a million characters")
    text = text.strip()
    # An expression for the fences tried every blank of a long run against every other.
    if text.startswith(FENCE) and text.endswith(FENCE) and len(text) > len(FENCE):
        text = text.removeprefix(FENCE).removesuffix(FENCE).removeprefix("json")
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")


class JsonValid(Evaluator):
    """The answer is JSON."""

    kind: ClassVar[str] = "json_valid"

    async def measure(self, case: Case, aid: Help) -> Score:  # noqa: ARG002
        try:
            read_json(case.output)
        except ValueError as error:
            return no(f"Not JSON: {error}"[:300])
        return YES


class JsonSchema(Evaluator):
    """The answer is JSON of this shape. The schema reaches nothing outside itself."""

    kind: ClassVar[str] = "json_schema"
    schema_: dict[str, Any] = Field(alias="schema")

    async def measure(self, case: Case, aid: Help) -> Score:
        try:
            value = read_json(case.output)
        except ValueError as error:
            return no(f"Not JSON: {error}"[:300])
        flaws = await aid.flaws(self.schema_, value)
        return no(flaws[:300]) if flaws else YES


class JsonField(Evaluator):
    """One field of the answer, such as `items[0].price`, is what the same field of the expected output is."""

    kind: ClassVar[str] = "json_field"
    path: str = Field(min_length=1, max_length=500, description="As in order.items[0].price.")
    value: Any = Field(default=None, description="What to expect in place of the row's own.")
    tolerance: float = Field(default=0.0, ge=0)

    async def measure(self, case: Case, aid: Help) -> Score:  # noqa: ARG002
        try:
            found = at(read_json(case.output), self.path)
        except ValueError as error:
            return no(f"Not JSON: {error}"[:300])
        if found is MISSING:
            return no(f"There is no {self.path}.")
        wanted = self.value if "value" in self.model_fields_set else at(parsed(case.expected), self.path)
        if wanted is MISSING:
            wanted = case.expected
        differences = told(Compare(self.tolerance).differences(found, wanted, self.path))
        return no(differences) if differences else YES


class JsonEqual(Evaluator):
    """The answer is the expected JSON, whatever the order of its keys; of its lists only where `in_order`.

    Where it is not, the reason names the places that differ, with what stands there and what was expected.
    """

    kind: ClassVar[str] = "json_equal"
    in_order: bool = True
    tolerance: float = Field(default=0.0, ge=0)
    ignore: tuple[str, ...] = Field(default=(), max_length=50, description="Keys that do not count.")

    async def measure(self, case: Case, aid: Help) -> Score:  # noqa: ARG002
        return await asyncio.to_thread(self._compare, case)

    def _compare(self, case: Case) -> Score:
        try:
            found = read_json(case.output)
        except ValueError as error:
            return no(f"Not JSON: {error}"[:300])
        try:
            mine, theirs = _without(found, self.ignore), _without(parsed(case.expected), self.ignore)
            differences = told(Compare(self.tolerance, self.in_order).differences(mine, theirs))
        except RecursionError:  # reading goes deeper than comparing
            return no("It is nested too deeply.")
        return no(differences) if differences else YES


def parsed(value: Any) -> Any:
    """Return what is expected as JSON: a text that is JSON is read."""
    if isinstance(value, str):
        try:
            return read_json(value)
        except ValueError:
            return value
    return value


def at(value: Any, path: str) -> Any:
    """Return what stands at `a.b[0]`, MISSING where nothing does; `$` is the whole."""
    if path == "$":
        return value
    for index, quoted, key in _STEP.findall(path.removeprefix("$.")):
        try:
            value = value[int(index)] if index and isinstance(value, list) else _of(value, index or quoted or key)
        except IndexError:
            return MISSING
        if value is MISSING:
            return MISSING
    return value


def _of(value: Any, key: str) -> Any:
    return value.get(key, MISSING) if isinstance(value, dict) else MISSING


def _without(value: Any, keys: tuple[str, ...]) -> Any:
    if not keys:
        return value
    if isinstance(value, dict):
        return {key: _without(one, keys) for key, one in value.items() if key not in keys}
    return [_without(one, keys) for one in value] if isinstance(value, list) else value
