"""A function that an operator wrote says how good an answer is. It runs fenced in, and only once it is approved."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from backend.experiments.evaluators.base import Case, Evaluator, Help, Score, shortened

EXAMPLE = """def score(output, expected, input, metadata):
    # True or False, a number from 0 to 1, a label, or a dict of value, passed, label and reason.
    words = len(output.split())
    return {"passed": words <= 50, "reason": f"{words} words"}
"""
MAX_CODE = 20_000


class Python(Evaluator):
    """Your function `score` says how good an answer is.

    A second person has to approve its text before it runs, and every change of it again.
    """

    kind: ClassVar[str] = "python"
    runs_code: ClassVar[bool] = True
    code: str = Field(
        min_length=1,
        max_length=MAX_CODE,
        description="It may ask for output, expected, input, metadata, tool_calls, passages, latency_ms and cost.",
        json_schema_extra={"format": "python", "examples": [EXAMPLE]},
    )

    async def measure(self, case: Case, aid: Help) -> Score:
        given: dict[str, Any] = {
            "output": shortened(case.output),
            "expected": case.expected,
            "input": case.input,
            "metadata": case.metadata,
            "tool_calls": list(case.tool_calls),
            "passages": list(case.passages),
            "latency_ms": case.latency_ms,
            "cost": float(case.cost),
        }
        found = await aid.run_code(self.code, given)
        return Score(found.value, found.passed, found.label, found.reason)
