"""How single rows, and the versions of a prompt, did when they were asked last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from backend.experiments.models import ExperimentCellRow, ExperimentRow
from backend.experiments.repository import Cells, Experiments
from backend.experiments.service.base import UseCases
from backend.experiments.shapes import draft_of, pinned_of
from backend.experiments.standing_types import ItemStanding, PromptStanding, VersionElsewhere, VersionStanding
from backend.experiments.types import CellStatus, Part, Status, kind_of, numbered
from backend.operator import Operator, Permission

# How far back the versions of a prompt are looked for; more answers than these are not read for a list of versions.
MOST_EXPERIMENTS, MOST_ANSWERS = 10, 20_000


class Standing(UseCases):
    """Reads the cells of the last experiment over each row."""

    async def standing(self, operator: Operator, item_ids: Sequence[str]) -> dict[str, ItemStanding]:
        """Return by row how its last answers were scored; what was never asked is not in it."""
        operator.require(Permission.EXPERIMENTS_READ)
        if not item_ids:
            return {}
        async with self._units.read(operator) as session:
            cells = await Cells(session, operator.project_id).last_of(item_ids)
            asked = await Experiments(session, operator.project_id).among({cell.experiment_id for cell in cells})
        of_item: dict[str, list[ExperimentCellRow]] = {}
        for cell in cells:
            of_item.setdefault(cell.item_id, []).append(cell)
        found = {}
        for item_id, answers in of_item.items():
            row = asked[answers[0].experiment_id]
            names, deciding = [one.name for one in draft_of(row).variants], deciders(row)
            said = {
                names[at]: verdict([(one.status, one.scores) for one in answers if one.variant == at], deciding)
                for at in range(len(names))
            }
            passed, failed = (tuple(name for name in names if said[name] is wanted) for wanted in (True, False))
            found[item_id] = ItemStanding(item_id, row.id, row.name, row.dataset_version, passed, failed)
        return found

    async def prompt_standing(self, operator: Operator, prompt_id: str) -> PromptStanding | None:
        """Return how the versions of a prompt did in the latest experiments that are done, each in its last one.

        They can be compared: all are over the dataset of the newest and the same part of it, and by what decides
        there. Answers count by who scored them last. None where no version was scored.
        """
        operator.require(Permission.EXPERIMENTS_READ)
        room, subject, name = MOST_ANSWERS, None, ""
        found: dict[int, VersionStanding] = {}
        others: dict[int, ExperimentRow] = {}
        async with self._units.read(operator) as session:
            cells = Cells(session, operator.project_id)
            rows = await Experiments(session, operator.project_id).naming(prompt_id, MOST_EXPERIMENTS)
            done = [row for row in rows if row.status == Status.DONE.value and deciders(row)]
            made = _promoted(done, prompt_id)
            done = _as_scored_last(done)
            progress = await cells.progress([row.id for row in done])
            for row in done:
                about = (row.dataset_id, draft_of(row).part, deciders(row)[0])
                room -= progress[row.id].num_cells if subject in (None, about) else 0
                if room < 0:
                    break
                of = _asked_by(row, prompt_id, made)
                for version in of:
                    others.setdefault(version, row)
                if subject in (None, about) and (told := _versions(row, of, await cells.numbers(row.id))):
                    subject, found = about, told | found
                    name = row.dataset_name
        if subject is None:
            return None
        left = [(number, row) for number, row in sorted(others.items()) if number not in found]
        elsewhere = tuple(VersionElsewhere(number, _how(row, subject), row.id, row.name) for number, row in left)
        return PromptStanding(subject[2], name, tuple(found[number] for number in sorted(found)), elsewhere)


def _as_scored_last(done: Sequence[ExperimentRow]) -> list[ExperimentRow]:
    """Return, newest answers first, who scored them last: what scores answers again is as old as they are."""
    by_id, last = {row.id: row for row in done}, dict[str, ExperimentRow]()
    for row in done:
        if first := _first(row, by_id):
            last.setdefault(first, row)
    return [last[row.id] for row in done if not draft_of(row).answers_of]


def _first(row: ExperimentRow, by_id: Mapping[str, ExperimentRow]) -> str:
    """Return the id of the experiment that asked for the answers which `row` scores; empty where it is not there."""
    while asked := draft_of(row).answers_of:
        if asked not in by_id:
            return ""
        row = by_id[asked]
    return row.id


def _promoted(done: Sequence[ExperimentRow], prompt_id: str) -> dict[str, list[tuple[int, str]]]:
    """Return by experiment, its own promotions and those of who scored the same answers: a version and its variant.

    A variant that ran on another model than its version names became a version of its own, which nothing asked.
    """
    by_id = {row.id: row for row in done}
    of_answers: dict[str, list[tuple[int, str]]] = {}
    for row in done:
        kept = [(went.version, one.name) for one in pinned_of(row) for went in one.promoted if went.id == prompt_id]
        of_answers.setdefault(_first(row, by_id), []).extend(kept)
    return {row.id: of_answers[_first(row, by_id)] for row in done}


def _asked_by(row: ExperimentRow, prompt_id: str, made: Mapping[str, Sequence[tuple[int, str]]]) -> dict[int, str]:
    """Return by version the variant that answers for it: the one that was promoted as it, else the first that asked."""
    asked = [(one.version, one.name) for one in pinned_of(row) if one.prompt_id == prompt_id and one.version]
    found: dict[int, str] = {}
    for version, variant in (*made[row.id], *asked):
        found.setdefault(version, variant)
    return found


def _how(row: ExperimentRow, subject: tuple[str, Part, str]) -> str:
    """Say in what an experiment differs from those over the dataset and part, and by the evaluator, of `subject`."""
    dataset_id, part, metric = subject
    if row.dataset_id != dataset_id:
        return f"over {row.dataset_name}"
    own = draft_of(row).part
    if own != part:
        return f"over {own.words}"
    by = deciders(row)[0]
    return f"by {by}" if by != metric else "without a pass or a fail"


def _versions(
    row: ExperimentRow, of: Mapping[int, str], numbers: Sequence[tuple[Any, ...]]
) -> dict[int, VersionStanding]:
    """Return by version how the rows of one experiment did in the variant that answers for it."""
    said = verdicts(numbers, deciders(row))
    names = [one.name for one in draft_of(row).variants]
    found: dict[int, VersionStanding] = {}
    for version, variant in of.items():
        told = [passed for (_, at), passed in said.items() if names[at] == variant and passed is not None]
        if told:
            found[version] = VersionStanding(version, variant, sum(told), len(told), row.id, row.name)
    return found


def deciders(row: ExperimentRow) -> list[str]:
    """Return the names of an experiment's evaluators as its scores have them, the one that decides first."""
    return numbered(str(one.get("name") or kind_of(one)) for one in draft_of(row).evaluators)


