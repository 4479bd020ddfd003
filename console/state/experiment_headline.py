"""The result of an experiment in the list: a few words of what its page advises."""

from __future__ import annotations

from dataclasses import dataclass

from backend.experiments.types import Experiment, Headline, Status
from console.state.experiment_advice import names_of
from console.state.experiment_rows import MOST_ROWS, rounded

MARKS = {
    "better": "ok",
    "cheaper": "ok",
    "reached": "ok",
    "mixed": "warn",
    "short": "warn",
    "same": "idle",
    "none": "idle",
    "worse": "fail",
    "none_better": "idle",
    "missed": "fail",
    "none_passed": "fail",
    "cannot_tell": "wait",
}
WORDS = {
    "better": "{name} better",
    "cheaper": "{name} as good, cheaper",
    "mixed": "{name} better, worse in {metric}",
    "short": "{name} better, misses the target of {metric}",
    "same": "No difference",
    "worse": "{name} worse",
    "none_better": "None better",
    "reached": "{name} reaches its targets",
    "missed": "{name} misses the target of {metric}",
    "none_passed": "Nothing passed",
    "none": "No verdict",
    "cannot_tell": "Cannot tell yet",
}
UNKNOWN = "Open to see the result"


@dataclass(frozen=True)
class ResultLine:
    """What an experiment ended in; without a mark nobody has compared it as it is now, or it has not ended well."""

    mark: str = ""
    words: str = ""


def result_line(found: Experiment) -> ResultLine:
    """Return the result of one that is done; an empty one of any other."""
    if found.status is not Status.DONE:
        return ResultLine()
    said = found.headline
    return ResultLine(MARKS[said.verdict], _words(found, said)) if said else ResultLine("", UNKNOWN)


def _words(found: Experiment, said: Headline) -> str:
    name = names_of(found).get(said.variant, said.variant)
    words = WORDS[said.verdict].format(name=name, metric=said.metric)
    if said.verdict == "worse" and said.metric:
        return f"{words} in {said.metric}"
    needed = said.rows_needed if said.verdict == "cannot_tell" else None
    if needed is None or needed > MOST_ROWS:
        return words
    return f"{words}, about {rounded(needed, 2)} more {'row' if needed == 1 else 'rows'}"
