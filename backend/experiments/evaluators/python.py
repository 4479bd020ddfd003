"""A function that an operator wrote says how good an answer is. It runs fenced in, and only once it is approved."""

from __future__ import annotations

import unicodedata
from typing import Any, ClassVar

from pydantic import Field, field_validator

from backend.experiments.evaluators.base import Case, Evaluator, Help, Score, shortened

EXAMPLE = """def score(output, expected, input, metadata):
    # True or False, a number from 0 to 1, a label, or a dict of value, passed, label and reason.
    words = len(output.split())
    return {"passed": words <= 50, "reason": f"{words} words"}
"""
MAX_CODE = 20_000
HIDDEN = frozenset({"Cc", "Cf", "Zl", "Zp", "Co", "Cs"})
SEEN = frozenset("\n\r\t")


class Python(Evaluator):
    """Your function `score` says how good an answer is, once a second person approved its text."""

    kind: ClassVar[str] = "python"
    runs_code: ClassVar[bool] = True
    code: str = Field(
        min_length=1,
        max_length=MAX_CODE,
        description="It may ask for output, expected, input, metadata, tool_calls, passages, latency_ms and cost.",
        json_schema_extra={"format": "python", "examples": [EXAMPLE]},
    )

    @field_validator("code")
    @classmethod
    def _refuse_hidden(cls, code: str) -> str:
        """Take only what whoever approves it can see: marks that turn the direction of reading hide what code does."""
        if found := next((sign for sign in code if unicodedata.category(sign) in HIDDEN and sign not in SEEN), ""):
            line = code.count("\n", 0, code.index(found)) + 1
            raise ValueError(f"line {line} holds U+{ord(found):04X}, which nobody sees")
        return code

    async def measure(self, case: Case, aid: Help) -> Score:
        given: dict[str, Any] = {
            "output": shortened(case.output),
            "expected": case.expected,
            "input": case.input,
            "metadata": case.metadata,
            "tool_calls": list(case.tool_calls),
            "passages": list(case.passages),
            "latency_ms": case.latency_ms,
            "cost": None if case.cost is None else float(case.cost),
        }
        found = await aid.run_code(self.code, given)
        return Score(found.value, found.passed, found.label, found.reason)
