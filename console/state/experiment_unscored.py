"""What no evaluator could score, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from backend.experiments.types import Comparison, Unscored
from console.state import formats

RETRY = "Retry failed"


def unscored_lines(found: Comparison) -> list[str]:
    """Say of whom nothing is compared which evaluators failed: "judge failed on 10 of 10 answers: ..."."""
    of = {name: [one for one in found.unscored if one.metric == name] for name in metrics_in(found.unscored)}
    return [f"{name} {failed_on(some)}" for name, some in of.items()]


def retry_words(found: Comparison) -> str:
    """Return the word for asking again those that failed to score an answer, empty where that would change nothing."""
    return RETRY if any(one.asks for one in found.unscored) else ""


def metrics_in(some: Iterable[Unscored]) -> list[str]:
    return list(dict.fromkeys(one.metric for one in some))


def failed_on(some: Sequence[Unscored]) -> str:
    of = formats.counted(sum(one.num_answers for one in some), "answer")
    return f"failed on {formats.count(sum(one.num_failed for one in some))} of {of}: {some[0].error}"