def verdicts(numbers: Sequence[tuple[Any, ...]], deciding: Sequence[str]) -> dict[tuple[int, int], bool | None]:
    """Return by row and variant whether its answers pass, of cells as `Cells.numbers` gives them."""
    ended: dict[tuple[int, int], list[tuple[str, dict[str, Any]]]] = {}
    for row, variant, _, status, scores, *_ in numbers:
        if status in (CellStatus.DONE, CellStatus.FAILED):
            ended.setdefault((row, variant), []).append((status, scores))
    return {key: verdict(answers, deciding) for key, answers in ended.items()}


def marking(scores: Sequence[dict[str, Any] | None], deciding: Sequence[str]) -> str:
    """Return the first evaluator that says of any answer whether it passes; empty where none does."""
    marked = {name for each in scores for name, one in (each or {}).items() if one.get("passed") is not None}
    return next((name for name in deciding if name in marked), "")


def verdict(answers: Sequence[tuple[str, dict[str, Any]]], deciding: Sequence[str]) -> bool | None:
    """Say whether every answer, by its status and scores, passes; None where nothing was there to pass."""
    if any(status == CellStatus.FAILED for status, _ in answers):
        return False
    told = [_passes(scores, deciding) for _, scores in answers]
    if False in told:
        return False
    return True if True in told else None


def _passes(scores: dict[str, Any], deciding: Sequence[str]) -> bool | None:
    """Take the word of the evaluator that decides, of the next one where it has no pass mark.

    While the one that decides failed, or waits for a person, no other speaks in its place.
    """
    for name in deciding:
        score = scores.get(name) or {}
        passed: bool | None = score.get("passed")
        if passed is not None or score.get("value") is None:
            return passed
    return None
