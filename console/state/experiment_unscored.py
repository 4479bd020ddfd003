"""What has no answer, or no score, and whether it is asked again, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from backend.experiments.types import Comparison, Experiment, Status, Unscored
from console.state import formats

RETRY = "Retry failed"
ASK_REST = "Ask the rest"  # on the button that goes on with what was cancelled


def retry_of(found: Experiment) -> str:
    """Return the word for asking again what has no answer, empty where nothing lacks one, or would lack it again."""
    num_failed = found.progress.num_failed - found.progress.num_in_vain
    if found.status is Status.CANCELLED:
        return rest_words(num_failed) if found.pinned else ""
    return RETRY if num_failed > 0 else ""


def rest_words(num_failed: int) -> str:
    """Say what goes on with what was cancelled asks: failed answers too, whose calls are paid anew."""
    return f"{ASK_REST}, and {formats.count(num_failed)} failed again" if num_failed > 0 else ASK_REST


def in_vain_words(found: Experiment) -> str:
    """Say of failed answers why a retry would not help, empty where it may help all of them."""
    number = found.progress.num_in_vain
    if not number or found.status.is_open:
        return ""
    whose = "its row says" if number == 1 else "each row says"
    said = f"{formats.counted(number, 'failed answer')} would fail again: {whose} why."
    return f"{said} Mend the rows or the variants, then copy this experiment."


def unscored_lines(found: Comparison) -> list[str]:
    """Say of whom nothing is compared which evaluators failed: "judge failed on 10 of 10 answers: ..."."""
    of = {name: [one for one in found.unscored if one.metric == name] for name in metrics_in(found.unscored)}
    return [f"{name} {failed_on(some)}" for name, some in of.items()]


def own_words(found: Comparison, metric: str) -> str:
    """Say of a judge that it scored what its own model answered; empty where it did not."""
    of = found.own_judges.get(metric, ())
    return f"Judges its own answers: the model of {formats.listed(of)} is the judge." if of else ""


def own_lines(found: Comparison) -> list[str]:
    return [f"{metric}: {own_words(found, metric)}" for metric in found.own_judges]


def retry_words(found: Comparison) -> str:
    """Return the word for asking again those that failed to score an answer, empty where that would change nothing."""
    return RETRY if any(one.asks for one in found.unscored) else ""


def metrics_in(some: Iterable[Unscored]) -> list[str]:
    return list(dict.fromkeys(one.metric for one in some))


def failed_on(some: Sequence[Unscored]) -> str:
    of = formats.counted(sum(one.num_answers for one in some), "answer")
    return f"failed on {formats.count(sum(one.num_failed for one in some))} of {of}: {some[0].error}"
