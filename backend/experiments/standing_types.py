"""How single rows of datasets and versions of prompts stand."""

from __future__ import annotations

from dataclasses import dataclass


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


@dataclass(frozen=True, slots=True)
class VersionStanding:
    """How many of the rows that were scored passed with a version of a prompt, in the first variant that asked it."""

    version: int
    variant: str
    num_passed: int
    num_rows: int
    experiment_id: str
    experiment_name: str


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
