"""Ask the example flow the sixteen questions about its handbook, with the embedded model and no key.

Run `python -m bench.handbook`. It starts from an empty data directory, so the example is made first. Besides the
sixteen it asks four questions that the handbook does not answer, and three about a document added by a person.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from backend import bootstrap
from backend.bootstrap.migrations import upgrade
from backend.demo.types import SLUG
from backend.flows.types import RunResult, RunWish
from backend.operator import Operator
from backend.settings import SQLITE_FILE, Settings
from tests.backend.demo.judging import ADDED, ANSWERED, NEEDED, UNANSWERED, Question
from tests.backend.demo.waiting import added, says_nothing_found


async def ask(services: bootstrap.Services, operator: Operator, question: Question) -> RunResult:
    return await services.runs.run(operator, SLUG, RunWish(input={"question": question.text}))


async def main() -> int:
    """Print each answer and the score; end with 1 below the promise."""
    with tempfile.TemporaryDirectory() as folder:
        upgrade(f"sqlite:///{Path(folder) / SQLITE_FILE}")
        services = await bootstrap.start(Settings(data_dir=Path(folder), models="embedded"))
        operator = await services.identity.ensure_owner()
        began = time.perf_counter()
        await services.demo.seed(operator)
        print(f"the example was made in {time.perf_counter() - began:.1f} s\n")
        right = await score(services, operator, ANSWERED)
        silent = 0
        for question in UNANSWERED:
            result = await ask(services, operator, question)
            silent += report(says_nothing_found(result), question, result)
        await added(services, operator, ADDED)
        own = await score(services, operator, ADDED.questions)
        await bootstrap.stop(services)
    print(f"\nhandbook: {right} of {len(ANSWERED)} right (promised {NEEDED})")
    print(f"nothing found: said so for {silent} of {len(UNANSWERED)}")
    print(f"an added document: {own} of {len(ADDED.questions)} right")
    return 0 if right >= NEEDED else 1


async def score(services: bootstrap.Services, operator: Operator, questions: tuple[Question, ...]) -> int:
    right = 0
    for question in questions:
        result = await ask(services, operator, question)
        right += report(question.is_answered_by(answer_of(result)) and bool(result.citations), question, result)
    return right


def answer_of(result: RunResult) -> str:
    return str((result.output or {}).get("answer", "")) or result.error


def report(good: object, question: Question, result: RunResult) -> bool:
    print(f"{'right' if good else 'WRONG'} {result.time_ms:6.0f} ms  {question.text}\n      {answer_of(result)}")
    return bool(good)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
