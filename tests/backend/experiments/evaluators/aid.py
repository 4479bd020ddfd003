"""A stand-in for the models that evaluators ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from backend.engines.schemas.rust import RustSchemas
from backend.experiments.engine.node_answers import NodeAnswers
from backend.experiments.evaluators.base import Case, Evaluator, Said, Score
from backend.experiments.evaluators.registry import read
from backend.ports.code import Found
from backend.ports.language_model import Message, ModelSettings


@dataclass
class Told:
    """Answers in turn; the last again and again."""

    answers: list[str] = field(default_factory=list)
    rows: dict[str, Sequence[float]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    cost: int = 0

    def answers_in(self, run_id: str, case: Case) -> NodeAnswers:
        return NodeAnswers(None, None, run_id, case)  # type: ignore[arg-type]  # no run is read here

    def anew(self, _kept: object) -> Told:
        return self

    def heard(self, judge: str) -> None:
        return None

    async def hear(self, judge: str, told: dict[str, Any]) -> None:
        pass

    async def ask(self, model: str, messages: Sequence[Message], settings: ModelSettings) -> Said:
        self.asked.append((model, messages[-1].content))
        return Said(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])

    async def flaws(self, schema: dict, value: object) -> str:
        return " ".join(flaw.words for flaw in RustSchemas().checker(schema).flaws(value))

    async def run_code(self, code: str, given: Mapping[str, Any]) -> Found:
        raise NotImplementedError

    async def embed(self, model: str, texts: Sequence[str]) -> list[Sequence[float]]:
        return [self.rows[text] for text in texts]


def evaluator(kind: str, /, **settings: object) -> Evaluator:
    return read([{"kind": kind, **settings}])[0]


async def score(
    kind: str, output: str, expected: object = None, aid: Told | None = None, /, **settings: object
) -> Score:
    return await evaluator(kind, **settings).score(Case(output, expected=expected), aid or Told())
