"""How single rows of datasets and versions of prompts stand."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

# A difference of so many standard errors comes by chance 1 time in 20.
SURE = 1.96


@dataclass(frozen=True, slots=True)
class ItemStanding:
    """How a row of a dataset did when it was asked last; variants whose scores neither pass nor fail are in neither."""

    item_id: str
    experiment_id: str
    experiment_name: str
    dataset_version: int
    passed: tuple[str, ...]
    failed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Since:
    """Which rows pass now and did not in the run before, `green`, the other way round, and those it did not have.

    By `deciding` a row is told to pass, the first evaluator that marks any; empty where none does.

    `judges` are not asked the same in both, so that a row may have turned by them alone.
    """

    experiment_id: str
    experiment_name: str
    green: tuple[int, ...]
    red: tuple[int, ...]
    added: tuple[int, ...] = ()
    judges: tuple[str, ...] = ()
    deciding: str = ""


class Drift(StrEnum):
    """Whether a judge's agreement with people still says what it said.

    It was measured of a version of the judge; of another, with other words or another model, it says nothing.
    """

    NONE = ""
    UNMEASURED = "unmeasured"  # the judge was changed, and people have labelled nothing that it judged since
    WORSE = "worse"  # the judge was changed, and agrees less than before: the interval of the difference is below 0
    SAME = "same"  # the judge was changed, and no less agreement is shown


@dataclass(frozen=True, slots=True)
class JudgeDrift:
    """How a judge that was changed agrees with people, as `metric` says; `before` is the kappa that it had."""

    metric: str
    drift: Drift
    before: float | None


@dataclass(frozen=True, slots=True)
class Outdated:
    """A judge whose scores are of `version` of how it is asked, while another experiment asked the `newest` since.

    Versions count from 1 over the rows of one dataset, in the order in which they were first asked; one differs in its
    rubric, its scale or its models. `newest_settings` are those of the evaluator there.
    """

    metric: str
    version: int
    newest: int
    experiment_id: str
    experiment_name: str
    newest_settings: dict[str, Any]


@dataclass(frozen=True, slots=True)
class VersionStanding:
    """How many of the rows that were scored passed with a version of a prompt.

    In the variant that was promoted as it, else in the first that asked it.
    """

    version: int
    variant: str
    num_passed: int
    num_rows: int
    experiment_id: str
    experiment_name: str

    @property
    def share(self) -> float:
        return self.num_passed / self.num_rows

    def is_clearly_below(self, other: VersionStanding) -> bool:
        """Say whether so much less passed that chance does it 1 time in 20 at most: two shares, each of its rows."""
        whole = self.num_rows + other.num_rows
        pooled = (self.num_passed + other.num_passed) / whole
        error = math.sqrt(pooled * (1 - pooled) * (1 / self.num_rows + 1 / other.num_rows))
        return other.share - self.share > SURE * error


@dataclass(frozen=True, slots=True)
class VersionElsewhere:
    """A version that was measured last in a way that the others were not: `how`, such as "over Returns"."""

    version: int
    how: str
    experiment_id: str
    experiment_name: str


@dataclass(frozen=True, slots=True)
class PromptStanding:
    """How versions of a prompt did over one dataset, by the evaluator that decides, which `metric` names.

    `elsewhere` are those that were measured and cannot be compared with them.
    """

    metric: str
    dataset_name: str
    versions: tuple[VersionStanding, ...]
    elsewhere: tuple[VersionElsewhere, ...] = ()

    def of(self, version: int) -> VersionStanding | None:
        return next((one for one in self.versions if one.version == version), None)

    def is_weak(self, version: int, production: int) -> bool:
        """Say whether a version passed nothing, or clearly less than what is in production."""
        ours, theirs = self.of(version), self.of(production)
        if ours is None or version == production:
            return False
        return not ours.num_passed or (theirs is not None and ours.is_clearly_below(theirs))

    def best_beside(self, production: int) -> int:
        """Return the newest of the others that none of them clearly beats; nought where none is known as good."""
        others = [one for one in self.versions if one.version != production]
        good = [one for one in others if not self.is_weak(one.version, production)]
        return max((one.version for one in good if not any(map(one.is_clearly_below, good))), default=0)
